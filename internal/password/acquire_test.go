package password_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"twofold/internal/password"
)

// queuedHasher returns a Hasher with a number of slots, a queue and a maximum wait.
func queuedHasher(t *testing.T, slots, queue int, wait time.Duration) *password.Hasher {
	t.Helper()
	h, err := password.NewHasher(password.Default, slots, queue, wait)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// accounts numbers the accounts that nextAccount returns.
var accounts atomic.Int64

// nextAccount returns another account each time.
func nextAccount() string { return fmt.Sprint("account-", accounts.Add(1)) }

func acquire(t *testing.T, h *password.Hasher) (release func()) {
	t.Helper()
	release, err := h.Acquire(t.Context(), nextAccount())
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// requireBusy fails the test unless Acquire returns ErrBusy at once.
func requireBusy(t *testing.T, h *password.Hasher) {
	t.Helper()
	start := time.Now()
	if release, err := h.Acquire(t.Context(), nextAccount()); !errors.Is(err, password.ErrBusy) || release != nil {
		t.Errorf("got %v, want ErrBusy", err)
	}
	if waited := time.Since(start); waited != 0 {
		t.Errorf("ErrBusy after %v, want at once", waited)
	}
}

func TestAcquire_200Concurrent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slots, queue, callers = 4, 32, 200
		h := queuedHasher(t, slots, queue, 2*time.Second)
		start, gate := time.Now(), make(chan struct{})
		var running, most, served, rejected atomic.Int32
		for range callers {
			go func() {
				release, err := h.Acquire(t.Context(), nextAccount())
				if err != nil {
					if !errors.Is(err, password.ErrBusy) || release != nil {
						t.Errorf("got %v, want ErrBusy", err)
					}
					rejected.Add(1)
					return
				}
				defer release()
				raise(&most, running.Add(1))
				<-gate
				running.Add(-1)
				served.Add(1)
			}()
		}
		synctest.Wait()
		if running.Load() != slots || rejected.Load() != callers-slots-queue {
			t.Errorf("%d running and %d rejected, want %d and %d", running.Load(), rejected.Load(), slots, callers-slots-queue)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("rejected after %v, want at once", waited)
		}
		close(gate)
		synctest.Wait()
		if served.Load() != slots+queue || rejected.Load() != callers-slots-queue || most.Load() != slots {
			t.Errorf("%d served, %d rejected, at most %d concurrently", served.Load(), rejected.Load(), most.Load())
		}
	})
}

// raise sets most to n if n is larger.
func raise(most *atomic.Int32, n int32) {
	for {
		old := most.Load()
		if n <= old || most.CompareAndSwap(old, n) {
			return
		}
	}
}

// TestAcquire_Stress acquires, cancels and releases in real time and in every order. Afterwards no slot is lost.
func TestAcquire_Stress(t *testing.T) {
	t.Parallel()
	const slots, queue, callers, rounds = 4, 8, 200, 50
	h := queuedHasher(t, slots, queue, 2*time.Second)
	var running, most, served atomic.Int32
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for round := range rounds {
				ctx, cancel := context.WithCancel(t.Context())
				if (caller+round)%3 == 0 {
					go cancel()
				}
				release, err := h.Acquire(ctx, nextAccount())
				if err == nil {
					raise(&most, running.Add(1))
					runtime.Gosched()
					running.Add(-1)
					served.Add(1)
					release()
					release()
				}
				if err != nil && !errors.Is(err, password.ErrBusy) && !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
				cancel()
			}
		})
	}
	group.Wait()
	if most.Load() > slots || served.Load() == 0 {
		t.Errorf("%d ran concurrently, want at most %d; %d served", most.Load(), slots, served.Load())
	}
	for range slots {
		acquire(t, h)
	}
	ended, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := h.Acquire(ended, nextAccount()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with every slot taken and the queue empty: got %v, want a wait until the context ends", err)
	}
}

func TestAcquire_BusyAfterWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 1, 1, 1500*time.Millisecond)
		defer acquire(t, h)()
		start := time.Now()
		if _, err := h.Acquire(t.Context(), nextAccount()); !errors.Is(err, password.ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
		if waited := time.Since(start); waited != 1500*time.Millisecond {
			t.Errorf("waited %v, want 1.5s", waited)
		}
		go func() { // takes the place in the queue that is free again
			_, _ = h.Acquire(t.Context(), nextAccount())
		}()
		synctest.Wait()
		requireBusy(t, h)
		time.Sleep(1500 * time.Millisecond)
	})
}

func TestAcquire_WaiterGetsFreedSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 1, 1, 2*time.Second)
		release := acquire(t, h)
		time.AfterFunc(time.Second, release)
		start := time.Now()
		defer acquire(t, h)()
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("waited %v, want 1s", waited)
		}
	})
}

func TestAcquire_FirstComeFirstServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 1, 5, 2*time.Second)
		release := acquire(t, h)
		served := make(chan int, 5)
		for n := range 5 {
			go func() {
				release, err := h.Acquire(t.Context(), nextAccount())
				if err != nil {
					t.Errorf("waiter %d: %v", n, err)
					return
				}
				served <- n
				release()
			}()
			synctest.Wait()
		}
		release()
		for want := range 5 {
			if got := <-served; got != want {
				t.Errorf("waiter %d was served, want %d", got, want)
			}
		}
	})
}

func TestAcquire_ContextEndsWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 1, 1, 2*time.Second)
		release := acquire(t, h)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := h.Acquire(ctx, nextAccount()); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		release()
		acquire(t, h)()
	})
}

func TestAcquire_ContextAlreadyDone(t *testing.T) {
	t.Parallel()
	h := queuedHasher(t, 1, 1, time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Acquire(ctx, nextAccount()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	acquire(t, h)()
}

func TestAcquire_NoQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 1, 0, 2*time.Second)
		release := acquire(t, h)
		requireBusy(t, h)
		release()
		acquire(t, h)()
	})
}

func TestAcquire_ReleaseTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 2, 0, 0)
		first, second := acquire(t, h), acquire(t, h)
		first()
		first()
		third := acquire(t, h)
		first()
		requireBusy(t, h)
		second()
		third()
	})
}
