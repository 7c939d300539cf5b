package mfa

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// Confirm turns the enrollment into a method with its first right code; a name that is not empty replaces the one it
// was begun with. The method that it replaces, if any, goes in the same transaction. It ends the account's other sessions
// and step-up tokens and raises this session; with the first method come recovery codes, and an address that waits to be
// confirmed is forgotten. It answers ErrNotFound,
// ErrEnrollmentExpired, ErrNameTaken (which costs no try), a *RejectedError, a *throttle.ThrottledError or password.ErrBusy.
func (s *Service) Confirm(ctx context.Context, sess session.Session, id, code, name string) (Method, ChangeResult, error) {
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
	guess := AttemptFor(sess.AccountID, sess)
	done, err := s.Attempts.Acquire(ctx, guess)
	if err != nil {
		return Method{}, ChangeResult{}, err
	}
	defer done()
	step, err := s.VerifyEnrollmentCode(ctx, e, code)
	if rejected := (*RejectedError)(nil); errors.As(err, &rejected) {
		return Method{}, ChangeResult{}, s.countWrong(ctx, guess, e, rejected)
	}
	if err != nil {
		return Method{}, ChangeResult{}, err
	}
	m, change, err := s.confirmTx(ctx, sess, e, step, guess, CodeBatch{})
	if errors.Is(err, errCodesNeeded) { // known only where nothing comes in between; hashing is no part of that
		var made CodeBatch
		if made, err = s.GenerateCodes(ctx, e.AccountID); err == nil {
			m, change, err = s.confirmTx(ctx, sess, e, step, guess, made)
		}
	}
	if err != nil {
		return Method{}, ChangeResult{}, fmt.Errorf("confirm enrollment: %w", err)
	}
	return m, change, nil
}

// countWrong counts a wrong code, for the account and for this enrollment, and answers it when that has committed.
func (s *Service) countWrong(ctx context.Context, guess throttle.Attempt, e Enrollment, rejected *RejectedError) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
			return err
		}
		budget, err := s.Attempts.Reserve(ctx, guess, throttle.SubLimit{})
		if err != nil {
			return err
		}
		tries, err := s.Store.IncrementTries(ctx, e.AccountID, e.ID, s.Limits.EnrollmentTries)
		if err != nil {
			return err
		}
		if tries == 0 {
			return ErrEnrollmentExpired
		}
		rejected.Budget = budget.Cap(s.Limits.EnrollmentTries - tries)
		return s.Audit.Record(ctx, audit.Event{Kind: audit.EnrollmentFailed, AccountID: e.AccountID, Subject: e.ID, Name: e.Name})
	})
	if err != nil {
		return err
	}
	return rejected
}

// VerifyEnrollmentCode judges an enrollment's code. Where a wrong one fits a clock that is off, it says by how much: the key was
// shown to this session a moment ago, so this tells nobody anything new.
func (s *Service) VerifyEnrollmentCode(ctx context.Context, e Enrollment, code string) (totp.Step, error) {
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

// confirmTx makes the method, and all that follows from it, for a code that was right: unless guesses at the account have to
// wait now, or the enrollment is over or gone. It answers errCodesNeeded where the method is the account's first and there
// are no codes to go with it.
func (s *Service) confirmTx(ctx context.Context, sess session.Session, e Enrollment, step totp.Step, guess throttle.Attempt, codes CodeBatch) (Method, ChangeResult, error) {
	m := s.methodOf(e, step)
	var change ChangeResult
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		there, err := s.consumeEnrollment(ctx, e, guess)
		if err != nil {
			return err
		}
		var shown []secret.Text
		if len(there) == 0 {
			if len(codes.stored) == 0 {
				return errCodesNeeded
			}
			if err := s.replaceRecoveryCodes(ctx, e.AccountID, codes); err != nil {
				return err
			}
			shown = codes.plain
			// The password alone asked for what waits. Now it takes more.
			if err := s.PendingChanges.CancelPendingChanges(ctx, e.AccountID); err != nil {
				return err
			}
		}
		// Step-up proved the password in this session, and this code the phone: together aal2.
		raised, err := s.Sessions.Elevate(ctx, sess, session.AMRFor(true))
		if err != nil {
			return err
		}
		if change, err = s.addMethod(ctx, raised, m, e.Replaces, there); err != nil {
			return err
		}
		change.RecoveryCodes = shown
		return nil
	})
	if err != nil {
		return Method{}, ChangeResult{}, err
	}
	return m, change, nil
}

// consumeEnrollment takes the enrollment away, if guesses may be judged now, and forgives those before. It answers the account's
// methods.
func (s *Service) consumeEnrollment(ctx context.Context, e Enrollment, guess throttle.Attempt) ([]Method, error) {
	if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
		return nil, err
	}
	counts, err := s.Attempts.Counts(ctx, guess)
	if err != nil {
		return nil, err
	}
	if err := s.Attempts.Check(guess, throttle.SubLimit{}, counts); err != nil {
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
	if _, err := s.Store.DeleteEnrollment(ctx, e.AccountID, e.ID); err != nil {
		return nil, err
	}
	if counts.IsZero() {
		return now.Methods, nil
	}
	return now.Methods, s.Attempts.Clear(ctx, throttle.SubLimit{}, guess)
}

// addMethod puts the method beside those that are there, in the place of the one that it replaces. Where that one is gone
// meanwhile, the method is simply one more.
func (s *Service) addMethod(ctx context.Context, sess session.Session, m Method, replaces string, there []Method) (ChangeResult, error) {
	notice := notify.Notice{Kind: notify.MethodAdded, Subject: m.ID, Name: m.Name, First: len(there) == 0}
	events := []audit.Event{{Kind: audit.EnrollmentConfirmed, Subject: m.ID, Name: m.Name}}
	if old, err := find(there, replaces); err == nil {
		if _, err := s.Store.DeleteMethod(ctx, m.AccountID, old.ID); err != nil {
			return ChangeResult{}, err
		}
		notice.Kind = notify.MethodReplaced
		events = append(events, audit.Event{Kind: audit.MethodReplaced, Subject: old.ID, Name: old.Name})
	}
	if _, err := uniqueName(m.Name, excluding(there, replaces)); err != nil { // taken since it was looked at
		return ChangeResult{}, err
	}
	if err := s.Store.InsertMethod(ctx, m); err != nil {
		return ChangeResult{}, err
	}
	return s.notifyAndRecord(ctx, sess, notice, events...)
}
