package session_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/store"
)

func TestCreate_EvictsOldest(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, bobs := d.create(t, "bob", false, session.Cookie)
	var tokens []secret.Text
	for range 23 {
		_, token := d.create(t, "ada", false, session.Cookie)
		tokens = append(tokens, token)
		d.now = d.now.Add(time.Second)
	}
	for i, token := range tokens {
		if got, want := d.isValid(t, token), i >= 3; got != want {
			t.Errorf("session %d of 23: valid = %v, want %v", i+1, got, want)
		}
	}
	if !d.isValid(t, bobs) {
		t.Error("another account's session ended")
	}
}

func TestCreate_ConcurrentWithinLimit(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Limits.PerAccount = 3
	var mu sync.Mutex
	var tokens []secret.Text
	ids := 0
	d.NewID = func() string { mu.Lock(); defer mu.Unlock(); ids++; return fmt.Sprint("s", ids) }
	db, ok := d.Store.(store.Sessions)
	if !ok {
		t.Fatal("the store is not the expected type")
	}
	var done sync.WaitGroup
	for range 30 {
		done.Go(func() {
			err := db.InTx(ctx, func(ctx context.Context) error {
				_, token, err := d.Create(ctx, session.CreateParams{AccountID: "ada", Delivery: session.Token, AMR: session.AMRFor(false)})
				mu.Lock()
				defer mu.Unlock()
				tokens = append(tokens, token)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	valid := 0
	for _, token := range tokens {
		if d.isValid(t, token) {
			valid++
		}
	}
	if valid != 3 {
		t.Errorf("%d sessions are valid, want 3", valid)
	}
}
