package throttle_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"twofold/internal/throttle"
)

func TestOnReject_OncePerRejectedAttempt(t *testing.T) {
	t.Parallel()
	c := open(t)
	type rejection struct {
		kind throttle.Kind
		why  throttle.RejectReason
	}
	var got []rejection
	c.OnReject = func(kind throttle.Kind, why throttle.RejectReason) { got = append(got, rejection{kind, why}) }
	wantReports := func(what string, want ...rejection) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
		got = nil
	}

	if err := c.check(anyone); err != nil {
		t.Fatal(err)
	}
	c.spendFree(t, anyone)
	wantReports("five attempts that were counted")
	_ = c.check(anyone)
	wantReports("a check during a backoff", rejection{throttle.TOTP, throttle.Backoff})
	_, _ = c.Reserve(ctx, anyone, throttle.SubLimit{})
	wantReports("an attempt during a backoff", rejection{throttle.TOTP, throttle.Backoff})

	c.Limits.HardLimit = 5
	if err := c.UnlockIfLockedOut(ctx, "unknown", throttle.TOTP); err != nil {
		t.Fatal(err)
	}
	wantReports("unlocking a kind that is not locked")
	_, _ = c.Reserve(ctx, anyone, throttle.SubLimit{})
	wantReports("an attempt at the hard limit", rejection{throttle.TOTP, throttle.Locked})

	done, err := c.Acquire(ctx, inside)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	c.Limits.QueueTimeout = time.Millisecond
	if _, err := c.Acquire(ctx, inside); !errors.Is(err, throttle.ErrBusy) {
		t.Fatalf("got %v, want ErrBusy", err)
	}
	wantReports("one too many at once", rejection{throttle.TOTP, throttle.Busy})
}
