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

func TestGuessesOfOneKindAndBucketTakeTurns(t *testing.T) {
	t.Parallel()
	var l Limiter
	var done sync.WaitGroup
	under, most := 0, 0 // not locked: the race detector would tell
	for range 50 {
		done.Go(func() {
			finish, err := l.Acquire(ctx, mine)
			if err != nil {
				t.Error(err)
				return
			}
			under++
			most = max(most, under)
			under--
			finish()
		})
	}
	done.Wait()
	if most != 1 {
		t.Errorf("%d were under way at once, want 1", most)
	}
	if n := len(l.locks.locks); n != 0 {
		t.Errorf("%d turns are remembered when all are over", n)
	}
}

func TestOtherGuessesDoNotWait(t *testing.T) {
	t.Parallel()
	var l Limiter
	finish, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatal(err)
	}
	defer finish()
	for _, other := range []Attempt{
		{Subject: "bob", Kind: TOTP, Bucket: AnonymousBucket}, {Subject: "ada", Kind: Password, Bucket: AnonymousBucket}, {Subject: "ada", Kind: TOTP, Bucket: SessionBucket("1")},
	} {
		finish, err := l.Acquire(ctx, other)
		if err != nil {
			t.Fatal(err)
		}
		finish()
	}
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	l := Limiter{Limits: Limits{QueueTimeout: time.Millisecond}}
	finish, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := l.Acquire(ctx, mine); !errors.Is(err, ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
	}
	finish()
	finish() // twice is harmless
	again, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatalf("after the turn was given back: %v", err)
	}
	again()
	if n := len(l.locks.locks); n != 0 {
		t.Errorf("%d turns are remembered when all are over", n)
	}
}

func TestWhoHangsUpWaitsNoLonger(t *testing.T) {
	t.Parallel()
	var l Limiter
	finish, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatal(err)
	}
	gone, hangUp := context.WithCancel(ctx)
	hangUp()
	if _, err := l.Acquire(gone, mine); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	finish()
	again, err := l.Acquire(ctx, mine)
	if err != nil {
		t.Fatalf("after somebody hung up: %v", err)
	}
	again()
}

func TestABudgetIsAtMostWhatIsLeftElsewhere(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		budget Budget
		left   int
		want   Budget
	}{
		"less is left elsewhere":           {Budget{Left: 4}, 2, Budget{Left: 2}},
		"less is left here":                {Budget{Left: 1}, 3, Budget{Left: 1}},
		"a wait has begun here":            {Budget{RetryAfter: time.Minute}, 3, Budget{RetryAfter: time.Minute}},
		"none is left elsewhere":           {Budget{Left: 4}, 0, Budget{}},
		"none is left, and a wait is idle": {Budget{RetryAfter: time.Minute}, 0, Budget{}},
		"fewer than none":                  {Budget{Left: 4}, -1, Budget{}},
	} {
		if got := c.budget.Cap(c.left); got != c.want {
			t.Errorf("%s: got %+v, want %+v", what, got, c.want)
		}
	}
}
