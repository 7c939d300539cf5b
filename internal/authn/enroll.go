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

// enrolls says whether an account has to have MFA and has none: a password that is right earns an enrollment and no session.
// What waits is a pending sign-in as any other. What it is good for is read off the account's methods, each time.
func (s *Service) enrolls(st Standing) bool {
	return !st.Enabled() && s.Methods.Policy.Demands(s.Now())
}

// Enrolling is a sign-in that needs an authenticator app first, and how its token came.
type Enrolling struct {
	Token   secret.Text
	Carrier session.Delivery
	Name    string // of the app; an empty one gets one
}

// BeginEnrollment makes the key of an authenticator app for a sign-in that needs one, in the place of an older one. It
// answers ErrSignInExpired and mfa.ErrName.
func (s *Service) BeginEnrollment(ctx context.Context, in Enrolling) (mfa.Begun, error) {
	c, done, err := s.resume(ctx, in.Token, in.Carrier, secret.Text{}, throttle.TOTP)
	if err != nil {
		return mfa.Begun{}, err
	}
	defer done()
	if !s.enrolls(c.standing) {
		return mfa.Begun{}, ErrSignInExpired
	}
	p := c.standing.Pending
	begun, err := s.Methods.Prepare(mfa.Enrollment{ID: p.ID, AccountID: p.AccountID, Name: in.Name, ExpiresAt: p.ExpiresAt}, c.account().Email)
	if err != nil {
		return mfa.Begun{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		kept, err := s.Store.Enroll(ctx, p.ID, begun.Enrollment.SealedKey, begun.Enrollment.Name)
		if err == nil && !kept {
			err = ErrSignInExpired
		}
		if err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentBegun, AccountID: p.AccountID, Subject: p.ID, Name: begun.Enrollment.Name})
	})
	if err != nil {
		return mfa.Begun{}, fmt.Errorf("begin enrollment at sign-in: %w", err)
	}
	return begun, nil
}

// Confirmation is the first code of that app.
type Confirmation struct {
	Enrolling
	Code     string
	Delivery session.Delivery // as at SignIn, or empty
	Previous secret.Text
	Browser  secret.Text
}

// ConfirmEnrollment registers the authenticator app with its first right code, as the account's first method, and opens
// the session. Whatever else was open of the account ends. It answers ErrSignInExpired, mfa.ErrEnrollmentExpired where none
// was begun, ErrOtherDelivery, mfa.ErrName, a *mfa.RejectedError, a *throttle.WaitError and password.ErrBusy.
func (s *Service) ConfirmEnrollment(ctx context.Context, in Confirmation) (Outcome, mfa.Method, mfa.Change, error) {
	c, done, err := s.resume(ctx, in.Token, in.Carrier, in.Browser, throttle.TOTP)
	if err != nil {
		return Outcome{}, mfa.Method{}, mfa.Change{}, err
	}
	defer done()
	e, err := s.enrollment(c, in)
	if err != nil {
		return Outcome{}, mfa.Method{}, mfa.Change{}, err
	}
	t := try{code: in.Code, guess: c.guess(throttle.TOTP), within: throttle.Within{ID: e.ID, Tries: s.Limits.SignInTries}}
	turn, err := s.Attempts.Turn(ctx, t.guess)
	if err != nil {
		return Outcome{}, mfa.Method{}, mfa.Change{}, err
	}
	defer turn()
	if err := s.allows(t, c.standing); err != nil {
		return Outcome{}, mfa.Method{}, mfa.Change{}, s.refuse(ctx, c, err)
	}
	step, err := s.Methods.MatchFirst(ctx, e, in.Code)
	if rejected := (*mfa.RejectedError)(nil); errors.As(err, &rejected) {
		return Outcome{}, mfa.Method{}, mfa.Change{}, s.countFirst(ctx, c, t, e, rejected)
	}
	if err != nil {
		return Outcome{}, mfa.Method{}, mfa.Change{}, err
	}
	return s.acceptFirst(ctx, c, t, e, in, func(ctx context.Context, sess session.Session, codes mfa.Codes) (mfa.Method, mfa.Change, error) {
		return s.Methods.First(ctx, sess, e, step, codes)
	})
}

// enrollment is what a sign-in has begun.
func (s *Service) enrollment(c claim, in Confirmation) (mfa.Enrollment, error) {
	p := c.standing.Pending
	switch {
	case !s.enrolls(c.standing):
		return mfa.Enrollment{}, ErrSignInExpired
	case in.Delivery != "" && in.Delivery != p.Delivery:
		return mfa.Enrollment{}, ErrOtherDelivery
	case len(p.SealedKey) == 0:
		return mfa.Enrollment{}, mfa.ErrEnrollmentExpired
	}
	e := mfa.Enrollment{ID: p.ID, AccountID: p.AccountID, Name: p.Name, SealedKey: p.SealedKey}
	if in.Name != "" {
		e.Name = in.Name
	}
	return e.Named()
}

// countFirst counts a wrong first code, and answers it when that has committed.
func (s *Service) countFirst(ctx context.Context, c claim, t try, e mfa.Enrollment, rejected *mfa.RejectedError) error {
	return s.decide(ctx, c, func(ctx context.Context) (verdict, err error) {
		if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
			return nil, err
		}
		if rejected.Budget, err = s.reserve(ctx, t.guess, t.within); err != nil {
			return nil, err
		}
		return rejected, s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentFailed, AccountID: e.AccountID, Subject: e.ID, Name: e.Name})
	})
}

// register makes the account's first method, in the session that it opens.
type register func(ctx context.Context, sess session.Session, codes mfa.Codes) (mfa.Method, mfa.Change, error)

// acceptFirst registers the app and opens the session, unless the account has got MFA, or another password, meanwhile.
func (s *Service) acceptFirst(ctx context.Context, c claim, t try, e mfa.Enrollment, in Confirmation, do register) (Outcome, mfa.Method, mfa.Change, error) {
	codes, err := s.Methods.NewCodes(ctx, e.AccountID) // hashing is no part of a transaction
	if err != nil {
		return Outcome{}, mfa.Method{}, mfa.Change{}, err
	}
	var out Outcome
	var m mfa.Method
	var change mfa.Change
	err = s.decide(ctx, c, func(ctx context.Context) (verdict, err error) {
		now, err := s.lock(ctx, c, t.guess)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(now.Pending.SealedKey, e.SealedKey) || !s.enrolls(now) {
			return nil, ErrSignInExpired
		}
		if err := s.allows(t, now); err != nil {
			return err, nil
		}
		if err := s.Store.DeleteOf(ctx, e.AccountID); err != nil {
			return nil, fmt.Errorf("end pending sign-ins: %w", err)
		}
		if err := s.Attempts.Succeeded(ctx, t.within, t.guess); err != nil {
			return nil, err
		}
		if out, err = s.openSession(ctx, now, opening{now.Pending.Delivery, session.Proofs(true), in.Previous, in.Browser}); err != nil {
			return nil, err
		}
		m, change, err = do(ctx, out.Session, codes)
		if !change.NewToken.IsZero() {
			out.Token = change.NewToken
		}
		return nil, err
	})
	if err != nil {
		return Outcome{}, mfa.Method{}, mfa.Change{}, c.expired(err)
	}
	return out, m, change, nil
}
