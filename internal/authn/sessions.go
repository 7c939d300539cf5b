package authn

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/receipt"
	"twofold/internal/session"
)

// SignOut ends the session.
func (s *Service) SignOut(ctx context.Context, sess session.Session) error {
	err := s.end(ctx, sess.AccountID, sess.ID, "signed out")
	if errors.Is(err, session.ErrNotFound) {
		return nil // it ended a moment ago
	}
	return err
}

// EndSession ends a session of the account, this one or another. It answers session.ErrNotFound.
func (s *Service) EndSession(ctx context.Context, sess session.Session, id string) error {
	if id == sess.ID {
		return s.SignOut(ctx, sess)
	}
	return s.end(ctx, sess.AccountID, id, "ended from another session")
}

func (s *Service) end(ctx context.Context, accountID, id, why string) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Sessions.End(ctx, accountID, id); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.SessionEnded, AccountID: accountID, Subject: id, Reason: why})
	})
}

// EndOtherSessions ends every session of the account but this one.
func (s *Service) EndOtherSessions(ctx context.Context, sess session.Session) (receipt.Receipt, error) {
	var done receipt.Receipt
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if done.SessionsEnded, err = s.Sessions.EndOthers(ctx, sess.AccountID, sess.ID); err != nil {
			return err
		}
		stock, err := s.Methods.RecoveryCodeStatus(ctx, sess.AccountID)
		if err != nil {
			return err
		}
		done.RecoveryCodesLeft = stock.Left
		if done.SessionsEnded == 0 {
			return nil
		}
		why := fmt.Sprintf("all others: %d", done.SessionsEnded)
		return s.Audit.Record(ctx, audit.Event{Kind: audit.SessionEnded, AccountID: sess.AccountID, Reason: why})
	})
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("end other sessions: %w", err)
	}
	return done, nil
}
