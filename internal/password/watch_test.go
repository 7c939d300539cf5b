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

// diary writes down what a Hasher's Watch is told.
type diary []string

func (d *diary) watch(context.Context) func(error) func() {
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

func (d *diary) says(t *testing.T, what string, want ...string) {
	t.Helper()
	if !slices.Equal(*d, want) {
		t.Errorf("%s: told %q, want %q", what, *d, want)
	}
	*d = nil
}

func TestWhoWatchesAHasherIsToldOfEveryTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told diary
		h := door(t, 1, 0, time.Second)
		h.OnAcquire = told.watch
		release := acquire(t, h)
		told.says(t, "a slot", "asked", "admitted")
		busy(t, h)
		told.says(t, "a full queue", "asked", password.ErrBusy.Error())
		release()
		release()
		told.says(t, "a slot given back twice", "released")
		ended, end := context.WithCancel(t.Context())
		end()
		if _, err := h.Acquire(ended); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		told.says(t, "somebody who left", "asked", context.Canceled.Error())
	})
}

func TestAHasherTellsHowManyHashAndHowManyWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := door(t, 1, 3, time.Minute)
		release := acquire(t, h)
		for range 2 {
			go func() {
				if release, err := h.Acquire(t.Context()); err == nil {
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
			t.Errorf("afterwards %+v, want %+v", got, want)
		}
	})
}
