package authn

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// mustEnroll says whether an account has to have MFA and has none: a password that is right earns an enrollment and no session.
// What waits is a pending sign-in as any other. What it is good for is read off the account's methods, each time.
func (s *Service) mustEnroll(st Snapshot) bool {
	return !st.Enabled() && s.Methods.Policy.RequiredAt(s.Now())
}

// EnrollRequest is a sign-in that needs an authenticator app first, and how its token came.
type EnrollRequest struct {
	Token       secret.Text
	ReceivedVia session.Delivery
	Name        string // of the app; an empty one gets one
}

// BeginEnrollment makes the key of an authenticator app for a sign-in that needs one, in the place of an older one. It
// answers ErrSignInExpired and mfa.ErrInvalidName.
func (s *Service) BeginEnrollment(ctx context.Context, in EnrollRequest) (mfa.NewEnrollment, error) {
	c, done, err := s.resume(ctx, in.Token, in.ReceivedVia, secret.Text{}, throttle.TOTP)
	if err != nil {
		return mfa.NewEnrollment{}, err
	}
	defer done()
	if !s.mustEnroll(c.snapshot) {
		return mfa.NewEnrollment{}, ErrSignInExpired
	}
	p := c.snapshot.Pending
	begun, err := s.Methods.NewPending(mfa.Enrollment{ID: p.ID, AccountID: p.AccountID, Name: in.Name, ExpiresAt: p.ExpiresAt}, c.account().Email)
	if err != nil {
		return mfa.NewEnrollment{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		kept, err := s.Store.SetEnrollmentKey(ctx, p.ID, begun.Enrollment.SealedKey, begun.Enrollment.Name)
		if err == nil && !kept {
			err = ErrSignInExpired
		}
		if err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentBegun, AccountID: p.AccountID, Subject: p.ID, Name: begun.Enrollment.Name})
	})
	if err != nil {
		return mfa.NewEnrollment{}, fmt.Errorf("begin enrollment at sign-in: %w", err)
	}
	return begun, nil
}

// ConfirmRequest is the first code of that app.
type ConfirmRequest struct {
	EnrollRequest
	Code     string
	Delivery session.Delivery // as at SignIn, or empty
	Previous secret.Text
	Browser  secret.Text
}

// ConfirmEnrollment registers the authenticator app with its first right code, as the account's first method, and opens
// the session. Whatever else was open of the account ends. It answers ErrSignInExpired, mfa.ErrEnrollmentExpired where none
// was begun, ErrOtherDelivery, mfa.ErrInvalidName, a *mfa.RejectedError, a *throttle.ThrottledError and password.ErrBusy.
func (s *Service) ConfirmEnrollment(ctx context.Context, in ConfirmRequest) (SignInResult, mfa.Method, mfa.ChangeResult, error) {
	c, done, err := s.resume(ctx, in.Token, in.ReceivedVia, in.Browser, throttle.TOTP)
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, err
	}
	defer done()
	e, err := s.enrollment(c, in)
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, err
	}
	t := codeAttempt{code: in.Code, attempt: c.attemptFor(throttle.TOTP), subLimit: throttle.SubLimit{ID: e.ID, Tries: s.Limits.SignInTries}}
	turn, err := s.Attempts.Acquire(ctx, t.attempt)
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, err
	}
	defer turn()
	if err := s.checkLimits(t, c.snapshot); err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, s.recordRefusal(ctx, c, err)
	}
	step, err := s.Methods.VerifyEnrollmentCode(ctx, e, in.Code)
	if rejected := (*mfa.RejectedError)(nil); errors.As(err, &rejected) {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, s.countFirst(ctx, c, t, e, rejected)
	}
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, err
	}
	return s.acceptFirst(ctx, c, t, e, in, func(ctx context.Context, sess session.Session, codes mfa.CodeBatch) (mfa.Method, mfa.ChangeResult, error) {
		return s.Methods.AddFirstMethod(ctx, sess, e, step, codes)
	})
}

// enrollment is what a sign-in has begun.
func (s *Service) enrollment(c attempt, in ConfirmRequest) (mfa.Enrollment, error) {
	p := c.snapshot.Pending
	switch {
	case !s.mustEnroll(c.snapshot):
		return mfa.Enrollment{}, ErrSignInExpired
	case in.Delivery != "" && in.Delivery != p.Delivery:
		return mfa.Enrollment{}, ErrTransportMismatch
	case len(p.SealedKey) == 0:
		return mfa.Enrollment{}, mfa.ErrEnrollmentExpired
	}
	e := mfa.Enrollment{ID: p.ID, AccountID: p.AccountID, Name: p.Name, SealedKey: p.SealedKey}
	if in.Name != "" {
		e.Name = in.Name
	}
	return e.WithName()
}

// countFirst counts a wrong first code, and answers it when that has committed.
func (s *Service) countFirst(ctx context.Context, c attempt, t codeAttempt, e mfa.Enrollment, rejected *mfa.RejectedError) error {
	return s.inDecisionTx(ctx, c, func(ctx context.Context) (verdict, err error) {
		if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
			return nil, err
		}
		if rejected.Budget, err = s.reserve(ctx, t.attempt, t.subLimit); err != nil {
			return nil, err
		}
		return rejected, s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentFailed, AccountID: e.AccountID, Subject: e.ID, Name: e.Name})
	})
}

// register makes the account's first method, in the session that it opens.
type register func(ctx context.Context, sess session.Session, codes mfa.CodeBatch) (mfa.Method, mfa.ChangeResult, error)

// acceptFirst registers the app and opens the session, unless the account has got MFA, or another password, meanwhile.
func (s *Service) acceptFirst(ctx context.Context, c attempt, t codeAttempt, e mfa.Enrollment, in ConfirmRequest, do register) (SignInResult, mfa.Method, mfa.ChangeResult, error) {
	codes, err := s.Methods.GenerateCodes(ctx, e.AccountID) // hashing is no part of a transaction
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, err
	}
	var out SignInResult
	var m mfa.Method
	var change mfa.ChangeResult
	err = s.inDecisionTx(ctx, c, func(ctx context.Context) (verdict, err error) {
		now, err := s.lockAndReload(ctx, c, t.attempt)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(now.Pending.SealedKey, e.SealedKey) || !s.mustEnroll(now) {
			return nil, ErrSignInExpired
		}
		if err := s.checkLimits(t, now); err != nil {
			return err, nil
		}
		if err := s.Store.DeleteOf(ctx, e.AccountID); err != nil {
			return nil, fmt.Errorf("end pending sign-ins: %w", err)
		}
		if err := s.Attempts.Clear(ctx, t.subLimit, t.attempt); err != nil {
			return nil, err
		}
		if out, err = s.openSession(ctx, now, sessionParams{now.Pending.Delivery, session.AMRFor(true), in.Previous, in.Browser}); err != nil {
			return nil, err
		}
		m, change, err = do(ctx, out.Session, codes)
		if !change.NewToken.IsZero() {
			out.Token = change.NewToken
		}
		return nil, err
	})
	if err != nil {
		return SignInResult{}, mfa.Method{}, mfa.ChangeResult{}, c.asExpired(err)
	}
	return out, m, change, nil
}
