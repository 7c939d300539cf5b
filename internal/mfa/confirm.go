package mfa

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/session"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// Confirm turns the enrollment into a method with its first right code; a name that is not empty replaces the one it
// was begun with. The method that it replaces, if any, goes in the same transaction. It ends the account's other sessions
// and step-up tokens and raises this session; with the first method come recovery codes, and an address that waits to be
// confirmed is forgotten. It answers ErrNotFound,
// ErrEnrollmentExpired, ErrNameTaken (which costs no try), a *RejectedError, a *throttle.WaitError or password.ErrBusy.
func (s *Service) Confirm(ctx context.Context, sess session.Session, id, code, name string) (Method, Change, error) {
	e, err := s.Store.Enrollment(ctx, sess.AccountID, id)
	if err != nil {
		return Method{}, Change{}, err
	}
	if e.SessionID != sess.ID {
		return Method{}, Change{}, ErrNotFound
	}
	if s.over(e) {
		return Method{}, Change{}, errors.Join(ErrEnrollmentExpired, s.expire(ctx, e))
	}
	if strings.TrimSpace(name) != "" {
		e.Name = name
	}
	if e.Name, err = s.nameFor(ctx, e); err != nil {
		return Method{}, Change{}, err
	}
	guess := Guess(sess.AccountID, sess)
	done, err := s.Attempts.Turn(ctx, guess)
	if err != nil {
		return Method{}, Change{}, err
	}
	defer done()
	budget, err := s.reserve(ctx, guess, e)
	if err != nil {
		return Method{}, Change{}, err
	}
	step, err := s.matchFirst(e, code, budget)
	if errors.Is(err, ErrCodeRejected) {
		failed := audit.Event{Kind: audit.EnrollmentFailed, AccountID: e.AccountID, Subject: e.ID, Name: e.Name}
		if err := s.Audit.Record(ctx, failed); err != nil {
			return Method{}, Change{}, err
		}
	}
	if err != nil {
		return Method{}, Change{}, err
	}
	m, change, err := s.accept(ctx, sess, e, step, guess, set{})
	if errors.Is(err, errCodesNeeded) { // known only where nothing comes in between; hashing is no part of that
		var made set
		if made, err = s.newSet(ctx, e.AccountID); err == nil {
			m, change, err = s.accept(ctx, sess, e, step, guess, made)
		}
	}
	if err != nil {
		return Method{}, Change{}, fmt.Errorf("confirm enrollment: %w", err)
	}
	return m, change, nil
}

// reserve counts the guess, for the account and for this enrollment, before the code is looked at.
func (s *Service) reserve(ctx context.Context, guess throttle.Guess, e Enrollment) (throttle.Budget, error) {
	var budget throttle.Budget
	tries := 0
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if budget, err = s.Attempts.Reserve(ctx, guess, throttle.Within{}); err != nil {
			return err
		}
		if tries, err = s.Store.CountTry(ctx, e.AccountID, e.ID, s.Limits.EnrollmentTries); err != nil {
			return err
		}
		if tries == 0 {
			return ErrEnrollmentExpired
		}
		return nil
	})
	return budget.AtMost(s.Limits.EnrollmentTries - tries), err
}

// matchFirst judges an enrollment's code. Where a wrong one fits a clock that is off, it says by how much: the key was
// shown to this session a moment ago, so this tells nobody anything new.
func (s *Service) matchFirst(e Enrollment, code string, budget throttle.Budget) (totp.Step, error) {
	key, err := s.key(e.SealedKey, e.AccountID, e.ID)
	if err != nil {
		return 0, err
	}
	now := s.Now()
	if steps := key.Match(code, now); len(steps) > 0 {
		return steps[len(steps)-1], nil
	}
	offset, _ := key.Offset(code, now)
	return 0, &RejectedError{Budget: budget, ClockOffset: offset}
}

// accept makes the method, and all that follows from it. It answers errCodesNeeded where the method is the account's first
// and there are no codes to go with it.
func (s *Service) accept(ctx context.Context, sess session.Session, e Enrollment, step totp.Step, guess throttle.Guess, codes set) (Method, Change, error) {
	m := Method{
		ID: e.ID, AccountID: e.AccountID, Type: TOTP, Name: e.Name, SealedKey: e.SealedKey,
		LastStep: step, CreatedAt: s.Now(), LastUsedAt: s.Now(),
	}
	var change Change
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, e.AccountID); err != nil {
			return err
		}
		deleted, err := s.Store.DeleteEnrollment(ctx, e.AccountID, e.ID)
		if err != nil {
			return err
		}
		if !deleted {
			return ErrNotFound
		}
		there, err := s.Store.Methods(ctx, e.AccountID)
		if err != nil {
			return err
		}
		if len(there) == 0 {
			if len(codes.kept) == 0 {
				return errCodesNeeded
			}
			if err := s.keep(ctx, e.AccountID, codes); err != nil {
				return err
			}
			change.Codes = codes.shown
			// The password alone asked for what waits. Now it takes more.
			if err := s.Handover.EndHandover(ctx, e.AccountID); err != nil {
				return err
			}
		}
		if err := s.Attempts.Succeeded(ctx, throttle.Within{}, guess); err != nil {
			return err
		}
		// Step-up proved the password in this session, and this code the phone: together aal2.
		if sess, err = s.Sessions.Raise(ctx, sess, session.Proofs(true)); err != nil {
			return err
		}
		shown := change.Codes
		if change, err = s.swap(ctx, sess, m, e.Replaces, there); err != nil {
			return err
		}
		change.Codes = shown
		return nil
	})
	if err != nil {
		return Method{}, Change{}, err
	}
	return m, change, nil
}

// swap puts the method beside those that are there, in the place of the one that it replaces. Where that one is gone
// meanwhile, the method is simply one more.
func (s *Service) swap(ctx context.Context, sess session.Session, m Method, replaces string, there []Method) (Change, error) {
	notice := notify.Notice{Kind: notify.MethodAdded, Subject: m.ID, Name: m.Name, First: len(there) == 0}
	events := []audit.Event{{Kind: audit.EnrollmentConfirmed, Subject: m.ID, Name: m.Name}}
	if old, err := find(there, replaces); err == nil {
		if _, err := s.Store.DeleteMethod(ctx, m.AccountID, old.ID); err != nil {
			return Change{}, err
		}
		notice.Kind = notify.MethodReplaced
		events = append(events, audit.Event{Kind: audit.MethodReplaced, Subject: old.ID, Name: old.Name})
	}
	if _, err := freeName(m.Name, without(there, replaces)); err != nil { // taken since it was looked at
		return Change{}, err
	}
	if err := s.Store.InsertMethod(ctx, m); err != nil {
		return Change{}, err
	}
	return s.announce(ctx, sess, notice, events...)
}

// nameFor is the name that the enrollment's method will have.
func (s *Service) nameFor(ctx context.Context, e Enrollment) (string, error) {
	methods, err := s.Store.Methods(ctx, e.AccountID)
	if err != nil {
		return "", err
	}
	return freeName(e.Name, without(methods, e.Replaces))
}
