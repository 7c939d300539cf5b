package throttle

import (
	"context"
	"sync"
	"time"
)

// keyedMutex is a mutex for each guess that is under way, forgotten when nobody waits for it. The zero value is ready.
type keyedMutex struct {
	mu     sync.Mutex
	queued map[Attempt]*keyedLock
}

type keyedLock struct {
	free    chan struct{} // holds one while it is nobody's
	waiters int           // who have it or wait for it
}

// acquire waits for a turn, at most for patience where that is not zero.
func (t *keyedMutex) acquire(ctx context.Context, g Attempt, patience time.Duration) (done func(), err error) {
	mine := t.add(g)
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
			t.remove(g)
		}), nil
	case <-enough:
		t.remove(g)
		return nil, ErrBusy
	case <-ctx.Done():
		t.remove(g)
		return nil, ctx.Err()
	}
}

func (t *keyedMutex) add(g Attempt) *keyedLock {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.queued == nil {
		t.queued = make(map[Attempt]*keyedLock)
	}
	mine := t.queued[g]
	if mine == nil {
		mine = &keyedLock{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		t.queued[g] = mine
	}
	mine.waiters++
	return mine
}

func (t *keyedMutex) remove(g Attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.queued[g]
	if mine.waiters--; mine.waiters == 0 {
		delete(t.queued, g)
	}
}
