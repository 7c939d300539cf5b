package mfa

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"twofold/internal/audit"
	"twofold/internal/decision"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// Confirm turns a pending enrollment into a method if the code is right. A name that is not empty replaces the name that the
// enrollment was begun with. The method that the enrollment replaces, if any, is deleted in the same transaction. browser is
// the device token of the browser that the session is used from, if any. Confirm ends the account's other sessions, revokes its
// step-up tokens and raises sess to two factors. With the first method it also creates recovery codes and ends everything that
// the password alone has created, see beginMFA. It returns ErrNotFound, ErrEnrollmentExpired, ErrNameTaken (which costs no
// try), a *RejectedError, a *throttle.ThrottledError or password.ErrBusy.
func (s *Service) Confirm(ctx context.Context, sess session.Session, id, code, name string, browser secret.Text) (Method, ChangeResult, error) {
	st, err := s.Store.State(ctx, sess.AccountID)
	if err != nil {
		return Method{}, ChangeResult{}, err
	}
	e := st.Enrollment
	if e.ID != id || e.SessionID != sess.ID {
		return Method{}, ChangeResult{}, ErrNotFound
	}
	if s.expired(e) {
		return Method{}, ChangeResult{}, errors.Join(ErrEnrollmentExpired, s.expire(ctx, e))
	}
	if strings.TrimSpace(name) != "" {
		e.Name = name
	}
	if e.Name, err = uniqueName(e.Name, excluding(st.Methods, e.Replaces)); err != nil {
		return Method{}, ChangeResult{}, err
	}
	attempt := AttemptFor(sess.AccountID, sess)
	release, err := s.Attempts.Acquire(ctx, attempt)
	if err != nil {
		return Method{}, ChangeResult{}, err
	}
	defer release()
	return s.RunConfirmation(ctx, Confirmation{
		Enrollment: e, Code: code, First: len(st.Methods) == 0, InTx: s.inDecisionTx,
		CountFailure: func(ctx context.Context) (throttle.Budget, error) { return s.countTry(ctx, e, attempt) },
		Accept: func(ctx context.Context) (Accepted, error) {
			methods, err := s.consumeEnrollment(ctx, e, attempt)
			if err != nil {
				return Accepted{}, err
			}
			// The step-up before the enrollment verified the password in this session, and this code verifies the phone.
			elevated, err := s.Sessions.Elevate(ctx, sess, session.AMRFor(true))
			return Accepted{Session: elevated, Browser: browser, Methods: methods}, err
		},
	})
}

// Confirmation is one attempt to confirm an enrollment with its first code. The settings page and a sign-in that must enroll
// share the flow, RunConfirmation, and each supplies what counts a failure and what a success leads to.
type Confirmation struct {
	Enrollment Enrollment
	Code       string
	First      bool // the account had no method when it was read

	// InTx runs a decision in one transaction and returns the refusal's error after the commit.
	InTx func(ctx context.Context, decide decision.Func) error
	// CountFailure counts a wrong code while the account is locked, and returns what is left to try.
	CountFailure func(ctx context.Context) (throttle.Budget, error)
	// Accept locks the account, checks that the attempt is not throttled and that the enrollment can still be confirmed,
	// consumes the enrollment, and clears the failures.
	Accept func(ctx context.Context) (Accepted, error)
}

// Accepted is where a method is added.
type Accepted struct {
	Session session.Session
	Browser secret.Text // the device token of the browser that the session is used from; empty: it is a script's
	Methods []Method    // the account's other methods
}

// errCodesNeeded means that a first method needs recovery codes, and that none were generated, because the account lost its
// other methods after it was read.
var errCodesNeeded = errors.New("recovery codes are needed")

// RunConfirmation checks the code, and either counts a failure or adds the method, with recovery codes if it is the
// account's first. It returns the errors of c's functions, a *RejectedError, or password.ErrBusy.
func (s *Service) RunConfirmation(ctx context.Context, c Confirmation) (Method, ChangeResult, error) {
	step, err := s.matchEnrollmentCode(ctx, c.Enrollment, c.Code)
	if rejected := (*RejectedError)(nil); errors.As(err, &rejected) {
		return Method{}, ChangeResult{}, s.rejectEnrollmentCode(ctx, c, rejected)
	}
	if err != nil {
		return Method{}, ChangeResult{}, err
	}
	var codes codeBatch // hashed before the transaction, because hashing is slow
	if c.First {
		if codes, err = s.generateCodes(ctx, c.Enrollment.AccountID, nil); err != nil {
			return Method{}, ChangeResult{}, err
		}
	}
	m, done, err := s.confirmTx(ctx, c, step, codes)
	if errors.Is(err, errCodesNeeded) {
		if codes, err = s.generateCodes(ctx, c.Enrollment.AccountID, nil); err == nil {
			m, done, err = s.confirmTx(ctx, c, step, codes)
		}
	}
	if err != nil {
		return Method{}, ChangeResult{}, fmt.Errorf("confirm enrollment: %w", err)
	}
	return m, done, nil
}

// matchEnrollmentCode returns the latest step that the code belongs to, or a *RejectedError. If a wrong code belongs to a
// clock that is off, the error states by how much. This helps no attacker, because the key was just shown to this session.
func (s *Service) matchEnrollmentCode(ctx context.Context, e Enrollment, code string) (totp.Step, error) {
	key, err := s.key(ctx, e.SealedKey, e.AccountID, e.ID)
	if err != nil {
		return 0, err
	}
	now := s.Now()
	if steps := key.Match(code, now); len(steps) > 0 {
		return steps[len(steps)-1], nil
	}
	offset, _ := key.ClockOffset(code, now)
	return 0, &RejectedError{ClockOffset: offset}
}

// rejectEnrollmentCode counts a wrong code, and returns rejected once that has committed.
func (s *Service) rejectEnrollmentCode(ctx context.Context, c Confirmation, rejected *RejectedError) error {
	e := c.Enrollment
	return c.InTx(ctx, func(ctx context.Context) (_ *decision.Refusal, err error) {
		if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
			return nil, err
		}
		if rejected.Budget, err = c.CountFailure(ctx); err != nil {
			return nil, err
		}
		failed := audit.Event{Kind: audit.EnrollmentFailed, AccountID: e.AccountID, Subject: e.ID, Name: e.Name}
		return decision.Refuse(rejected), s.Audit.Record(ctx, failed)
	})
}

// confirmTx accepts the enrollment and adds the method in one transaction. It returns errCodesNeeded if the method is the
// account's first and codes is empty.
func (s *Service) confirmTx(ctx context.Context, c Confirmation, step totp.Step, codes codeBatch) (Method, ChangeResult, error) {
	m := s.methodOf(c.Enrollment, step)
	var done ChangeResult
	err := c.InTx(ctx, func(ctx context.Context) (*decision.Refusal, error) {
		to, err := c.Accept(ctx)
		if err != nil {
			return nil, err
		}
		first := len(to.Methods) == 0
		if first {
			if err := s.beginMFA(ctx, to, codes); err != nil {
				return nil, err
			}
		}
		if done, err = s.addMethod(ctx, to, m, c.Enrollment.Replaces); err != nil {
			return nil, err
		}
		if first {
			done.RecoveryCodes = codes.plain
		}
		return nil, nil
	})
	if err != nil {
		return Method{}, ChangeResult{}, err
	}
	return m, done, nil
}

// beginMFA prepares an account for its first method, by whichever way it is added. The password alone is no longer enough, so
// everything that it alone has created ends (T-08, T-14, T-25): pending sign-ins, known devices with their attempt budgets,
// password reset links and a pending address. Other sessions and step-up tokens end with every change of methods, in
// RevokeAfterChange. beginMFA also stores the recovery codes.
func (s *Service) beginMFA(ctx context.Context, to Accepted, codes codeBatch) error {
	if len(codes.stored) == 0 {
		return errCodesNeeded
	}
	if err := s.Trust.RevokeOthers(ctx, to.Session, to.Browser); err != nil {
		return err
	}
	if err := s.replaceRecoveryCodes(ctx, to.Session.AccountID, codes); err != nil {
		return err
	}
	return s.PendingChanges.CancelPendingChanges(ctx, to.Session.AccountID)
}

// inDecisionTx runs decide in one transaction and returns the refusal's error after the commit.
func (s *Service) inDecisionTx(ctx context.Context, decide decision.Func) error {
	refusal, err := decision.InTx(ctx, s.Store, decide)
	if err != nil {
		return err
	}
	return refusal.Reason()
}

// countTry counts a wrong code against the account and against the enrollment.
func (s *Service) countTry(ctx context.Context, e Enrollment, attempt throttle.Attempt) (throttle.Budget, error) {
	budget, err := s.Attempts.Reserve(ctx, attempt, throttle.SubLimit{})
	if err != nil {
		return throttle.Budget{}, err
	}
	tries, err := s.Store.IncrementTries(ctx, e.AccountID, e.ID, s.Limits.EnrollmentTries)
	if err != nil {
		return throttle.Budget{}, err
	}
	if tries == 0 {
		return throttle.Budget{}, ErrEnrollmentExpired
	}
	return budget.Cap(s.Limits.EnrollmentTries - tries), nil
}

// consumeEnrollment locks the account, deletes the enrollment, clears the failures, and returns the account's methods. It
// returns a *throttle.ThrottledError, or ErrNotFound or ErrEnrollmentExpired if the enrollment cannot be confirmed any more.
func (s *Service) consumeEnrollment(ctx context.Context, e Enrollment, attempt throttle.Attempt) ([]Method, error) {
	if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
		return nil, err
	}
	counts, err := s.Attempts.Counts(ctx, attempt)
	if err != nil {
		return nil, err
	}
	if err := s.Attempts.Check(attempt, throttle.SubLimit{}, counts); err != nil {
		return nil, err
	}
	now, err := s.Store.State(ctx, e.AccountID)
	if err != nil {
		return nil, err
	}
	if now.Enrollment.ID != e.ID {
		return nil, ErrNotFound
	}
	if s.expired(now.Enrollment) {
		return nil, ErrEnrollmentExpired
	}
	// A session that ends deletes its enrollment without the account's lock. The condition of this DELETE thus also proves that
	// the session has not ended, and that the account, which ends its sessions when it is disabled, is enabled.
	deleted, err := s.Store.DeleteEnrollment(ctx, e.AccountID, e.ID)
	if err != nil {
		return nil, err
	}
	if !deleted {
		return nil, ErrNotFound
	}
	if counts.IsZero() {
		return now.Methods, nil
	}
	return now.Methods, s.Attempts.Clear(ctx, throttle.SubLimit{}, attempt)
}

// methodOf returns the method that an enrollment becomes, with the step of its first code as the last one used.
func (s *Service) methodOf(e Enrollment, step totp.Step) Method {
	return Method{
		ID: e.ID, AccountID: e.AccountID, Type: TOTP, Name: e.Name, SealedKey: e.SealedKey,
		LastStep: step, CreatedAt: s.Now(), LastUsedAt: s.Now(),
	}
}

// addMethod inserts the method, and deletes the one that it replaces. If that one has been removed meanwhile, the method is
// simply added.
func (s *Service) addMethod(ctx context.Context, to Accepted, m Method, replaces string) (ChangeResult, error) {
	notice := notify.Notice{Kind: notify.MethodAdded, Subject: m.ID, Name: m.Name, First: len(to.Methods) == 0}
	events := []audit.Event{{Kind: audit.EnrollmentConfirmed, Subject: m.ID, Name: m.Name}}
	if old, err := find(to.Methods, replaces); err == nil {
		if _, err := s.Store.DeleteMethod(ctx, m.AccountID, old.ID); err != nil {
			return ChangeResult{}, err
		}
		notice.Kind = notify.MethodReplaced
		events = append(events, audit.Event{Kind: audit.MethodReplaced, Subject: old.ID, Name: old.Name})
	}
	if _, err := uniqueName(m.Name, excluding(to.Methods, replaces)); err != nil { // taken since the first look
		return ChangeResult{}, err
	}
	if err := s.Store.InsertMethod(ctx, m); err != nil {
		return ChangeResult{}, err
	}
	return s.notifyAndRecord(ctx, to.Session, notice, events...)
}
