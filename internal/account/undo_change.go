package account

import (
	"context"
	"errors"

	"twofold/internal/audit"
	"twofold/internal/mailaddr"
)

// RestoreEmail sets the account's address back to email after a disputed change. It changes nothing if another account has
// got the address since. Call it in the transaction of the dispute.
func (s *Service) RestoreEmail(ctx context.Context, accountID, email string) error {
	email = CanonicalEmail(email) // the link may have been mailed by an earlier version
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
	if a.NoticeEmail == email { // the same address twice would get every notice twice
		if err := s.Store.SetNoticeEmail(ctx, accountID, ""); err != nil {
			return err
		}
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.EmailChanged, AccountID: accountID, Name: mailaddr.ToUnicode(email), Reason: "restored"})
}

// RestoreNoticeEmail sets the account's notice address back to email after a disputed change. It sets none if email is empty
// or is the address that the user signs in with by now. Call it in the transaction of the dispute.
func (s *Service) RestoreNoticeEmail(ctx context.Context, accountID, email string) error {
	email = CanonicalEmail(email)
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
	return s.Audit.Record(ctx, audit.Event{Kind: audit.NoticeEmailChanged, AccountID: accountID, Name: mailaddr.ToUnicode(email), Reason: "restored"})
}
