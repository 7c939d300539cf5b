package authn_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/maillink"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/test/faultstore"
)

var ofPassword = authn.StepUpScope{Purpose: "account.password"}

var fresh = secret.New("an otter counts nine lamps")

// changeable is the state that ChangePassword changes.
type changeable struct {
	Hash               string
	Sessions           int
	Here, Other, Grant bool // whether they are valid
	Pending            bool
	Known              [2]bool // this browser, the other
	Mails              int
}

func (h *fixture) changeable(here, other secret.Text, g stepup.Grant, pending secret.Text, browsers [2]secret.Text) changeable {
	h.t.Helper()
	h.faults.Off()
	s := h.state(pending, here)
	a, err := store.Accounts{DB: h.db}.ByID(ctx, "ada")
	must(h.t, err)
	c := changeable{Hash: a.PasswordHash, Sessions: s.Sessions, Here: s.Previous, Pending: s.Pending}
	_, err = store.Sessions{DB: h.db}.ByToken(ctx, other.Hash())
	c.Other = err == nil
	st, err := store.SignIns{DB: h.db}.Load(ctx, authn.SnapshotQuery{AccountID: "ada", StepUp: g.ID, At: h.now})
	must(h.t, err)
	c.Grant = st.StepUp
	for i, b := range browsers {
		d, err := store.Devices{DB: h.db}.Find(ctx, "ada", b.Hash())
		must(h.t, err)
		c.Known[i] = h.now.Before(d.ExpiresAt)
	}
	waiting, _, err := store.Outbox{DB: h.db}.Waiting(ctx)
	must(h.t, err)
	c.Mails = waiting
	return c
}

// engineTx is the account store with the transactions of the engine's store, so that they fail with it.
type engineTx struct {
	account.Store
	engine authn.Store
}

func (s engineTx) InTx(ctx context.Context, do func(context.Context) error) error {
	return s.engine.InTx(ctx, do)
}

// newPasswords returns a service over the fixture's stores, which fails with them.
func (h *fixture) newPasswords() *account.Passwords {
	links := &maillink.Service{Store: store.Links{DB: h.db}, Now: h.Service.Now, NewID: h.Service.NewID}
	return &account.Passwords{
		Store: engineTx{h.Accounts, h.Service.Store}, Policy: account.PasswordPolicy{Hasher: h.Passwords, Issuer: "Twofold"},
		Pending: &account.PendingChanges{Addresses: store.PendingAddresses{DB: h.db}, Links: links, Now: h.Service.Now},
		Links:   links, Notices: h.Notices, StepUps: h.StepUps, Tries: h.Attempts, Engine: h.Service, Audit: h.Audit, Now: h.Service.Now, NewID: h.Service.NewID,
	}
}

func TestChangePassword_Atomic(t *testing.T) {
	t.Parallel()
	for nth := 1; ; nth++ {
		h := newFixture(t)
		browser := func() authn.SignInResult {
			out, err := h.SignIn(ctx, authn.SignIn{Email: ada, Credentials: authn.Credentials{Password: right}, Delivery: session.Cookie})
			must(t, err)
			return out
		}
		here, other := browser(), browser()
		must(t, store.SignIns{DB: h.db}.Insert(ctx, authn.PendingSignIn{
			ID: "pending", AccountID: "ada", Delivery: session.Cookie, CreatedAt: noon, ExpiresAt: noon.Add(time.Minute),
		}, secret.New("pending").Hash()))
		_, grant, err := h.StepUp(ctx, here.Session, ofPassword, authn.Credentials{Password: right}, secret.Text{})
		must(t, err)
		look := func(token secret.Text) changeable {
			return h.changeable(token, other.Token, grant, secret.New("pending"), [2]secret.Text{here.Browser, other.Browser})
		}
		before := look(here.Token)
		h.now = h.now.Add(time.Second)
		h.faults.FailAt(nth)
		done, token, err := h.newPasswords().Change(ctx, here.Session, grant, fresh, here.Browser)
		if h.faults.Hit() {
			if !errors.Is(err, faultstore.Err) || done.SessionsEnded != 0 || !token.IsZero() {
				t.Errorf("call %d fails: got %+v, %v, want the store's error", nth, done, err)
			}
			if diff := cmp.Diff(before, look(here.Token)); diff != "" {
				t.Errorf("call %d fails: the state changed, - before, + after:\n%s", nth, diff)
			}
			continue
		}
		must(t, err)
		after := look(token)
		if ok, _, err := h.Passwords.Verify(after.Hash, fresh); err != nil || !ok {
			t.Errorf("the new password does not match: %v", err)
		}
		want := changeable{Hash: after.Hash, Sessions: 1, Here: true, Known: [2]bool{true, false}, Mails: before.Mails + 1}
		if diff := cmp.Diff(want, after); diff != "" {
			t.Errorf("without a fault, - want, + got:\n%s", diff)
		}
		if nth < 12 {
			t.Errorf("only %d calls can fail, want 12", nth-1)
		}
		return
	}
}

// overtaken replaces the password while the old one is being checked.
type overtaken struct {
	authn.Store
	accounts account.Store
	at       time.Time
}

func (o overtaken) LockAndLoad(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	if err := o.accounts.SetPassword(ctx, "ada", "another", o.at); err != nil {
		return authn.Snapshot{}, err
	}
	return o.Store.LockAndLoad(ctx, q)
}

func TestAuthenticate_PasswordReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		mfa  bool
		want error
		try  func(h *fixture, sess session.Session, pending authn.SignInResult) (string, error)
	}{
		"no session": {false, authn.ErrCredentialsRejected, func(h *fixture, _ session.Session, _ authn.SignInResult) (string, error) {
			out, err := h.signIn(ada, authn.Credentials{Password: right})
			return rewardOf(out), err
		}},
		"no pending sign-in": {true, authn.ErrCredentialsRejected, func(h *fixture, _ session.Session, _ authn.SignInResult) (string, error) {
			out, err := h.signIn(ada, authn.Credentials{Password: right})
			return rewardOf(out), err
		}},
		"no session with a code": {true, authn.ErrCredentialsRejected, func(h *fixture, _ session.Session, _ authn.SignInResult) (string, error) {
			out, err := h.signIn(ada, authn.Credentials{Password: right, SecondFactor: authn.SecondFactor{Code: h.code()}})
			return rewardOf(out), err
		}},
		"no session out of a pending sign-in": {true, authn.ErrSignInExpired, func(h *fixture, _ session.Session, pending authn.SignInResult) (string, error) {
			out, err := h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Token, Second: authn.SecondFactor{Code: h.code()}})
			return rewardOf(out), err
		}},
		"no step-up token": {false, authn.ErrCredentialsRejected, func(h *fixture, sess session.Session, _ authn.SignInResult) (string, error) {
			token, _, err := h.StepUp(ctx, sess, remove, authn.Credentials{Password: right}, secret.Text{})
			return token.Reveal(), err
		}},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			var pending authn.SignInResult
			if c.mfa {
				h.enroll()
				pending = h.pending(session.Token)
			}
			sess, _ := h.signedIn(c.mfa)
			before := h.state(secret.Text{}, secret.Text{})
			works := h.Service.Store
			h.Service.Store = overtaken{works, h.Accounts, h.now}
			if reward, err := c.try(h, sess, pending); !errors.Is(err, c.want) || reward != "" {
				t.Errorf("got %q, %v, want %v", reward, err, c.want)
			}
			h.Service.Store = works
			if diff := cmp.Diff(before, h.state(secret.Text{}, secret.Text{})); diff != "" {
				t.Errorf("the state changed, - before, + after:\n%s", diff)
			}
		})
	}
}
