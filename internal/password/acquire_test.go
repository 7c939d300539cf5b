package password_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"twofold/internal/password"
)

// door is a Hasher with the given slots, places to queue and wait.
func door(t *testing.T, slots, queue int, wait time.Duration) *password.Hasher {
	t.Helper()
	h, err := password.NewHasher(password.Default, slots, queue, wait)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func acquire(t *testing.T, h *password.Hasher) (release func()) {
	t.Helper()
	release, err := h.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// busy fails the test unless h refuses at once.
func busy(t *testing.T, h *password.Hasher) {
	t.Helper()
	start := time.Now()
	if release, err := h.Acquire(t.Context()); !errors.Is(err, password.ErrBusy) || release != nil {
		t.Errorf("got %v, want ErrBusy", err)
	}
	if waited := time.Since(start); waited != 0 {
		t.Errorf("it took %v to say so, want at once", waited)
	}
}

func TestOf200AtOnceSomeRunSomeWaitAndTheRestAreBusyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slots, queue, callers = 4, 32, 200
		h := door(t, slots, queue, 2*time.Second)
		start, gate := time.Now(), make(chan struct{})
		var running, most, served, refused atomic.Int32
		for range callers {
			go func() {
				release, err := h.Acquire(t.Context())
				if err != nil {
					if !errors.Is(err, password.ErrBusy) || release != nil {
						t.Errorf("got %v, want ErrBusy", err)
					}
					refused.Add(1)
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
		if running.Load() != slots || refused.Load() != callers-slots-queue {
			t.Errorf("%d run and %d are refused, want %d and %d", running.Load(), refused.Load(), slots, callers-slots-queue)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("the refusal took %v, want at once", waited)
		}
		close(gate)
		synctest.Wait()
		if served.Load() != slots+queue || refused.Load() != callers-slots-queue || most.Load() != slots {
			t.Errorf("%d served, %d refused, at most %d at once", served.Load(), refused.Load(), most.Load())
		}
	})
}

func raise(most *atomic.Int32, n int32) {
	for {
		old := most.Load()
		if n <= old || most.CompareAndSwap(old, n) {
			return
		}
	}
}

// TestAcquireUnderStress churns in real time: callers come, give up and leave in every order. Afterwards nothing is lost.
func TestAcquireUnderStress(t *testing.T) {
	t.Parallel()
	const slots, queue, callers, rounds = 4, 8, 200, 50
	h := door(t, slots, queue, 2*time.Second)
	var running, most, served atomic.Int32
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for round := range rounds {
				ctx, cancel := context.WithCancel(t.Context())
				if (caller+round)%3 == 0 {
					go cancel()
				}
				release, err := h.Acquire(ctx)
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
		t.Errorf("%d ran at once, want at most %d; %d served", most.Load(), slots, served.Load())
	}
	for range slots {
		acquire(t, h)
	}
	ended, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := h.Acquire(ended); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with every slot taken and the queue empty: got %v, want to wait until the context ends", err)
	}
}

func TestAWaiterIsBusyAfterTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := door(t, 1, 1, 1500*time.Millisecond)
		defer acquire(t, h)()
		start := time.Now()
		if _, err := h.Acquire(t.Context()); !errors.Is(err, password.ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
		if waited := time.Since(start); waited != 1500*time.Millisecond {
			t.Errorf("waited %v, want 1.5s", waited)
		}
		go func() { // its place in the queue is free again
			_, _ = h.Acquire(t.Context())
		}()
		synctest.Wait()
		busy(t, h)
		time.Sleep(1500 * time.Millisecond)
	})
}

func TestAWaiterGetsTheSlotThatComesFree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := door(t, 1, 1, 2*time.Second)
		release := acquire(t, h)
		time.AfterFunc(time.Second, release)
		start := time.Now()
		defer acquire(t, h)()
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("waited %v, want 1s", waited)
		}
	})
}

func TestWaitersAreServedInTheOrderTheyCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := door(t, 1, 5, 2*time.Second)
		release := acquire(t, h)
		served := make(chan int, 5)
		for n := range 5 {
			go func() {
				release, err := h.Acquire(t.Context())
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

func TestAWaiterLeavesWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := door(t, 1, 1, 2*time.Second)
		release := acquire(t, h)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := h.Acquire(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		release()
		acquire(t, h)()
	})
}

func TestAnEndedContextTakesNoSlot(t *testing.T) {
	t.Parallel()
	h := door(t, 1, 1, time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Acquire(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	acquire(t, h)()
}

func TestWithoutAQueueTheSecondIsBusyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := door(t, 1, 0, 2*time.Second)
		release := acquire(t, h)
		busy(t, h)
		release()
		acquire(t, h)()
	})
}

func TestReleasingTwiceFreesOneSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := door(t, 2, 0, 0)
		first, second := acquire(t, h), acquire(t, h)
		first()
		first()
		third := acquire(t, h)
		first()
		busy(t, h)
		second()
		third()
	})
}
