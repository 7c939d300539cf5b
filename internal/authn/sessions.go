package authn

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/receipt"
	"twofold/internal/session"
)

// SignOut ends the session. It succeeds if the session has already ended.
func (s *Service) SignOut(ctx context.Context, sess session.Session) error {
	err := s.endSession(ctx, sess.AccountID, sess.ID, "signed out")
	if errors.Is(err, session.ErrNotFound) {
		return nil
	}
	return err
}

// EndSession ends a session of the account, this one or another. It returns session.ErrNotFound if the account has no such
// session.
func (s *Service) EndSession(ctx context.Context, sess session.Session, id string) error {
	if id == sess.ID {
		return s.SignOut(ctx, sess)
	}
	return s.endSession(ctx, sess.AccountID, id, "ended from another session")
}

func (s *Service) endSession(ctx context.Context, accountID, id, reason string) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Sessions.End(ctx, accountID, id); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.SessionEnded, AccountID: accountID, Subject: id, Reason: reason})
	})
}

// EndOtherSessions ends every session of the account but sess.
func (s *Service) EndOtherSessions(ctx context.Context, sess session.Session) (receipt.Receipt, error) {
	var done receipt.Receipt
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if done.SessionsEnded, err = s.Sessions.EndOthers(ctx, sess.AccountID, sess.ID); err != nil {
			return err
		}
		if done.RecoveryCodesLeft, err = s.Methods.RecoveryCodesLeft(ctx, sess.AccountID); err != nil {
			return err
		}
		if done.SessionsEnded == 0 {
			return nil
		}
		reason := fmt.Sprintf("all others: %d", done.SessionsEnded)
		return s.Audit.Record(ctx, audit.Event{Kind: audit.SessionEnded, AccountID: sess.AccountID, Reason: reason})
	})
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("end other sessions: %w", err)
	}
	return done, nil
}
