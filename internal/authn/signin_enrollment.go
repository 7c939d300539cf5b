package authn

import (
	"bytes"
	"context"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/decision"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// EnrollRequest begins an enrollment for a sign-in that needs an authenticator app first.
type EnrollRequest struct {
	Token       secret.Text      // of the pending sign-in
	ReceivedVia session.Delivery // how Token was sent
	Name        string           // of the app; empty: a default name
}

// BeginEnrollment generates the key of an authenticator app for a sign-in that must enroll, and replaces an older one. It
// returns ErrSignInExpired and mfa.ErrInvalidName.
func (s *Service) BeginEnrollment(ctx context.Context, req EnrollRequest) (mfa.NewEnrollment, error) {
	a, release, err := s.resume(ctx, req.Token, req.ReceivedVia, secret.Text{}, throttle.TOTP)
	if err != nil {
		return mfa.NewEnrollment{}, err
	}
	defer release()
	if !s.mustEnroll(a.snapshot) {
		return mfa.NewEnrollment{}, ErrSignInExpired
	}
	p := a.snapshot.Pending
	begun, err := s.Methods.NewPending(mfa.Enrollment{ID: p.ID, AccountID: p.AccountID, Name: req.Name, ExpiresAt: p.ExpiresAt}, a.account().Email)
	if err != nil {
		return mfa.NewEnrollment{}, err
	}
	e := begun.Enrollment
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		now, err := s.lockAndReload(ctx, a, a.attemptFor(throttle.TOTP))
		if err != nil {
			return err
		}
		if !s.mustEnroll(now) {
			return ErrSignInExpired
		}
		exists, err := s.Store.SetEnrollmentKey(ctx, p.ID, e.SealedKey, e.Name)
		if err != nil {
			return err
		}
		if !exists {
			return ErrSignInExpired
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentBegun, AccountID: p.AccountID, Subject: p.ID, Name: e.Name})
	})
	if err != nil {
		return mfa.NewEnrollment{}, fmt.Errorf("begin enrollment at sign-in: %w", rejectedAsExpired(err))
	}
	return begun, nil
}

// ConfirmRequest confirms that enrollment with the app's first code. A Name that is not empty replaces the one before.
type ConfirmRequest struct {
	EnrollRequest
	Code     string
	Delivery session.Delivery // as at SignIn, or empty
	Previous secret.Text
	Browser  secret.Text
}

// ConfirmEnrollment adds the authenticator app as the account's first method and creates the session. The account's other
// pending sign-ins are deleted and its sessions end. It returns ErrSignInExpired, mfa.ErrEnrollmentExpired if no enrollment
// was begun, ErrTransportMismatch, mfa.ErrInvalidName, a *mfa.RejectedError, a *throttle.ThrottledError and
// password.ErrBusy.
func (s *Service) ConfirmEnrollment(ctx context.Context, req ConfirmRequest) (SignInResult, mfa.Method, mfa.ChangeResult, error) {
	a, release, err := s.resume(ctx, req.Token, req.ReceivedVia, req.Browser, throttle.TOTP)
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, err
	}
	defer release()
	e, err := s.pendingEnrollment(a, req)
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, err
	}
	t := codeAttempt{code: req.Code, attempt: a.attemptFor(throttle.TOTP), subLimit: throttle.SubLimit{ID: e.ID, Tries: s.Limits.SignInTries}}
	releaseAttempt, err := s.Attempts.Acquire(ctx, t.attempt)
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, err
	}
	defer releaseAttempt()
	if err := s.checkLimits(t, a.snapshot); err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, s.recordRefusal(ctx, a, err)
	}
	var out SignInResult
	m, done, err := s.Methods.RunConfirmation(ctx, mfa.Confirmation{
		Enrollment: e, Code: req.Code, First: true,
		InTx:         func(ctx context.Context, decide decision.Func) error { return s.inDecisionTx(ctx, a, decide) },
		CountFailure: func(ctx context.Context) (throttle.Budget, error) { return s.reserve(ctx, t.attempt, t.subLimit) },
		Accept: func(ctx context.Context) (mfa.Accepted, error) {
			now, err := s.consumePending(ctx, a, t, e)
			if err != nil {
				return mfa.Accepted{}, err
			}
			out, err = s.createSession(ctx, now, sessionParams{now.Pending.Delivery, session.AMRFor(true), req.Previous, req.Browser})
			return mfa.Accepted{Session: out.Session, Browser: out.Browser}, err
		},
	})
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, rejectedAsExpired(err)
	}
	if !done.NewToken.IsZero() {
		out.Token = done.NewToken
	}
	return out, m, done, nil
}

// mustEnroll reports whether the account must have MFA and has none, so that its password yields an enrollment and no
// session. Such a pending sign-in is stored as any other: what it is for is derived from the account's methods each time.
func (s *Service) mustEnroll(st Snapshot) bool {
	return !st.Enabled() && s.Methods.Policy.RequiredAt(s.Now())
}

// pendingEnrollment returns the enrollment that the pending sign-in has begun.
func (s *Service) pendingEnrollment(a attempt, req ConfirmRequest) (mfa.Enrollment, error) {
	p := a.snapshot.Pending
	switch {
	case !s.mustEnroll(a.snapshot):
		return mfa.Enrollment{}, ErrSignInExpired
	case req.Delivery != "" && req.Delivery != p.Delivery:
		return mfa.Enrollment{}, ErrTransportMismatch
	case len(p.SealedKey) == 0:
		return mfa.Enrollment{}, mfa.ErrEnrollmentExpired
	}
	e := mfa.Enrollment{ID: p.ID, AccountID: p.AccountID, Name: p.Name, SealedKey: p.SealedKey}
	if req.Name != "" {
		e.Name = req.Name
	}
	return e.WithName()
}

// consumePending locks the account, checks its pending sign-in again, and clears the failures. The first method deletes the
// account's pending sign-ins in the same transaction. It returns ErrSignInExpired if the pending sign-in has ended since the
// first snapshot or has got another key, or the account has got MFA.
func (s *Service) consumePending(ctx context.Context, a attempt, t codeAttempt, e mfa.Enrollment) (Snapshot, error) {
	now, err := s.lockAndReload(ctx, a, t.attempt)
	if err != nil {
		return Snapshot{}, err
	}
	if !bytes.Equal(now.Pending.SealedKey, e.SealedKey) || !s.mustEnroll(now) {
		return Snapshot{}, ErrSignInExpired
	}
	if err := s.checkLimits(t, now); err != nil {
		return Snapshot{}, err
	}
	return now, s.Attempts.Clear(ctx, t.subLimit, t.attempt)
}
