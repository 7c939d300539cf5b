package mfaremoval

import (
	"context"

	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/receipt"
	"twofold/internal/secret"
	"twofold/internal/throttle"
)

// Complete removes every method, recovery code and enrollment of the account and ends every session, with the link of the
// last mail, which it consumes. It creates no session. It returns maillink.ErrExpired, and ErrUndelivered while a notice is
// undelivered; the link then stays valid.
func (s *Service) Complete(ctx context.Context, token secret.Text) (receipt.Receipt, error) {
	l, err := s.Links.Lookup(ctx, maillink.CompleteRemoval, token)
	if err != nil {
		return receipt.Receipt{}, err
	}
	var done receipt.Receipt
	err = s.withAccountLock(ctx, l.AccountID, func(ctx context.Context) (err error) {
		done, err = s.complete(ctx, l)
		return err
	})
	if err != nil {
		return receipt.Receipt{}, err
	}
	return done, nil
}

// complete checks the removal that a link is about and removes MFA, in the transaction of ctx.
func (s *Service) complete(ctx context.Context, l maillink.Link) (receipt.Receipt, error) {
	r, err := s.openOf(ctx, l)
	if err != nil {
		return receipt.Receipt{}, err
	}
	reason, err := s.invalidatedBy(ctx, r)
	if err != nil {
		return receipt.Receipt{}, err
	}
	if reason != (endReason{}) || !r.Ready() {
		return receipt.Receipt{}, maillink.ErrExpired
	}
	delivered, err := s.Notices.Delivered(ctx, r.topic())
	if err != nil {
		return receipt.Receipt{}, err
	}
	if !delivered {
		return receipt.Receipt{}, ErrUndelivered
	}
	if err := s.Links.Consume(ctx, l); err != nil {
		return receipt.Receipt{}, err
	}
	found, err := s.Store.Delete(ctx, r.AccountID, r.ID)
	if err != nil {
		return receipt.Receipt{}, err
	}
	if !found {
		return receipt.Receipt{}, maillink.ErrExpired
	}
	return s.removeAll(ctx, r)
}

// removeAll removes MFA, notifies the owner and records it.
func (s *Service) removeAll(ctx context.Context, r Removal) (receipt.Receipt, error) {
	if err := s.revokeLinks(ctx, r); err != nil {
		return receipt.Receipt{}, err
	}
	ended, err := s.Methods.RemoveAll(ctx, r.AccountID)
	if err != nil {
		return receipt.Receipt{}, err
	}
	if err := s.Attempts.Unlock(ctx, r.AccountID, throttle.RemovalCancel); err != nil {
		return receipt.Receipt{}, err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.RemovalCompleted, AccountID: r.AccountID, Subject: r.ID}); err != nil {
		return receipt.Receipt{}, err
	}
	mails, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.RemovalCompleted, AccountID: r.AccountID})
	return receipt.Receipt{SessionsEnded: ended, NoticesSent: mails}, err
}
