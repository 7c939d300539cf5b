package mfa

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/receipt"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// ChangeResult is what a change of an account's credentials returns to the session that made it.
type ChangeResult struct {
	receipt.Receipt
	RecoveryCodes []secret.Text // newly generated, shown only once
	NewToken      secret.Text   // of the session that made the change, if it is delivered by cookie
}

// RevokeAfterChange does what every change of an account's credentials requires: it ends the account's other sessions,
// revokes its step-up tokens, and rotates the token of a session that is delivered by cookie. Call it in the transaction of
// the change.
func (s *Service) RevokeAfterChange(ctx context.Context, sess session.Session) (ChangeResult, error) {
	if err := s.StepUps.RevokeAll(ctx, sess.AccountID); err != nil {
		return ChangeResult{}, err
	}
	ended, err := s.Sessions.EndOthers(ctx, sess.AccountID, sess.ID)
	if err != nil {
		return ChangeResult{}, err
	}
	token, err := s.Sessions.RotateToken(ctx, sess)
	if err != nil {
		return ChangeResult{}, err
	}
	codes, err := s.RecoveryCodeStatus(ctx, sess.AccountID)
	if err != nil {
		return ChangeResult{}, err
	}
	return ChangeResult{Receipt: receipt.Receipt{SessionsEnded: ended, RecoveryCodesLeft: codes.Left}, NewToken: token}, nil
}

// notifyAndRecord calls RevokeAfterChange, sends the notice and records the events.
func (s *Service) notifyAndRecord(ctx context.Context, sess session.Session, n notify.Notice, events ...audit.Event) (ChangeResult, error) {
	done, err := s.RevokeAfterChange(ctx, sess)
	if err != nil {
		return ChangeResult{}, err
	}
	n.AccountID = sess.AccountID
	if done.NoticesSent, err = s.Notices.Enqueue(ctx, n); err != nil {
		return ChangeResult{}, err
	}
	for _, e := range events {
		e.AccountID = sess.AccountID
		if err := s.Audit.Record(ctx, e); err != nil {
			return ChangeResult{}, err
		}
	}
	return done, nil
}

// Remove deletes a method and consumes the grant. Removing the last method turns MFA off and deletes the recovery codes.
// Remove ends the account's other sessions and revokes its step-up tokens. It returns ErrNotFound, ErrLastMethod and
// stepup.ErrRefused; none of them consumes the grant.
func (s *Service) Remove(ctx context.Context, sess session.Session, id string, grant stepup.Grant) (ChangeResult, error) {
	var done ChangeResult
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, sess.AccountID); err != nil {
			return err
		}
		if err := s.StepUps.Consume(ctx, grant); err != nil {
			return err
		}
		methods, err := s.Store.Methods(ctx, sess.AccountID)
		if err != nil {
			return err
		}
		removed, err := find(methods, id)
		if err != nil {
			return err
		}
		if _, err := s.Store.DeleteMethod(ctx, sess.AccountID, id); err != nil {
			return err
		}
		if len(methods) == 1 && s.Policy.RequiredAt(s.Now()) {
			return ErrLastMethod
		}
		if len(methods) == 1 {
			if err := s.Store.DeleteRecoveryCodes(ctx, sess.AccountID); err != nil {
				return err
			}
		}
		done, err = s.notifyAndRecord(ctx, sess,
			notify.Notice{Kind: notify.MethodRemoved, Name: removed.Name},
			audit.Event{Kind: audit.MethodRemoved, Subject: id, Name: removed.Name})
		return err
	})
	if err != nil {
		return ChangeResult{}, fmt.Errorf("remove method: %w", err)
	}
	return done, nil
}

// Rename changes the name of a method. It returns ErrNotFound, ErrInvalidName and ErrNameTaken.
func (s *Service) Rename(ctx context.Context, accountID, id, name string) (Method, error) {
	var renamed Method
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, accountID); err != nil {
			return err
		}
		methods, err := s.Store.Methods(ctx, accountID)
		if err != nil {
			return err
		}
		if renamed, err = find(methods, id); err != nil {
			return err
		}
		if strings.TrimSpace(name) == "" {
			return ErrInvalidName
		}
		if renamed.Name, err = uniqueName(name, excluding(methods, id)); err != nil {
			return err
		}
		if _, err := s.Store.RenameMethod(ctx, accountID, id, renamed.Name); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.MethodRenamed, AccountID: accountID, Subject: id, Name: renamed.Name})
	})
	if err != nil {
		return Method{}, fmt.Errorf("rename method: %w", err)
	}
	return renamed, nil
}

// Suspend stops a method from being accepted, because the account's owner reported that it is not theirs, and revokes every
// step-up token. MFA stays on: signing in needs another method or a recovery code. Suspending a suspended method changes
// nothing. The caller ends the sessions. Suspend returns ErrNotFound.
func (s *Service) Suspend(ctx context.Context, accountID, id string) (Method, error) {
	var suspended Method
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, accountID); err != nil {
			return err
		}
		methods, err := s.Store.Methods(ctx, accountID)
		if err != nil {
			return err
		}
		if suspended, err = find(methods, id); err != nil || suspended.Suspended() {
			return err
		}
		suspended.SuspendedAt = s.Now()
		if _, err := s.Store.SuspendMethod(ctx, accountID, id, suspended.SuspendedAt); err != nil {
			return err
		}
		if err := s.StepUps.RevokeAll(ctx, accountID); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.MethodDisabled, AccountID: accountID, Subject: id, Name: suspended.Name})
	})
	if err != nil {
		return Method{}, fmt.Errorf("suspend method: %w", err)
	}
	return suspended, nil
}

// RemoveAll turns MFA off. It deletes every method, enrollment and recovery code, clears the failed codes, revokes every
// step-up token and ends every session of the account. It returns the number of sessions ended. Call it in the transaction
// that records the reason.
func (s *Service) RemoveAll(ctx context.Context, accountID string) (sessionsEnded int, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		sessionsEnded, err = s.removeAll(ctx, accountID)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove all methods: %w", err)
	}
	return sessionsEnded, nil
}

func (s *Service) removeAll(ctx context.Context, accountID string) (sessionsEnded int, err error) {
	if err := s.Accounts.Lock(ctx, accountID); err != nil {
		return 0, err
	}
	if _, err := s.Store.DeleteMethods(ctx, accountID); err != nil {
		return 0, err
	}
	if err := s.Store.DeleteEnrollments(ctx, accountID); err != nil {
		return 0, err
	}
	if err := s.Store.DeleteRecoveryCodes(ctx, accountID); err != nil {
		return 0, err
	}
	for _, kind := range []throttle.Kind{throttle.TOTP, throttle.RecoveryCode} {
		if err := s.Attempts.Unlock(ctx, accountID, kind); err != nil {
			return 0, err
		}
	}
	if err := s.StepUps.RevokeAll(ctx, accountID); err != nil {
		return 0, err
	}
	return s.Sessions.EndOthers(ctx, accountID, "")
}

// Reset turns MFA off for a user who has lost every factor: it calls RemoveAll, records the reason and notifies the account.
// The actor is an operator (empty) or the account of an administrator. Reset returns the number of methods removed.
func (s *Service) Reset(ctx context.Context, accountID, actor, reason string) (methods int, done receipt.Receipt, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		found, err := s.Store.Methods(ctx, accountID)
		if err != nil {
			return err
		}
		methods, done = len(found), receipt.Receipt{}
		if done.SessionsEnded, err = s.removeAll(ctx, accountID); err != nil {
			return err
		}
		if done.NoticesSent, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.MFAReset, AccountID: accountID}); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.AccountMFAReset, AccountID: accountID, Actor: actor, Reason: reason})
	})
	if err != nil {
		return 0, receipt.Receipt{}, fmt.Errorf("reset MFA: %w", err)
	}
	return methods, done, nil
}

// find returns the method with the given id, or ErrNotFound.
func find(methods []Method, id string) (Method, error) {
	at := slices.IndexFunc(methods, func(m Method) bool { return m.ID == id })
	if at < 0 {
		return Method{}, ErrNotFound
	}
	return methods[at], nil
}

// excluding returns the methods without the one with the given id.
func excluding(methods []Method, id string) []Method {
	return slices.DeleteFunc(slices.Clone(methods), func(m Method) bool { return m.ID == id })
}
