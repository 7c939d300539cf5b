package password_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"twofold/internal/password"
)

// enter calls Acquire for an account in the background. Each caller that gets a slot sends the account to served and keeps the
// slot until hashed is received from.
func enter(t *testing.T, h *password.Hasher, account string, served chan<- string, hashed <-chan struct{}) (result chan error) {
	t.Helper()
	result = make(chan error, 1)
	go func() {
		release, err := h.Acquire(t.Context(), account)
		result <- err
		if err == nil {
			served <- account
			<-hashed
			release()
		}
	}()
	synctest.Wait()
	return result
}

func TestAcquire_OneSlotPerAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 4, 32, 2*time.Second)
		served, hashed := make(chan string, 10), make(chan struct{})
		for range 3 {
			enter(t, h, "ada", served, hashed)
		}
		if got := h.QueueStats(); got.Busy != 1 || got.Waiting != 2 {
			t.Errorf("one account has %d slots and %d callers that wait, want 1 and 2", got.Busy, got.Waiting)
		}
		enter(t, h, "bob", served, hashed)
		if got := h.QueueStats(); got.Busy != 2 {
			t.Errorf("%d slots are in use, want 2: another account has a slot of its own", got.Busy)
		}
		close(hashed)
		synctest.Wait()
		if got := h.QueueStats(); got.Busy != 0 || got.Waiting != 0 || len(served) != 4 {
			t.Errorf("%d served, %+v, want all 4", len(served), got)
		}
	})
}

func TestAcquire_AccountsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 1, 32, time.Minute)
		served, hashed := make(chan string, 10), make(chan struct{})
		for _, account := range []string{"eve", "eve", "eve", "eve", "ada", "bob"} {
			enter(t, h, account, served, hashed)
		}
		var order []string
		for range 6 {
			order = append(order, <-served)
			hashed <- struct{}{}
			synctest.Wait()
		}
		if want := []string{"eve", "ada", "bob", "eve", "eve", "eve"}; !slices.Equal(order, want) {
			t.Errorf("served %v, want %v", order, want)
		}
	})
}

func TestAcquire_FullQueueDropsTheLongest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := queuedHasher(t, 1, 3, time.Minute)
		served, hashed := make(chan string, 10), make(chan struct{})
		var eve []chan error
		for range 4 {
			eve = append(eve, enter(t, h, "eve", served, hashed))
		}
		if err := <-enter(t, h, "eve", served, hashed); !errors.Is(err, password.ErrBusy) {
			t.Errorf("one caller too many of the account with the most: got %v, want ErrBusy", err)
		}
		ada := enter(t, h, "ada", served, hashed)
		if len(eve[3]) != 1 || !errors.Is(<-eve[3], password.ErrBusy) || len(ada) != 0 {
			t.Error("the last caller of the account with the most keeps its place")
		}
		enter(t, h, "bob", served, hashed)
		if len(eve[2]) != 1 {
			t.Error("the account with the most callers keeps two places")
		}
		carol := enter(t, h, "carol", served, hashed)
		if len(carol) != 1 || !errors.Is(<-carol, password.ErrBusy) {
			t.Error("an account with one caller loses its place to another")
		}
		close(hashed)
		synctest.Wait()
		if err := <-ada; err != nil {
			t.Errorf("the account that came later: %v", err)
		}
	})
}
