package throttle

import (
	"context"
	"sync"
	"time"
)

// keyedMutex is one mutex per attempt in progress. A mutex is deleted when it has no more waiters. The zero value is ready to
// use.
type keyedMutex struct {
	mu    sync.Mutex
	locks map[Attempt]*keyedLock
}

type keyedLock struct {
	free    chan struct{} // holds one element while the lock is not held
	waiters int           // holders and waiters
}

// acquire waits for the lock of a. It returns ErrBusy after timeout, unless that is zero, or ctx.Err().
func (m *keyedMutex) acquire(ctx context.Context, a Attempt, timeout time.Duration) (release func(), err error) {
	lock := m.add(a)
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-lock.free:
		return sync.OnceFunc(func() {
			lock.free <- struct{}{}
			m.remove(a)
		}), nil
	case <-expired:
		m.remove(a)
		return nil, ErrBusy
	case <-ctx.Done():
		m.remove(a)
		return nil, ctx.Err()
	}
}

// add returns the lock of a with one more waiter.
func (m *keyedMutex) add(a Attempt) *keyedLock {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locks == nil {
		m.locks = make(map[Attempt]*keyedLock)
	}
	lock := m.locks[a]
	if lock == nil {
		lock = &keyedLock{free: make(chan struct{}, 1)}
		lock.free <- struct{}{}
		m.locks[a] = lock
	}
	lock.waiters++
	return lock
}

func (m *keyedMutex) remove(a Attempt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	lock := m.locks[a]
	if lock.waiters--; lock.waiters == 0 {
		delete(m.locks, a)
	}
}
