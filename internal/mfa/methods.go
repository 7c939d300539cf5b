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
	RecoveryCodes []secret.Text // new recovery codes, shown this once
	NewToken      secret.Text   // of the session that made the change, if it is delivered in a cookie
}

// RevokeAfterChange does what follows from any change of an account's proofs: other sessions and older step-up tokens end,
// and a session that lives in a cookie gets a new token. Call it in the transaction of the change.
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
	stock, err := s.RecoveryCodeStatus(ctx, sess.AccountID)
	if err != nil {
		return ChangeResult{}, err
	}
	return ChangeResult{Receipt: receipt.Receipt{SessionsEnded: ended, RecoveryCodesLeft: stock.Left}, NewToken: token}, nil
}

// notifyAndRecord is ProofsChanged with its notice and its entries.
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

// Remove takes a method away and spends the grant with it. With the last one MFA goes off, and the recovery codes die.
// It ends the account's other sessions and step-up tokens. It answers ErrNotFound, ErrLastMethod and stepup.ErrRefused;
// none of them spends anything.
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

// Rename gives a method another name. It answers ErrNotFound, ErrName and ErrNameTaken.
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

// Suspend stops a method from being accepted, since its owner says that it is not theirs, and ends every step-up token.
// MFA stays on: signing in takes another method or a recovery code. One that is suspended stays so. Sessions are the
// caller's to end. It answers ErrNotFound.
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

// RemoveAll turns MFA off: every method, enrollment and recovery code goes, the codes that were wrong are forgiven, and
// every step-up token and session of the account ends. Call it in the transaction that says why.
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

// Reset is what an operator, or an administrator whose account is by, does for somebody who has lost everything: RemoveAll,
// with the reason in the audit and a notice to the account. It answers how many methods that were.
func (s *Service) Reset(ctx context.Context, accountID, by, reason string) (methods int, done receipt.Receipt, err error) {
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
		return s.Audit.Record(ctx, audit.Event{Kind: audit.AccountMFAReset, AccountID: accountID, Actor: by, Reason: reason})
	})
	if err != nil {
		return 0, receipt.Receipt{}, fmt.Errorf("reset MFA: %w", err)
	}
	return methods, done, nil
}

// find answers the method of an id, or ErrNotFound.
func find(methods []Method, id string) (Method, error) {
	at := slices.IndexFunc(methods, func(m Method) bool { return m.ID == id })
	if at < 0 {
		return Method{}, ErrNotFound
	}
	return methods[at], nil
}

// excluding answers the methods but the one of an id.
func excluding(methods []Method, id string) []Method {
	return slices.DeleteFunc(slices.Clone(methods), func(m Method) bool { return m.ID == id })
}
