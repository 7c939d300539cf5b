package account

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/mailaddr"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/secret"
)

// ConfirmAddress makes the change of address that the token of a mailed link confirms, and consumes the link. Sessions
// stay, because no credential changes. It returns maillink.ErrExpired, and ErrEmailTaken if another account has got the
// address in the meantime.
func (s *Service) ConfirmAddress(ctx context.Context, token secret.Text) (PendingAddress, error) {
	l, err := s.Links.Lookup(ctx, maillink.ConfirmAddress, token)
	if err != nil {
		return PendingAddress{}, err
	}
	var p PendingAddress
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, l.AccountID); err != nil {
			return err
		}
		if err := s.Links.Consume(ctx, l); err != nil {
			return err
		}
		if p, err = s.PendingAddress(ctx, l.AccountID); err != nil {
			return err
		}
		if p.ID != l.Subject {
			return maillink.ErrExpired
		}
		deleted, err := s.Pending.Addresses.Delete(ctx, p.AccountID, s.Now())
		if err != nil {
			return err
		}
		if !deleted { // cancelled since it was read
			return maillink.ErrExpired
		}
		a, err := s.Store.ByID(ctx, p.AccountID)
		if err != nil {
			return err
		}
		if p.Kind == NoticeEmail {
			return s.setNoticeEmail(ctx, a, p)
		}
		return s.setEmail(ctx, a, p)
	})
	if errors.Is(err, ErrNoPendingAddress) {
		err = maillink.ErrExpired
	}
	if err != nil {
		return PendingAddress{}, fmt.Errorf("confirm address: %w", err)
	}
	return p, nil
}

func (s *Service) setEmail(ctx context.Context, a Account, p PendingAddress) error {
	if err := s.Store.SetEmail(ctx, a.ID, p.Email); err != nil {
		return err
	}
	if a.NoticeEmail == p.Email { // the same address twice would get every notice twice
		if err := s.Store.SetNoticeEmail(ctx, a.ID, ""); err != nil {
			return err
		}
	}
	// A pending reset link was mailed to the old address.
	if err := s.Links.RevokeAll(ctx, a.ID, maillink.ResetPassword, ""); err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.EmailChanged, AccountID: a.ID, Subject: p.ID, Name: mailaddr.ToUnicode(p.Email)}); err != nil {
		return err
	}
	_, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.EmailChanged, AccountID: a.ID, Subject: a.Email, Name: p.Email, To: addresses(a.Email, a.NoticeEmail, p.Email)})
	return err
}

func (s *Service) setNoticeEmail(ctx context.Context, a Account, p PendingAddress) error {
	if err := s.Store.SetNoticeEmail(ctx, a.ID, p.Email); err != nil {
		return err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.NoticeEmailChanged, AccountID: a.ID, Subject: p.ID, Name: mailaddr.ToUnicode(p.Email)}); err != nil {
		return err
	}
	_, err := s.Notices.Enqueue(ctx, notify.Notice{
		Kind: notify.NoticeEmailChanged, AccountID: a.ID, Subject: a.NoticeEmail, Name: p.Email,
		To: addresses(a.Email, a.NoticeEmail, p.Email), NoDisputeLink: addresses(a.NoticeEmail, p.Email),
	})
	return err
}
