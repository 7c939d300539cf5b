package throttle

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

var (
	ctx  = context.Background()
	mine = Attempt{Subject: "ada", Kind: TOTP, Bucket: AnonymousBucket}
)

func TestAcquire_SerializesKindAndBucket(t *testing.T) {
	t.Parallel()
	var l Limiter
	var done sync.WaitGroup
	under, most := 0, 0 // without a lock, so that the race detector reports overlaps
	for range 50 {
		done.Go(func() {
			release, err := l.Acquire(ctx, mine)
			if err != nil {
				t.Error(err)
				return
			}
			under++
			most = max(most, under)
			under--
			release()
		})
	}
	done.Wait()
	if most != 1 {
		t.Errorf("%d attempts were in progress concurrently, want 1", most)
	}
	if n := len(l.locks.locks); n != 0 {
		t.Errorf("%d locks are left after every release", n)
	}
}

func TestAcquire_OtherAttemptsDoNotWait(t *testing.T) {
	t.Parallel()
	var l Limiter
	release, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for _, other := range []Attempt{
		{Subject: "bob", Kind: TOTP, Bucket: AnonymousBucket}, {Subject: "ada", Kind: Password, Bucket: AnonymousBucket}, {Subject: "ada", Kind: TOTP, Bucket: SessionBucket("1")},
	} {
		release, err := l.Acquire(ctx, other)
		if err != nil {
			t.Fatal(err)
		}
		release()
	}
}

func TestAcquire_QueueTimeout(t *testing.T) {
	t.Parallel()
	l := Limiter{Limits: Limits{QueueTimeout: time.Millisecond}}
	release, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := l.Acquire(ctx, mine); !errors.Is(err, ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
	}
	release()
	release() // twice is harmless
	again, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	again()
	if n := len(l.locks.locks); n != 0 {
		t.Errorf("%d locks are left after every release", n)
	}
}

func TestAcquire_ContextEnds(t *testing.T) {
	t.Parallel()
	var l Limiter
	release, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := l.Acquire(cancelled, mine); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	release()
	again, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatalf("after a caller was cancelled: %v", err)
	}
	again()
}

func TestBudget_Cap(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		budget Budget
		left   int
		want   Budget
	}{
		"other limit is lower":               {Budget{Left: 4}, 2, Budget{Left: 2}},
		"own limit is lower":                 {Budget{Left: 1}, 3, Budget{Left: 1}},
		"in backoff":                         {Budget{RetryAfter: time.Minute}, 3, Budget{RetryAfter: time.Minute}},
		"other limit is used up":             {Budget{Left: 4}, 0, Budget{}},
		"other limit is used up, in backoff": {Budget{RetryAfter: time.Minute}, 0, Budget{}},
		"other limit is negative":            {Budget{Left: 4}, -1, Budget{}},
	} {
		if got := c.budget.Cap(c.left); got != c.want {
			t.Errorf("%s: got %+v, want %+v", what, got, c.want)
		}
	}
}
