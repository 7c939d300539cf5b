package authn_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

func (h *fixture) signIn(email string, p authn.Credentials) (authn.SignInResult, error) {
	return h.SignIn(ctx, authn.SignIn{Email: email, Credentials: p, Delivery: session.Token})
}

// late loads no methods until the account is locked, as if MFA had been turned on in between.
type late struct{ authn.Store }

func (l late) Load(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	st, err := l.Store.Load(ctx, q)
	st.Methods = nil
	return st, err
}

func TestSignIn_MFATurnedOnMeanwhile(t *testing.T) {
	t.Parallel()
	t.Run("asks for the code", func(t *testing.T) {
		t.Parallel()
		h := newFixture(t)
		h.enroll()
		sess, token := h.signedIn(false)
		h.Service.Store = late{h.Service.Store}
		p := authn.Credentials{Password: right}
		out, err := h.signIn(ada, p)
		if err != nil || out.Session.ID != "" || out.Pending.ID == "" {
			t.Errorf("sign-in: got %+v, %v, want a pending sign-in", out, err)
		}
		stepUp, _, err := h.StepUp(ctx, sess, remove, p, secret.Text{})
		if !errors.Is(err, authn.ErrCodeRequired) || !stepUp.IsZero() {
			t.Errorf("step-up: got %v, want ErrCodeRequired", err)
		}
		if s := h.state(secret.Text{}, token); s.Sessions != 1 {
			t.Errorf("a session was created: %+v", s)
		}
	})
	t.Run("checks the code that was sent", func(t *testing.T) {
		t.Parallel()
		h := newFixture(t)
		h.enroll()
		h.Service.Store = late{h.Service.Store}
		p := authn.Credentials{Password: right, SecondFactor: authn.SecondFactor{Code: h.code()}}
		if out, err := h.signIn(ada, p); err != nil || out.Session.AMR.ACR() != session.AAL2 {
			t.Errorf("got %+v, %v, want a session of two factors", out, err)
		}
		if _, err := h.signIn(ada, p); !errors.Is(err, mfa.ErrCodeUsed) {
			t.Errorf("used code: got %v, want ErrCodeUsed", err)
		}
	})
}

func TestSignIn_BusyHasherCostsNoAttempt(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	busy, err := password.NewTestHasher(password.TestParams, 1, 0, 0)
	must(t, err)
	release, err := busy.Acquire(ctx, "another account")
	must(t, err)
	h.Passwords = busy
	for range 10 {
		if _, err := h.signIn(ada, authn.Credentials{Password: wrong}); !errors.Is(err, password.ErrBusy) {
			t.Fatalf("got %v, want ErrBusy", err)
		}
	}
	release()
	if n := h.counted(throttle.Password); n != 0 {
		t.Errorf("%d attempts are counted, want none", n)
	}
}

func TestSignIn_BackoffBeforeHash(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	for range 5 {
		if _, err := h.signIn(ada, authn.Credentials{Password: wrong}); !errors.Is(err, authn.ErrCredentialsRejected) {
			t.Fatalf("got %v, want ErrCredentialsRejected", err)
		}
	}
	busy, err := password.NewTestHasher(password.TestParams, 1, 0, 0)
	must(t, err)
	_, err = busy.Acquire(ctx, "another account")
	must(t, err)
	h.Passwords = busy // any hash would return ErrBusy
	_, err = h.signIn(ada, authn.Credentials{Password: right})
	var wait *throttle.ThrottledError
	if !errors.As(err, &wait) || wait.RetryAfter != 30*time.Second {
		t.Errorf("got %v, want a backoff of 30s", err)
	}
}

func TestSignIn_AddressSpellingsShareBudget(t *testing.T) {
	t.Parallel()
	for account, spellings := range map[string][]string{
		"of an account": {ada, "ADA@example.com", " ada@EXAMPLE.com ", "\tAda@Example.Com\n", ada},
		"unknown":       {"z\u00fcrich@example.com", "ZU\u0308RICH@example.com", " z\u00fcrich@EXAMPLE.com", "zu\u0308rich@example.com", "Z\u00dcrich@example.com"},
	} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			for i, email := range spellings {
				_, err := h.signIn(email, authn.Credentials{Password: wrong})
				var rejected *authn.CredentialsError
				if !errors.As(err, &rejected) || rejected.Budget.Left != 4-i {
					t.Errorf("%q: got %+v, want %d left", email, err, 4-i)
				}
			}
			if _, err := h.signIn(spellings[1], authn.Credentials{Password: right}); !errors.Is(err, throttle.ErrThrottled) {
				t.Errorf("sixth attempt: got %v, want a backoff", err)
			}
		})
	}
}

func TestSignIn_UnknownAddressNotStored(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	var seen []string
	h.Attempts.Store = watched{h.Attempts.Store, &seen}
	if _, err := h.signIn("eve@example.com", authn.Credentials{Password: right}); !errors.Is(err, authn.ErrCredentialsRejected) {
		t.Errorf("got %v, want ErrCredentialsRejected", err)
	}
	if _, err := h.signIn(ada, authn.Credentials{Password: wrong}); !errors.Is(err, authn.ErrCredentialsRejected) {
		t.Errorf("got %v, want ErrCredentialsRejected", err)
	}
	if len(seen) != 2 || !strings.HasPrefix(seen[0], "unknown:") || strings.Contains(seen[0], "eve") || len(seen[0]) != len("unknown:")+64 || seen[1] != "ada" {
		t.Errorf("counted under %q, want a digest and the account's id", seen)
	}
}

// watched records the buckets in which attempts are counted.
type watched struct {
	throttle.Store
	seen *[]string
}

func (w watched) Reserve(ctx context.Context, g throttle.Attempt, in throttle.SubLimit, at time.Time, r throttle.Rules) (throttle.Counts, bool, error) {
	*w.seen = append(*w.seen, g.Subject)
	return w.Store.Reserve(ctx, g, in, at, r)
}

func TestSignIn_RehashesOutdatedHash(t *testing.T) {
	t.Parallel()
	outdated, _ := hashed()
	for outcome, c := range map[string]struct {
		password secret.Text
		renewed  bool
	}{"by the right password": {right, true}, "not by a wrong one": {wrong, false}} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			must(t, store.Accounts{DB: h.db}.SetPassword(ctx, "ada", outdated, noon))
			_, err := h.signIn(ada, authn.Credentials{Password: c.password})
			if (err == nil) != c.renewed {
				t.Fatal(err)
			}
			a, err := h.Accounts.ByID(ctx, "ada")
			must(t, err)
			if got := a.PasswordHash != outdated; got != c.renewed {
				t.Errorf("renewed = %v, want %v", got, c.renewed)
			}
			if !a.PasswordChangedAt.Equal(noon) {
				t.Errorf("password_changed_at is %v, want it unchanged", a.PasswordChangedAt)
			}
			if ok, stale, err := h.Passwords.Verify(a.PasswordHash, right); !ok || stale == c.renewed || err != nil {
				t.Errorf("right password: matches %v, stale %v, %v", ok, stale, err)
			}
		})
	}
}

func TestSignIn_UnreadableHash(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	for _, hash := range []string{"x", "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		must(t, store.Accounts{DB: h.db}.SetPassword(ctx, "ada", hash, noon))
		out, err := h.signIn(ada, authn.Credentials{Password: right})
		if err == nil || errors.Is(err, authn.ErrCredentialsRejected) || out.Session.ID != "" {
			t.Errorf("hash %q: got %+v, %v, want a failure of the service", hash, out, err)
		}
		h.now = h.now.Add(time.Hour)
	}
}

// gone loads no account, as if it had been deleted since its token was issued.
type gone struct{ authn.Store }

func (g gone) Load(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	st, err := g.Store.Load(ctx, q)
	st.Account, st.Pending, st.Methods = account.Account{}, authn.PendingSignIn{}, nil
	return st, err
}

func TestSignIn_AccountDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll()
	pending := h.pending(session.Token)
	sess, _ := h.signedIn(true)
	h.Service.Store = gone{h.Service.Store}
	if out, err := h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Token, Second: authn.SecondFactor{Code: h.code()}}); !errors.Is(err, authn.ErrSignInExpired) || out.Session.ID != "" {
		t.Errorf("complete: got %+v, %v", out, err)
	}
	if token, _, err := h.StepUp(ctx, sess, remove, authn.Credentials{Password: right, SecondFactor: authn.SecondFactor{Code: h.code()}}, secret.Text{}); !errors.Is(err, authn.ErrCredentialsRejected) || !token.IsZero() {
		t.Errorf("step-up: got %v", err)
	}
}
