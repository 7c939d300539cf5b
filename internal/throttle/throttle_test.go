package throttle_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/store"
	"twofold/internal/throttle"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

	anyone = throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	inside = throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: throttle.SessionBucket("1")}
)

// counter is a limiter with the default limits over a real database, with a clock that the test advances.
type counter struct {
	*throttle.Limiter
	mu  sync.Mutex
	now time.Time
}

func (c *counter) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func open(t *testing.T) *counter { t.Helper(); return openIn(t, t.TempDir()) }

func openIn(t *testing.T, dir string) *counter {
	t.Helper()
	db, err := store.Open("sqlite:"+filepath.Join(dir, "twofold.db"), store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	c := &counter{now: noon}
	c.Limiter = &throttle.Limiter{
		Store:  store.Attempts{DB: db},
		Limits: throttle.Limits{FreeAttempts: 5, FirstBackoff: 30 * time.Second, MaxBackoff: time.Hour, HardLimit: 100},
		Now: func() time.Time {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.now
		},
	}
	return c
}

// fail reserves an attempt, which must be counted.
func (c *counter) fail(t *testing.T, g throttle.Attempt) throttle.Budget {
	t.Helper()
	b, err := c.Reserve(ctx, g, throttle.SubLimit{})
	if err != nil {
		t.Fatalf("an attempt was not counted: %v", err)
	}
	return b
}

// check returns the error of Check, and counts nothing.
func (c *counter) check(g throttle.Attempt) error {
	counts, err := c.Counts(ctx, g)
	if err != nil {
		return err
	}
	return c.Check(g, throttle.SubLimit{}, counts)
}

// spendFree reserves the five free attempts.
func (c *counter) spendFree(t *testing.T, g throttle.Attempt) {
	t.Helper()
	for range 5 {
		c.fail(t, g)
	}
}

// wait returns how long to wait after err, which must be a *ThrottledError.
func wait(t *testing.T, err error) time.Duration {
	t.Helper()
	var w *throttle.ThrottledError
	if !errors.As(err, &w) || !errors.Is(err, throttle.ErrThrottled) {
		t.Fatalf("got %v, want a *ThrottledError", err)
	}
	return w.RetryAfter
}

func TestReserve_BackoffDoublesUpToAnHour(t *testing.T) {
	t.Parallel()
	for _, kind := range []throttle.Kind{throttle.Password, throttle.TOTP} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			c := open(t)
			g := throttle.Attempt{Subject: "ada", Kind: kind, Bucket: throttle.AnonymousBucket}
			for failure, want := range []throttle.Budget{
				{Left: 4}, {Left: 3}, {Left: 2}, {Left: 1}, {RetryAfter: 30 * time.Second},
				{RetryAfter: time.Minute}, {RetryAfter: 2 * time.Minute}, {RetryAfter: 4 * time.Minute}, {RetryAfter: 8 * time.Minute}, {RetryAfter: 16 * time.Minute},
				{RetryAfter: 32 * time.Minute}, {RetryAfter: time.Hour}, {RetryAfter: time.Hour}, {RetryAfter: time.Hour},
			} {
				got := c.fail(t, g)
				if got != want {
					t.Fatalf("failure %d: got %+v, want %+v", failure+1, got, want)
				}
				if got.RetryAfter == 0 {
					continue
				}
				for _, early := range []time.Duration{0, got.RetryAfter - time.Second} {
					c.advance(early)
					_, err := c.Reserve(ctx, g, throttle.SubLimit{})
					if left := wait(t, err); left != got.RetryAfter-early {
						t.Errorf("%[2]s into the backoff of failure %[1]d: Reserve returns %[3]s, want %[4]s", failure+1, early, left, got.RetryAfter-early)
					}
					if left := wait(t, c.check(g)); left != got.RetryAfter-early {
						t.Errorf("%[2]s into the backoff of failure %[1]d: Check returns %[3]s, want %[4]s", failure+1, early, left, got.RetryAfter-early)
					}
				}
				c.advance(time.Second)
				if err := c.check(g); err != nil {
					t.Errorf("after the backoff of failure %d: %v", failure+1, err)
				}
			}
		})
	}
}

func TestReserve_NotCountedDuringBackoff(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.spendFree(t, anyone)
	for range 20 {
		_, err := c.Reserve(ctx, anyone, throttle.SubLimit{})
		wait(t, err)
		wait(t, c.check(anyone))
	}
	c.advance(30 * time.Second)
	if got := c.fail(t, anyone).RetryAfter; got != time.Minute {
		t.Errorf("backoff after the sixth failure is %s, want 1m", got)
	}
}

func TestCheck_CountsNothing(t *testing.T) {
	t.Parallel()
	c := open(t)
	for range 20 {
		if err := c.check(anyone); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.fail(t, anyone).Left; got != 4 {
		t.Errorf("%d left after the first failure, want 4", got)
	}
}

func TestClear_OwnKindInOwnBucket(t *testing.T) {
	t.Parallel()
	password := throttle.Attempt{Subject: "ada", Kind: throttle.Password, Bucket: throttle.AnonymousBucket}
	bob := throttle.Attempt{Subject: "bob", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	c := open(t)
	for _, g := range []throttle.Attempt{anyone, inside, password, bob} {
		c.fail(t, g)
		c.fail(t, g)
	}
	if err := c.Clear(ctx, throttle.SubLimit{}, anyone); err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct { // in this order, because the anonymous bucket counts the failures in the session too
		what string
		g    throttle.Attempt
		left int
	}{
		{"the kind that succeeded", anyone, 4}, {"the same kind in a session", inside, 2},
		{"the password", password, 2}, {"another account's code", bob, 2},
	} {
		if got := c.fail(t, q.g).Left; got != q.left {
			t.Errorf("%s: %d left, want %d", q.what, got, q.left)
		}
	}
}

func TestBuckets_AttackerDoesNotLockOwnerOut(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.spendFree(t, anyone)
	wait(t, c.check(anyone))
	if err := c.check(inside); err != nil {
		t.Errorf("the owner's session: %v", err)
	}
	if got := c.fail(t, inside).Left; got != 4 {
		t.Errorf("the owner's session has %d left, want 4", got)
	}
	if err := c.check(throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: throttle.SessionBucket("2")}); err != nil {
		t.Errorf("another session: %v", err)
	}
}

// untilCap reserves the hundred attempts up to the hard limit, in many buckets.
func untilCap(t *testing.T, c *counter) {
	t.Helper()
	for i := range 100 {
		g := inside
		g.Bucket = throttle.SessionBucket(fmt.Sprint(i / 4))
		c.fail(t, g)
	}
}

func TestReserve_HardLimitLocksKind(t *testing.T) {
	t.Parallel()
	c := open(t)
	untilCap(t, c)
	c.advance(24 * time.Hour)
	for range 2 {
		for _, g := range []throttle.Attempt{anyone, inside} {
			_, err := c.Reserve(ctx, g, throttle.SubLimit{})
			if w := wait(t, err); w != 0 {
				t.Errorf("retry after %s, want zero, because waiting does not help", w)
			}
		}
	}
	bob := throttle.Attempt{Subject: "bob", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	c.fail(t, bob)
	c.fail(t, throttle.Attempt{Subject: "ada", Kind: throttle.Password, Bucket: throttle.AnonymousBucket})

	t.Run("and what was refused was not counted", func(t *testing.T) {
		if err := c.Unlock(ctx, "ada", throttle.TOTP); err != nil {
			t.Fatal(err)
		}
		if got := c.fail(t, anyone).Left; got != 4 {
			t.Errorf("%d left after Unlock, want 4", got)
		}
		if got := c.fail(t, bob).Left; got != 3 {
			t.Errorf("the other account has %d left, want 3", got)
		}
	})
}

func TestClear_ResetsTotalBelowHardLimit(t *testing.T) {
	t.Parallel()
	c := open(t)
	for range 3 {
		for i := range 60 {
			g := inside
			g.Bucket = throttle.SessionBucket(fmt.Sprint(i / 4))
			c.fail(t, g)
			if i%4 == 3 {
				if err := c.Clear(ctx, throttle.SubLimit{}, g); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestReserve_PasswordsHaveNoHardLimit(t *testing.T) {
	t.Parallel()
	c := open(t)
	g := throttle.Attempt{Subject: "ada", Kind: throttle.Password, Bucket: throttle.AnonymousBucket}
	for range 120 {
		c.fail(t, g)
		c.advance(time.Hour)
	}
	if err := c.check(g); err != nil {
		t.Errorf("after 120 failures and a backoff: %v", err)
	}
}

func TestReserve_ConcurrentAttempts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	both := [2]*counter{openIn(t, dir), openIn(t, dir)}
	var counted, refused atomic.Int32
	var done sync.WaitGroup
	for i := range 50 {
		done.Go(func() {
			switch _, err := both[i%2].Reserve(ctx, anyone, throttle.SubLimit{}); {
			case err == nil:
				counted.Add(1)
			case errors.Is(err, throttle.ErrThrottled):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	done.Wait()
	if counted.Load() != 5 || refused.Load() != 45 {
		t.Errorf("%d were checked and %d refused, want 5 and 45", counted.Load(), refused.Load())
	}
	both[0].advance(30 * time.Second)
	if got := both[0].fail(t, anyone).RetryAfter; got != time.Minute {
		t.Errorf("backoff after the sixth failure is %s, want 1m", got)
	}
}
