package account

import (
	"context"
	"errors"

	"twofold/internal/audit"
)

// RestoreEmail gives the account the address back that signed in before somebody else changed it, unless another account
// has got it since. Call it in the transaction that says why.
func (s *Service) RestoreEmail(ctx context.Context, accountID, email string) error {
	err := s.Store.SetEmail(ctx, accountID, email)
	if errors.Is(err, ErrEmailTaken) {
		return nil
	}
	if err != nil {
		return err
	}
	a, err := s.Store.ByID(ctx, accountID)
	if err != nil {
		return err
	}
	if a.NoticeEmail == email { // one mail is enough
		if err := s.Store.SetNoticeEmail(ctx, accountID, ""); err != nil {
			return err
		}
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.EmailChanged, AccountID: accountID, Name: email, Reason: "restored"})
}

// RestoreNoticeEmail gives the account the second address back that it had; empty for none, and none where it is the
// first by now. Call it in the transaction that says why.
func (s *Service) RestoreNoticeEmail(ctx context.Context, accountID, email string) error {
	a, err := s.Store.ByID(ctx, accountID)
	if err != nil {
		return err
	}
	if a.Email == email {
		email = ""
	}
	if err := s.Store.SetNoticeEmail(ctx, accountID, email); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.NoticeEmailChanged, AccountID: accountID, Name: email, Reason: "restored"})
}
