package throttle_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"twofold/internal/throttle"
)

func TestEveryGuessThatIsNotLookedAtIsToldOnceWithItsReason(t *testing.T) {
	t.Parallel()
	c := open(t)
	type told struct {
		kind throttle.Kind
		why  throttle.RejectReason
	}
	var heard []told
	c.OnReject = func(kind throttle.Kind, why throttle.RejectReason) { heard = append(heard, told{kind, why}) }
	hears := func(what string, want ...told) {
		t.Helper()
		if !slices.Equal(heard, want) {
			t.Errorf("%s: heard %v, want %v", what, heard, want)
		}
		heard = nil
	}

	if err := c.check(anyone); err != nil {
		t.Fatal(err)
	}
	c.spendFree(t, anyone)
	hears("five guesses that were counted")
	_ = c.check(anyone)
	hears("a look during a wait", told{throttle.TOTP, throttle.Backoff})
	_, _ = c.Reserve(ctx, anyone, throttle.SubLimit{})
	hears("a guess during a wait", told{throttle.TOTP, throttle.Backoff})

	c.Limits.HardLimit = 5
	if err := c.UnlockIfCapped(ctx, "nobody", throttle.TOTP); err != nil {
		t.Fatal(err)
	}
	hears("reviving what is accepted")
	_, _ = c.Reserve(ctx, anyone, throttle.SubLimit{})
	hears("a guess at the cap", told{throttle.TOTP, throttle.Locked})

	done, err := c.Acquire(ctx, inside)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	c.Limits.QueueTimeout = time.Millisecond
	if _, err := c.Acquire(ctx, inside); !errors.Is(err, throttle.ErrBusy) {
		t.Fatalf("got %v, want ErrBusy", err)
	}
	hears("one too many at once", told{throttle.TOTP, throttle.Busy})
}
