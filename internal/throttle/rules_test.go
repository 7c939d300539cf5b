package throttle_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"twofold/internal/throttle"
)

func TestReserve_OtherLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits throttle.Limits
		want   []time.Duration // after each failure
	}{
		"the first failure already waits": {throttle.Limits{FreeAttempts: 1, FirstBackoff: time.Second, MaxBackoff: 4 * time.Second}, []time.Duration{1e9, 2e9, 4e9, 4e9}},
		"every wait is the same":          {throttle.Limits{FreeAttempts: 2, FirstBackoff: time.Second, MaxBackoff: time.Second}, []time.Duration{0, 1e9, 1e9, 1e9}},
		"the last is no power of two":     {throttle.Limits{FreeAttempts: 1, FirstBackoff: 4 * time.Second, MaxBackoff: 10 * time.Second}, []time.Duration{4e9, 8e9, 10e9, 10e9}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limiter := open(t)
			c.limits.HardLimit = 100
			limiter.Limits = c.limits
			for failure, want := range c.want {
				got := limiter.fail(t, anyone).RetryAfter
				if got != want {
					t.Errorf("backoff after failure %d is %s, want %s", failure+1, got, want)
				}
				limiter.advance(got)
			}
		})
	}
}

func TestReserve_ClockGoesBack(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.spendFree(t, anyone)
	c.advance(-time.Hour)
	_, err := c.Reserve(ctx, anyone, throttle.SubLimit{})
	if w := wait(t, err); w != time.Hour+30*time.Second {
		t.Errorf("retry after %s, want 1h0m30s, because a clock that is set back clears nothing", w)
	}
}

func TestThrottledError_Error(t *testing.T) {
	t.Parallel()
	if text := (&throttle.ThrottledError{RetryAfter: 30 * time.Second}).Error(); !strings.Contains(text, "30s") {
		t.Errorf("got %q", text)
	}
	if text := (&throttle.ThrottledError{}).Error(); !strings.Contains(text, "no longer accepted") {
		t.Errorf("got %q", text)
	}
	if errors.Is(&throttle.ThrottledError{}, context.Canceled) {
		t.Error("a ThrottledError matches another error")
	}
}

func TestReserve_RolledBackIsNotCounted(t *testing.T) {
	t.Parallel()
	c := open(t)
	errFails := errors.New("the rest fails")
	err := c.Store.InTx(ctx, func(ctx context.Context) error {
		_, err := c.Reserve(ctx, anyone, throttle.SubLimit{})
		return errors.Join(err, errFails)
	})
	if !errors.Is(err, errFails) {
		t.Fatal(err)
	}
	if got := c.fail(t, anyone).Left; got != 4 { // so callers reserve outside of it
		t.Errorf("%d left, want 4", got)
	}
}

func TestReserve_BudgetNearHardLimit(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.Limits.HardLimit = 3
	for i, want := range []int{2, 1, 0} {
		g := inside
		g.Bucket = throttle.SessionBucket(fmt.Sprint(i))
		if got := c.fail(t, g).Left; got != want {
			t.Errorf("failure %d in total: %d left, want %d", i+1, got, want)
		}
	}
}

func TestReserve_AnonymousBackoffFollowsTotal(t *testing.T) {
	t.Parallel()
	c := open(t)
	trusted := anyone
	trusted.Bucket = throttle.DeviceBucket("1")
	for range 3 {
		c.fail(t, inside)
	}
	if got := c.fail(t, anyone); got != (throttle.Budget{Left: 1}) {
		t.Errorf("after three failures in a session got %+v, want one left", got)
	}
	if got := c.fail(t, trusted); got != (throttle.Budget{Left: 4}) {
		t.Errorf("for a known device got %+v, want a budget of its own", got)
	}
	for _, want := range []time.Duration{time.Minute, 2 * time.Minute} { // of the sixth failure in all, and of the seventh
		if got := c.fail(t, anyone).RetryAfter; got != want {
			t.Errorf("the backoff is %s, want %s", got, want)
		}
		c.advance(want)
	}
	if err := c.Clear(ctx, throttle.SubLimit{}, trusted); err != nil { // clears the total too
		t.Fatal(err)
	}
	if got := c.fail(t, anyone); got != (throttle.Budget{Left: 1}) {
		t.Errorf("after a success elsewhere got %+v, want one left of the bucket's own", got)
	}
}

func TestReserve_PasswordsHaveNoTotal(t *testing.T) {
	t.Parallel()
	c := open(t)
	known := throttle.Attempt{Subject: "ada", Kind: throttle.Password, Bucket: throttle.DeviceBucket("1")}
	c.spendFree(t, known)
	if got := c.fail(t, throttle.Attempt{Subject: "ada", Kind: throttle.Password, Bucket: throttle.AnonymousBucket}); got.Left != 4 {
		t.Errorf("got %+v, want four left", got)
	}
}

func TestCheck_HardLimitBeforeBackoff(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.Limits.HardLimit = 5
	c.spendFree(t, anyone)
	_, err := c.Reserve(ctx, anyone, throttle.SubLimit{})
	if w := wait(t, err); w != 0 {
		t.Errorf("retry after %s, want zero, because waiting does not lift the hard limit", w)
	}
}

var errStore = errors.New("the store fails")

// failing is a store whose nth call fails.
type failing struct {
	throttle.Store
	left *int
}

func (f failing) strikes() bool { *f.left--; return *f.left == 0 }

func (f failing) InTx(ctx context.Context, do func(context.Context) error) error {
	if f.strikes() {
		return errStore
	}
	return f.Store.InTx(ctx, do)
}

func (f failing) Reserve(ctx context.Context, g throttle.Attempt, w throttle.SubLimit, at time.Time, r throttle.Rules) (throttle.Counts, bool, error) {
	if f.strikes() {
		return throttle.Counts{}, true, errStore
	}
	return f.Store.Reserve(ctx, g, w, at, r)
}

func (f failing) Counts(context.Context, throttle.Attempt, throttle.SubLimit) (throttle.Counts, error) {
	return throttle.Counts{}, errStore
}

func (f failing) Reset(context.Context, throttle.SubLimit, ...throttle.Attempt) error {
	return errStore
}

func (f failing) ResetKind(context.Context, string, throttle.Kind) error { return errStore }

func TestLimiter_StoreFails(t *testing.T) {
	t.Parallel()
	c := open(t)
	works := c.Store
	for nth := 1; nth <= 2; nth++ { // begin, count
		left := nth
		c.Store = failing{works, &left}
		if _, err := c.Reserve(ctx, anyone, throttle.SubLimit{}); !errors.Is(err, errStore) || errors.Is(err, throttle.ErrThrottled) {
			t.Errorf("Reserve with call %d failing: got %v, want the store's error", nth, err)
		}
	}
	for what, err := range map[string]error{
		"Counts": c.check(anyone), "Succeeded": c.Clear(ctx, throttle.SubLimit{}, anyone), "Revive": c.Unlock(ctx, "ada", throttle.TOTP),
	} {
		if !errors.Is(err, errStore) {
			t.Errorf("%s: got %v, want the store's error", what, err)
		}
	}
	c.Store = works
	if got := c.fail(t, anyone).Left; got != 4 {
		t.Errorf("%d left, want 4, because a failed call counts nothing", got)
	}
}
