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
)

// endReason is why a removal ends without removing anything. The zero value means that it continues.
type endReason struct {
	text     string // of the audit entry
	byUser   bool   // a user cancelled it: every address is notified
	cooldown bool   // a user acted with more than the password: no new request during Limits.Cooldown
}

var (
	byLink     = endReason{"mailed link", true, true}
	bySession  = endReason{"session", true, true}
	byCode     = endReason{"code", true, true}
	byPassword = endReason{"the password was changed", true, true}
	byMethod   = endReason{"a method was added", true, true}
	byAddress  = endReason{"the email address was changed", true, true}
	// byDispute has no cooldown, because the user who disputed a change may need a removal to get back into the account.
	byDispute = endReason{"a change was disputed", true, false}
	mfaOff    = endReason{"MFA is off", false, false}
	disabled  = endReason{"MFA removal is disabled", false, false}
	expired   = endReason{"not completed in time", false, false}
	byAdmin   = endReason{"an administrator disabled the account or reset MFA", false, false}
)

// invalidatedBy returns why a removal is invalid, or the zero endReason if it is valid. A removal depends on the password that
// it was requested with, the methods that were lost, and the address that the announcements went to.
func (s *Service) invalidatedBy(ctx context.Context, r Removal) (endReason, error) {
	if !s.Enabled() {
		return disabled, nil
	}
	end := r.RequestedAt.Add(s.Limits.maxAge())
	if r.Ready() {
		end = r.ReadyAt.Add(s.Limits.LinkLifetime)
	}
	if !s.Now().Before(end) {
		return expired, nil
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
		return byAdmin, nil
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
		return mfaOff, nil
	}
	return endReason{}, nil
}

// Cancel cancels the account's removal in a session of two factors. It returns ErrMFASessionRequired and ErrNotFound.
func (s *Service) Cancel(ctx context.Context, sess session.Session) (receipt.Receipt, error) {
	if sess.AMR.ACR() != session.AAL2 {
		return receipt.Receipt{}, ErrMFASessionRequired
	}
	var done receipt.Receipt
	err := s.withAccountLock(ctx, sess.AccountID, func(ctx context.Context) (err error) {
		if done.NoticesSent, err = s.endOpen(ctx, sess.AccountID, bySession); err != nil {
			return err
		}
		codes, err := s.Methods.RecoveryCodeStatus(ctx, sess.AccountID)
		done.RecoveryCodesLeft = codes.Left
		return err
	})
	return done, err
}

// CancelByCode cancels the account's removal in the transaction that accepts a code. It returns ErrNotFound.
func (s *Service) CancelByCode(ctx context.Context, accountID string) error {
	_, err := s.endOpen(ctx, accountID, byCode)
	return err
}

// CancelBecauseFactorUsed cancels the account's removal, if there is one, in the transaction that accepts a second factor,
// because the factor is not lost.
func (s *Service) CancelBecauseFactorUsed(ctx context.Context, accountID string) error {
	err := s.CancelByCode(ctx, accountID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// CancelAfterPasswordReset cancels the account's removal, if there is one, in the transaction that replaces the password by
// mail. The removal ends at once, even if clocks disagree about which came first.
func (s *Service) CancelAfterPasswordReset(ctx context.Context, accountID string) error {
	_, err := s.endOpen(ctx, accountID, byPassword)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// CancelByDispute cancels the account's removal, if there is one, in the transaction of a dispute, because the password alone was
// enough to request it. Another one can be requested at once.
func (s *Service) CancelByDispute(ctx context.Context, accountID string) error {
	_, err := s.endOpen(ctx, accountID, byDispute)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// CancelByAdmin ends the account's removal, if there is one, in the transaction in which an administrator disables the account
// or resets its MFA.
func (s *Service) CancelByAdmin(ctx context.Context, accountID string) error {
	_, err := s.endOpen(ctx, accountID, byAdmin)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// CancelByLink cancels the removal that a mailed link is about, and consumes the link. It requires no session. It returns
// maillink.ErrExpired.
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

// openOf returns the removal in progress that a link is about, or maillink.ErrExpired.
func (s *Service) openOf(ctx context.Context, l maillink.Link) (Removal, error) {
	r, err := s.open(ctx, l.AccountID)
	if errors.Is(err, ErrNotFound) || err == nil && r.ID != l.Subject {
		return Removal{}, maillink.ErrExpired
	}
	return r, err
}

// endOpen ends the account's removal in progress. It returns the number of mails and ErrNotFound.
func (s *Service) endOpen(ctx context.Context, accountID string, reason endReason) (mails int, err error) {
	r, err := s.open(ctx, accountID)
	if err != nil {
		return 0, err
	}
	return s.end(ctx, r, reason)
}

// end ends a removal, revokes its links, and notifies every address if a user cancelled it. It returns the number of mails,
// and ErrNotFound if the removal has ended in the meantime.
func (s *Service) end(ctx context.Context, r Removal, reason endReason) (mails int, err error) {
	kind, remove := audit.RemovalExpired, s.Store.Delete
	if reason.byUser {
		kind = audit.RemovalCancelled
	}
	if reason.cooldown {
		remove = func(ctx context.Context, accountID, id string) (bool, error) {
			return s.Store.Cancel(ctx, accountID, id, s.Now())
		}
	}
	found, err := remove(ctx, r.AccountID, r.ID)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, ErrNotFound
	}
	if err := s.revokeLinks(ctx, r); err != nil {
		return 0, err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: kind, AccountID: r.AccountID, Subject: r.ID, Reason: reason.text}); err != nil {
		return 0, err
	}
	if !reason.byUser {
		return 0, nil // the last mail announced the expiry, or the administrator's action sends its own notice
	}
	return s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.RemovalCancelled, AccountID: r.AccountID})
}

// revokeLinks revokes every link of a removal.
func (s *Service) revokeLinks(ctx context.Context, r Removal) error {
	return errors.Join(
		s.Links.RevokeAll(ctx, r.AccountID, maillink.CancelRemoval, r.ID),
		s.Links.RevokeAll(ctx, r.AccountID, maillink.CompleteRemoval, r.ID),
	)
}
