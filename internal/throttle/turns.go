package throttle

import (
	"context"
	"sync"
	"time"
)

// turns is a mutex for each guess that is under way, forgotten when nobody waits for it. The zero value is ready.
type turns struct {
	mu      sync.Mutex
	waiting map[Guess]*turn
}

type turn struct {
	free   chan struct{} // holds one while it is nobody's
	people int           // who have it or wait for it
}

// take waits for a turn, at most for patience where that is not zero.
func (t *turns) take(ctx context.Context, g Guess, patience time.Duration) (done func(), err error) {
	mine := t.join(g)
	var enough <-chan time.Time
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-mine.free:
		return sync.OnceFunc(func() {
			mine.free <- struct{}{}
			t.leave(g)
		}), nil
	case <-enough:
		t.leave(g)
		return nil, ErrBusy
	case <-ctx.Done():
		t.leave(g)
		return nil, ctx.Err()
	}
}

func (t *turns) join(g Guess) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == nil {
		t.waiting = make(map[Guess]*turn)
	}
	mine := t.waiting[g]
	if mine == nil {
		mine = &turn{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		t.waiting[g] = mine
	}
	mine.people++
	return mine
}

func (t *turns) leave(g Guess) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.waiting[g]
	if mine.people--; mine.people == 0 {
		delete(t.waiting, g)
	}
}
