package stepup_test

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"twofold/internal/keyring"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/test/pgserver"
)

// revokeElsewhere revokes the signing key as another process would.
func revokeElsewhere(t *testing.T, d *fixture) {
	t.Helper()
	keys, ok := d.Keys.(*keyring.Ring)
	if !ok {
		t.Fatalf("the keys are a %T", d.Keys)
	}
	kid, _ := keys.SigningKey()
	other, err := keyring.Open(ctx, store.Keys{DB: d.db}, d.master, d.Now)
	must(t, err)
	_, err = (&keyring.Rotation{Ring: other}).Revoke(ctx, kid)
	must(t, err)
	if now, _ := keys.SigningKey(); now != kid {
		t.Fatal("the process knows the change already")
	}
}

func TestIssue_SignsAgainAfterRevocationElsewhere(t *testing.T) {
	t.Parallel()
	d := open(t)
	sess := sessionOf("ada", "1")
	before, _ := d.issue(t, sess, true)
	revokeElsewhere(t, d)
	token, g := d.issue(t, sess, true)
	if got, err := d.check(token, sess, remove, session.AAL2); err != nil || got.ID != g.ID {
		t.Errorf("the token issued since: got %+v, %v", got, err)
	}
	if _, err := d.check(before, sess, remove, session.AAL2); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("the token of the revoked key: got %v, want ErrRefused", err)
	}
}

func TestCheck_KeyRevokedElsewhere(t *testing.T) {
	t.Parallel()
	d := open(t)
	sess := sessionOf("ada", "1")
	token, g := d.issue(t, sess, true)
	revokeElsewhere(t, d)
	if _, err := d.check(token, sess, remove, session.AAL2); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("checked: got %v, want ErrRefused", err)
	}
	if err := d.Consume(ctx, g); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("consumed after it was checked: got %v, want ErrRefused", err)
	}
}

func TestIssue_ConcurrentRevocations(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) *fixture{
		"over a file": open, "over PostgreSQL": func(t *testing.T) *fixture { t.Helper(); return openAt(t, pgserver.Database(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issueBesideRevocations(t, open(t))
		})
	}
}

func issueBesideRevocations(t *testing.T, d *fixture) {
	t.Helper()
	var number atomic.Int64
	d.NewID = func() string { return fmt.Sprint(number.Add(1)) }
	other, err := keyring.Open(ctx, store.Keys{DB: d.db}, d.master, d.Now)
	must(t, err)
	until, stop := context.WithCancel(ctx)
	issued := make(chan struct{})
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for until.Err() == nil {
				err := d.db.InTx(ctx, func(ctx context.Context) error {
					_, _, err := d.Issue(ctx, sessionOf("ada", "1"), remove, "", session.AMRFor(true))
					return err
				})
				if err != nil {
					t.Errorf("after %d tokens: %v", number.Load(), err)
					stop()
				}
				select {
				case issued <- struct{}{}:
				case <-until.Done():
				}
			}
		})
	}
	for range 20 { // while three other goroutines issue
		select {
		case <-issued:
		case <-until.Done():
		}
		if _, err := (&keyring.Rotation{Ring: other}).RevokeAll(ctx); err != nil {
			t.Error(err)
		}
	}
	stop()
	busy.Wait()
}

// sieve is a store in which every signing key has been deleted.
type sieve struct {
	stepup.Store
	tries *int
}

func (s sieve) Insert(context.Context, stepup.Grant) (bool, error) {
	*s.tries++
	return false, nil
}

func TestIssue_GivesUpSigningAgain(t *testing.T) {
	t.Parallel()
	d := open(t)
	tries := 0
	d.Store = sieve{d.Store, &tries}
	token, _, err := d.Issue(ctx, sessionOf("ada", "1"), remove, "", session.AMRFor(true))
	if err == nil || !token.IsZero() || tries != 10 {
		t.Errorf("after %d attempts: %v, want an error after ten, and no token", tries, err)
	}
}

// blind holds keys that cannot be reloaded.
type blind struct{ stepup.Keys }

func (blind) Reload(context.Context) error { return errStore }

func (blind) VerificationKey(context.Context, string) (*ecdsa.PublicKey, bool, error) {
	return nil, false, errStore
}

func TestParse_UnreadableKeysAreAFailure(t *testing.T) {
	t.Parallel()
	d := open(t)
	sess := sessionOf("ada", "1")
	token, _ := d.issue(t, sess, true)
	d.Keys = blind{d.Keys}
	if _, err := d.check(token, sess, remove, session.AAL2); !errors.Is(err, errStore) || errors.Is(err, stepup.ErrRefused) {
		t.Errorf("Check: got %v, want the store's error", err)
	}
	d.Store = sieve{d.Store, new(int)}
	if none, _, err := d.Issue(ctx, sess, remove, "", session.AMRFor(true)); !errors.Is(err, errStore) || !none.IsZero() {
		t.Errorf("Issue: got %v, want the store's error and no token", err)
	}
}
