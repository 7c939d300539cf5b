package password_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"twofold/internal/password"
)

// callLog records the calls of a Hasher's OnAcquire.
type callLog []string

func (d *callLog) onAcquire(context.Context) func(error) func() {
	*d = append(*d, "asked")
	return func(err error) func() {
		if err != nil {
			*d = append(*d, err.Error())
			return nil
		}
		*d = append(*d, "admitted")
		return func() { *d = append(*d, "released") }
	}
}

func (d *callLog) require(t *testing.T, what string, want ...string) {
	t.Helper()
	if !slices.Equal(*d, want) {
		t.Errorf("%s: got %q, want %q", what, *d, want)
	}
	*d = nil
}

func TestOnAcquire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls callLog
		h := queuedHasher(t, 1, 0, time.Second)
		h.OnAcquire = calls.onAcquire
		release := acquire(t, h)
		calls.require(t, "a slot", "asked", "admitted")
		requireBusy(t, h)
		calls.require(t, "a full queue", "asked", password.ErrBusy.Error())
		release()
		release()
		calls.require(t, "a slot released twice", "released")
		ended, end := context.WithCancel(t.Context())
		end()
		if _, err := h.Acquire(ended, nextAccount()); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		calls.require(t, "a caller whose context is done", "asked", context.Canceled.Error())
	})
}

func TestQueueStats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 1, 3, time.Minute)
		release := acquire(t, h)
		for range 2 {
			go func() {
				if release, err := h.Acquire(t.Context(), nextAccount()); err == nil {
					release()
				}
			}()
		}
		synctest.Wait()
		if got, want := h.QueueStats(), (password.QueueStats{Busy: 1, Slots: 1, Waiting: 2, Queue: 3}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		release()
		synctest.Wait()
		if got, want := h.QueueStats(), (password.QueueStats{Slots: 1, Queue: 3}); got != want {
			t.Errorf("after the release: got %+v, want %+v", got, want)
		}
	})
}
