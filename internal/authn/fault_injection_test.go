package authn_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/test/faultstore"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

var remove = authn.StepUpScope{Purpose: "mfa.remove"}

// state is the state that a successful operation changes.
type state struct {
	Sessions int
	LastStep totp.Step
	Pending  bool // the pending sign-in still exists
	Previous bool // the browser's old session still exists
	Codes    int  // unused recovery codes
	Mails    int  // in the outbox
}

func (h *fixture) state(pending, previous secret.Text) state {
	h.t.Helper()
	h.faults.Off()
	s := state{LastStep: h.lastStep()}
	errUndo := errors.New("only counting")
	err := h.db.InTx(ctx, func(ctx context.Context) (err error) {
		s.Sessions, err = store.Sessions{DB: h.db}.DeleteOthers(ctx, "ada", "")
		return errors.Join(err, errUndo)
	})
	if !errors.Is(err, errUndo) {
		h.t.Fatal(err)
	}
	st, err := store.SignIns{DB: h.db}.Load(ctx, authn.SnapshotQuery{SignIn: pending})
	must(h.t, err)
	s.Pending = st.Pending.ID != ""
	_, err = store.Sessions{DB: h.db}.ByToken(ctx, previous.Hash())
	s.Previous = err == nil
	stock, err := h.Methods.RecoveryCodeStatus(ctx, "ada")
	must(h.t, err)
	s.Codes = stock.Left
	s.Mails, _, err = store.Outbox{DB: h.db}.Waiting(ctx)
	must(h.t, err)
	return s
}

// operation is one way to present credentials, with its effect on the state.
type operation struct {
	least int // calls that can fail
	mfa   bool
	stale bool // the password's hash has outdated parameters
	// counts lists the failures counted for password and code as the fault moves from call to call. A credential that costs a
	// hash is counted before it is checked and is cleared only by a committed success. A right code is never counted.
	counts  string
	want    func(before state) state
	present func(h *fixture, pending authn.SignInResult, previous secret.Text) (reward string, err error)
}

func rewardOf(out authn.SignInResult) string {
	return out.Session.ID + out.Pending.ID + out.Token.Reveal()
}

var operations = map[string]operation{
	"signing in with a password": {
		counts: "0 0, 1 0", least: 12,
		want: func(s state) state { s.Previous = false; return s }, // the new session replaces it
		present: func(h *fixture, _ authn.SignInResult, previous secret.Text) (string, error) {
			out, err := h.SignIn(ctx, authn.SignIn{Email: ada, Credentials: authn.Credentials{Password: right}, Delivery: session.Cookie, Previous: previous})
			return rewardOf(out), err
		},
	},
	"signing in with a password whose hash is outdated": {
		counts: "0 0, 1 0", least: 13, stale: true,
		want: func(s state) state { s.Sessions++; return s },
		present: func(h *fixture, _ authn.SignInResult, _ secret.Text) (string, error) {
			out, err := h.SignIn(ctx, authn.SignIn{Email: ada, Credentials: authn.Credentials{Password: right}, Delivery: session.Token})
			return rewardOf(out), err
		},
	},
	"signing in up to the code": {
		counts: "0 0, 1 0", least: 9, mfa: true,
		want: func(s state) state { return s },
		present: func(h *fixture, _ authn.SignInResult, previous secret.Text) (string, error) {
			out, err := h.SignIn(ctx, authn.SignIn{Email: ada, Credentials: authn.Credentials{Password: right}, Delivery: session.Cookie, Previous: previous})
			return rewardOf(out), err
		},
	},
	"signing in with password and code": {
		counts: "0 0, 1 0", least: 14, mfa: true,
		want: func(s state) state { s.Previous, s.LastStep = false, totp.StepAt(noon); return s },
		present: func(h *fixture, _ authn.SignInResult, previous secret.Text) (string, error) {
			out, err := h.SignIn(ctx, authn.SignIn{Email: ada, Credentials: authn.Credentials{Password: right, SecondFactor: authn.SecondFactor{Code: h.code()}}, Delivery: session.Cookie, Previous: previous})
			return rewardOf(out), err
		},
	},
	"completing a sign-in": {
		counts: "0 0", least: 11, mfa: true,
		want: func(s state) state {
			s.Pending, s.Previous, s.LastStep = false, false, totp.StepAt(noon)
			return s
		},
		present: func(h *fixture, pending authn.SignInResult, previous secret.Text) (string, error) {
			out, err := h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Cookie, Second: authn.SecondFactor{Code: h.code()}, Previous: previous})
			return rewardOf(out), err
		},
	},
	"signing in with password and recovery code": {
		counts: "0 0, 1 0, 0 1", least: 24, mfa: true,
		want: func(s state) state { s.Previous, s.Codes, s.Mails = false, 1, 1; return s },
		present: func(h *fixture, _ authn.SignInResult, previous secret.Text) (string, error) {
			out, err := h.SignIn(ctx, authn.SignIn{Email: ada, Credentials: authn.Credentials{Password: right, SecondFactor: recovery()}, Delivery: session.Cookie, Previous: previous})
			return rewardOf(out), err
		},
	},
	"completing a sign-in with a recovery code": {
		counts: "0 0, 0 1", least: 22, mfa: true,
		want: func(s state) state { s.Pending, s.Previous, s.Codes, s.Mails = false, false, 1, 1; return s },
		present: func(h *fixture, pending authn.SignInResult, previous secret.Text) (string, error) {
			out, err := h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Cookie, Second: recovery(), Previous: previous})
			return rewardOf(out), err
		},
	},
	"stepping up with password and recovery code": {
		counts: "0 0, 1 0, 0 1", least: 22, mfa: true,
		want: func(s state) state { s.Codes, s.Mails = 1, 1; return s },
		present: func(h *fixture, _ authn.SignInResult, previous secret.Text) (string, error) {
			return h.stepUp(previous, authn.Credentials{Password: right, SecondFactor: recovery()})
		},
	},
	"stepping up with a password": {
		counts: "0 0, 1 0", least: 9,
		want: func(s state) state { return s },
		present: func(h *fixture, _ authn.SignInResult, previous secret.Text) (string, error) {
			return h.stepUp(previous, authn.Credentials{Password: right})
		},
	},
	"stepping up with password and code": {
		counts: "0 0, 1 0", least: 10, mfa: true,
		want: func(s state) state { s.LastStep = totp.StepAt(noon); return s },
		present: func(h *fixture, _ authn.SignInResult, previous secret.Text) (string, error) {
			return h.stepUp(previous, authn.Credentials{Password: right, SecondFactor: authn.SecondFactor{Code: h.code()}})
		},
	},
}

// stepUp steps up in the session with the given token.
func (h *fixture) stepUp(token secret.Text, p authn.Credentials) (string, error) {
	sess, err := store.Sessions{DB: h.db}.ByToken(ctx, token.Hash())
	must(h.t, err)
	got, grant, err := h.StepUp(ctx, sess, remove, p, secret.Text{})
	return got.Reveal() + grant.ID, err
}

// run makes the nth call of the operation fail. It returns a nil error if there was no such call.
func (o operation) run(t *testing.T, nth int) (h *fixture, before, after state, err error) {
	t.Helper()
	h = newFixture(t)
	pending := authn.SignInResult{Token: secret.New("pending")}
	if o.mfa {
		h.enroll()
		must(t, store.SignIns{DB: h.db}.Insert(ctx, authn.PendingSignIn{
			ID: "pending", AccountID: "ada", Delivery: session.Cookie, CreatedAt: noon, ExpiresAt: noon.Add(time.Minute),
		}, pending.Token.Hash()))
	}
	if o.stale {
		outdated, _ := hashed()
		must(t, store.Accounts{DB: h.db}.SetPassword(ctx, "ada", outdated, noon))
	}
	sess, previous := h.signedIn(o.mfa)
	h.buckets = []throttle.Bucket{throttle.AnonymousBucket, throttle.SessionBucket(sess.ID)}
	before = h.state(pending.Token, previous)
	h.faults.FailAt(nth)
	reward, err := o.present(h, pending, previous)
	if struck := h.faults.Hit(); !struck {
		must(t, err)
		if reward == "" {
			t.Error("right credentials returned no credential")
		}
		return h, before, h.state(pending.Token, previous), nil
	}
	if !errors.Is(err, faultstore.Err) {
		t.Errorf("call %d fails: got %v, want the store's error", nth, err)
	}
	if reward != "" {
		t.Errorf("call %d fails: returned %q with the error", nth, reward)
	}
	after = h.state(pending.Token, previous)
	if text := h.log.String(); strings.Contains(text, "succeeded") || strings.Contains(text, "issued") {
		t.Errorf("call %d fails: the audit log reports success:\n%s", nth, text)
	}
	return h, before, after, faultstore.Err
}

// TestFaults_NothingGrantedHalfway makes each call of each operation fail, one after the other. Nothing must be granted, the
// code must stay unused, the pending sign-in must still exist, and a counted attempt must stay counted.
func TestFaults_NothingGrantedHalfway(t *testing.T) {
	t.Parallel()
	for name, o := range operations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var counts []string
			for nth := 1; ; nth++ {
				h, before, after, err := o.run(t, nth)
				count := fmt.Sprintf("%d %d", h.counted(throttle.Password), h.counted(throttle.TOTP)+h.counted(throttle.RecoveryCode))
				if err == nil {
					if got := strings.Join(counts, ", "); got != o.counts || count != "0 0" {
						t.Errorf("with faults at later calls the counted failures of password and code are %s, and without a fault %s, want %s and 0 0", got, count, o.counts)
					}
					if diff := cmp.Diff(o.want(before), after); diff != "" {
						t.Errorf("without a fault, - want, + got:\n%s", diff)
					}
					if nth <= o.least {
						t.Errorf("only %d calls can fail, want %d", nth-1, o.least)
					}
					return
				}
				if len(counts) == 0 || counts[len(counts)-1] != count {
					counts = append(counts, count)
				}
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("call %d fails: the state changed, - before, + after:\n%s", nth, diff)
				}
			}
		})
	}
}

// TestComplete_RejectsOnlyWhatIsCounted makes each call fail, one after the other. Complete must not return that a code is
// wrong unless the attempt is counted. Every other error must be the same for every code.
func TestComplete_RejectsOnlyWhatIsCounted(t *testing.T) {
	t.Parallel()
	for nth := 1; ; nth++ {
		h := newFixture(t)
		h.enroll()
		pending := h.pending(session.Token)
		h.faults.FailAt(nth)
		_, err := h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Token, Second: authn.SecondFactor{Code: h.wrongCode()}})
		h.faults.Off()
		if !h.faults.Hit() {
			if got := h.counted(throttle.TOTP); !errors.Is(err, mfa.ErrCodeRejected) || got != 1 {
				t.Errorf("without a fault: got %v and %d failures, want ErrCodeRejected and one", err, got)
			}
			if nth <= 5 {
				t.Errorf("only %d calls can fail, want 5", nth-1)
			}
			return
		}
		if got := h.counted(throttle.TOTP); !errors.Is(err, faultstore.Err) || got != 0 {
			t.Errorf("call %d fails: got %v and %d failures, want the store's error and none", nth, err, got)
		}
	}
}

func TestFaults_UsedCodeStaysUsed(t *testing.T) {
	t.Parallel()
	for nth := 1; ; nth++ {
		h := newFixture(t)
		h.enroll()
		match, err := h.verify(h.code())
		must(t, err)
		must(t, h.Methods.ConsumeStep(ctx, "ada", match))
		h.faults.FailAt(nth)
		_, err = h.SignIn(ctx, authn.SignIn{Email: ada, Delivery: session.Token, Credentials: authn.Credentials{Password: right, SecondFactor: authn.SecondFactor{Code: h.code()}}})
		h.faults.Off()
		if err := h.Methods.ConsumeStep(ctx, "ada", match); !errors.Is(err, mfa.ErrCodeUsed) {
			t.Errorf("call %d fails, then the code again: got %v, want ErrCodeUsed", nth, err)
		}
		if !h.faults.Hit() {
			if !errors.Is(err, mfa.ErrCodeUsed) {
				t.Errorf("without a fault: got %v, want ErrCodeUsed", err)
			}
			return
		}
	}
}

func TestFaults_CheckStepUpAndSignOut(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	sess, token := h.signedIn(false)
	issued, _, err := h.StepUp(ctx, sess, remove, authn.Credentials{Password: right}, secret.Text{})
	must(t, err)
	for nth := 1; ; nth++ {
		h.faults.FailAt(nth)
		g, err := h.CheckStepUp(ctx, sess, remove, issued.Reveal())
		if !h.faults.Hit() {
			must(t, err)
			break
		}
		if !errors.Is(err, faultstore.Err) || errors.Is(err, stepup.ErrRefused) || g.Grant.ID != "" {
			t.Errorf("check, call %d fails: got %+v, %v, want the store's error", nth, g, err)
		}
	}
	h.faults.FailAt(1)
	if err := h.SignOut(ctx, sess); !errors.Is(err, faultstore.Err) {
		t.Errorf("sign-out: got %v, want the store's error", err)
	}
	if !h.state(secret.Text{}, token).Previous {
		t.Error("the session ended")
	}
}
