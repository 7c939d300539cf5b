package authn_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

func TestComplete_BusyHasherCostsNoAttempt(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll()
	pending := h.pending(session.Token)
	busy, err := password.NewTestHasher(password.TestParams, 1, 0, 0)
	must(t, err)
	_, err = busy.Acquire(ctx, "another account")
	must(t, err)
	h.Passwords = busy
	for range 10 {
		_, err := h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Token, Second: recovery()})
		if !errors.Is(err, password.ErrBusy) {
			t.Fatalf("got %v, want ErrBusy", err)
		}
	}
	if n := h.counted(throttle.RecoveryCode); n != 0 {
		t.Errorf("%d attempts are counted, want none", n)
	}
	h.buckets = nil
	if out, err := h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Token, Second: authn.SecondFactor{Code: h.code()}}); err != nil || out.Session.ID == "" {
		t.Errorf("a TOTP code needs no hash: got %v", err)
	}
}

func TestComplete_BackoffBeforeHash(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll()
	pending := h.pending(session.Token)
	for range 5 {
		_, err := h.Attempts.Reserve(ctx, throttle.Attempt{Subject: "ada", Kind: throttle.RecoveryCode, Bucket: throttle.AnonymousBucket}, throttle.SubLimit{})
		must(t, err)
	}
	busy, err := password.NewTestHasher(password.TestParams, 1, 0, 0)
	must(t, err)
	_, err = busy.Acquire(ctx, "another account")
	must(t, err)
	h.Passwords = busy
	_, err = h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Token, Second: recovery()})
	var wait *throttle.ThrottledError
	if !errors.As(err, &wait) || wait.Kind != throttle.RecoveryCode {
		t.Errorf("got %v, want a backoff for recovery codes", err)
	}
}

// replaced has deleted the code when it is consumed, as if a new set had been generated in between.
type replaced struct{ mfa.Store }

func (r replaced) ConsumeRecoveryCode(ctx context.Context, a, id string, at time.Time) (bool, error) {
	if err := r.Store.DeleteRecoveryCodes(ctx, a); err != nil {
		return false, err
	}
	return r.Store.ConsumeRecoveryCode(ctx, a, id, at)
}

func TestSignIn_RecoveryCodesReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll()
	h.Methods.Store = replaced{h.Methods.Store}
	out, err := h.signIn(ada, authn.Credentials{Password: right, SecondFactor: recovery()})
	if !errors.Is(err, mfa.ErrCodeUsed) || out.Session.ID != "" {
		t.Errorf("got %+v, %v, want ErrCodeUsed", out, err)
	}
}

func TestFactors_OfSuspendedMethod(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll()
	_, err := h.Methods.Suspend(ctx, "ada", "phone")
	must(t, err)
	only := []throttle.Kind{throttle.RecoveryCode}
	if out := h.pending(session.Token); !slices.Equal(out.Factors, only) {
		t.Errorf("sign-in offers %v, want %v", out.Factors, only)
	}
	sess, _ := h.signedIn(true)
	_, _, err = h.StepUp(ctx, sess, remove, authn.Credentials{Password: right}, secret.Text{})
	var required *authn.CodeRequiredError
	if !errors.As(err, &required) || !slices.Equal(required.Factors, only) {
		t.Errorf("stepping up: got %v, want %v", err, only)
	}
	shown, err := h.CheckStepUp(ctx, sess, remove, "")
	if shown.RequiredACR != session.AAL2 || !errors.Is(err, stepup.ErrRefused) || !slices.Equal(shown.Factors, only) {
		t.Errorf("the step-up offers %s and returns %v, %v", shown.RequiredACR, shown.Factors, err)
	}
}

// stale loads counters from before the failures of concurrent attempts.
type stale struct{ authn.Store }

func (s stale) Load(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	st, err := s.Store.Load(ctx, q)
	st.Counts = throttle.Counts{}
	return st, err
}

func TestComplete_ChecksLimitsAgainUnderLock(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll()
	pending := h.pending(session.Token)
	for range 5 {
		_, err := h.Attempts.Reserve(ctx, throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}, throttle.SubLimit{})
		must(t, err)
	}
	h.Service.Store = stale{h.Service.Store}
	for what, code := range map[string]string{"a right code": h.code(), "a wrong code": h.wrongCode()} {
		_, err := h.Complete(ctx, authn.SecondFactorRequest{Token: pending.Token, ReceivedVia: session.Token, Second: authn.SecondFactor{Code: code}})
		if !errors.Is(err, throttle.ErrThrottled) {
			t.Errorf("%s: got %v, want a backoff", what, err)
		}
	}
	if h.lastStep() != 0 {
		t.Error("the code was consumed")
	}
}
