package mfaremoval

import (
	"context"
	"errors"

	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/receipt"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// endReason is why a removal ends without anything being removed; the zero one is that it goes on.
type endReason struct {
	reason   string
	cooldown bool // somebody who is more than the one who asked was there: no new request for a while
}

var (
	byLink      = endReason{"mailed link", true}
	bySession   = endReason{"session", true}
	byCode      = endReason{"code", true}
	byPassword  = endReason{"the password was changed", true}
	byMethod    = endReason{"a method was added", true}
	byAddress   = endReason{"the e-mail address was changed", true}
	withoutMFA  = endReason{"MFA is off", false}
	switchedOff = endReason{"switched off", false}
	tooLate     = endReason{"not completed in time", false}
	overruled   = endReason{"an administrator stepped in", false}
)

// invalidatedBy says whether what a removal rests on is gone. It rests on the password it was asked with, on the methods
// that were lost, and on the address that the announcements went to.
func (s *Service) invalidatedBy(ctx context.Context, r Removal) (endReason, error) {
	if !s.Enabled() {
		return switchedOff, nil
	}
	end := r.RequestedAt.Add(s.Limits.life())
	if r.Ready() {
		end = r.ReadyAt.Add(s.Limits.LinkLifetime)
	}
	if !s.Now().Before(end) {
		return tooLate, nil
	}
	a, err := s.Accounts.ByID(ctx, r.AccountID)
	if err != nil {
		return endReason{}, err
	}
	methods, err := s.Methods.Methods(ctx, r.AccountID)
	if err != nil {
		return endReason{}, err
	}
	if a.Disabled() {
		return overruled, nil
	}
	if a.Email != r.Email {
		return byAddress, nil
	}
	if a.PasswordChangedAt.After(r.RequestedAt) {
		return byPassword, nil
	}
	for _, m := range methods {
		if m.CreatedAt.After(r.RequestedAt) {
			return byMethod, nil
		}
	}
	if len(methods) == 0 {
		return withoutMFA, nil
	}
	return endReason{}, nil
}

// Cancel ends the account's removal on the word of a session of two factors. It answers ErrOneFactor and ErrNone.
func (s *Service) Cancel(ctx context.Context, sess session.Session) (receipt.Receipt, error) {
	if sess.AMR.ACR() != session.AAL2 {
		return receipt.Receipt{}, ErrMFASessionRequired
	}
	var done receipt.Receipt
	err := s.withAccountLock(ctx, sess.AccountID, func(ctx context.Context) (err error) {
		if done.NoticesSent, err = s.endOpen(ctx, sess.AccountID, bySession); err != nil {
			return err
		}
		stock, err := s.Methods.RecoveryCodeStatus(ctx, sess.AccountID)
		done.RecoveryCodesLeft = stock.Left
		return err
	})
	return done, err
}

// CancelByCode ends the account's removal in the transaction that accepts a code. It answers ErrNone.
func (s *Service) CancelByCode(ctx context.Context, accountID string) error {
	_, err := s.endOpen(ctx, accountID, byCode)
	return err
}

// CancelBecauseFactorUsed ends the account's removal, if there is one, in the transaction that accepts a second factor: it is not lost.
func (s *Service) CancelBecauseFactorUsed(ctx context.Context, accountID string) error {
	err := s.CancelByCode(ctx, accountID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// CancelAfterPasswordReset ends the account's removal, if there is one, in the transaction that replaces the password by mail: so
// it ends at once, and whatever the clocks say about which came first.
func (s *Service) CancelAfterPasswordReset(ctx context.Context, accountID string) error {
	_, err := s.endOpen(ctx, accountID, byPassword)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// CancelByAdmin ends the account's removal, if there is one, in the transaction in which somebody who may disables the account
// or takes its MFA off.
func (s *Service) CancelByAdmin(ctx context.Context, accountID string) error {
	_, err := s.endOpen(ctx, accountID, overruled)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// CancelByLink ends the removal that a mailed link is about, for whoever has the link. It answers link.ErrExpired.
func (s *Service) CancelByLink(ctx context.Context, token secret.Text) error {
	l, err := s.Links.Lookup(ctx, maillink.CancelRemoval, token)
	if err != nil {
		return err
	}
	return s.withAccountLock(ctx, l.AccountID, func(ctx context.Context) error {
		r, err := s.openOf(ctx, l)
		if err != nil {
			return err
		}
		if err := s.Links.Consume(ctx, l); err != nil {
			return err
		}
		_, err = s.end(ctx, r, byLink)
		return err
	})
}

// Complete takes every method, recovery code and enrollment away and ends every session, for whoever has the link of
// the last mail. No session comes of it. It answers link.ErrExpired, and ErrUndelivered while a notice is under way:
// then the link still works later.
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

func (s *Service) complete(ctx context.Context, l maillink.Link) (receipt.Receipt, error) {
	r, err := s.openOf(ctx, l)
	if err != nil {
		return receipt.Receipt{}, err
	}
	over, err := s.invalidatedBy(ctx, r)
	if err != nil {
		return receipt.Receipt{}, err
	}
	if over != (endReason{}) || !r.Ready() {
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

func (s *Service) removeAll(ctx context.Context, r Removal) (receipt.Receipt, error) {
	if err := s.endLinks(ctx, r); err != nil {
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

// openOf answers the removal under way that a link is about, or link.ErrExpired.
func (s *Service) openOf(ctx context.Context, l maillink.Link) (Removal, error) {
	r, err := s.open(ctx, l.AccountID)
	if errors.Is(err, ErrNotFound) || err == nil && r.ID != l.Subject {
		return Removal{}, maillink.ErrExpired
	}
	return r, err
}

func (s *Service) endOpen(ctx context.Context, accountID string, e endReason) (mails int, err error) {
	r, err := s.open(ctx, accountID)
	if err != nil {
		return 0, err
	}
	return s.end(ctx, r, e)
}

// end ends a removal and its links, and tells every address where somebody did that. It answers ErrNone where somebody else ended it.
func (s *Service) end(ctx context.Context, r Removal, e endReason) (mails int, err error) {
	kind, leave := audit.RemovalExpired, s.Store.Delete
	if e.cooldown {
		kind = audit.RemovalCancelled
		leave = func(ctx context.Context, accountID, id string) (bool, error) {
			return s.Store.Cancel(ctx, accountID, id, s.Now())
		}
	}
	found, err := leave(ctx, r.AccountID, r.ID)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, ErrNotFound
	}
	if err := s.endLinks(ctx, r); err != nil {
		return 0, err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: kind, AccountID: r.AccountID, Subject: r.ID, Reason: e.reason}); err != nil {
		return 0, err
	}
	if !e.cooldown {
		return 0, nil // nobody acted: the last mail said when it would be over, or an operator has told what happened
	}
	return s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.RemovalCancelled, AccountID: r.AccountID})
}

func (s *Service) endLinks(ctx context.Context, r Removal) error {
	return errors.Join(
		s.Links.RevokeAll(ctx, r.AccountID, maillink.CancelRemoval, r.ID),
		s.Links.RevokeAll(ctx, r.AccountID, maillink.CompleteRemoval, r.ID),
	)
}
