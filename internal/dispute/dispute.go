// Package dispute handles "this was not me" reports, which users send with the dispute link of a notice about a change that
// they did not make. A report consumes the link, revokes everything that the account's credentials have opened, undoes the
// reported change as far as possible, and forces a password reset, because the attacker knows the password. It never turns
// MFA off if MFA was on before the reported change. The entry point is [Service.Report].
package dispute

import (
	"context"
	"fmt"
	"slices"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/secret"
)

// Outcome is what happened to the MFA method that a notice named.
type Outcome string

const (
	Suspended      Outcome = "suspended" // no longer accepted, but MFA stays on
	Removed        Outcome = "removed"   // it was the only method, turned MFA on, and was younger than UndoWindow
	AlreadyRemoved Outcome = "gone"      // it was removed before the report
)

// Result is the effect of a report.
type Result struct {
	SessionsEnded int
	Method        Outcome // empty if the notice named no method
	PasswordReset bool    // the password was removed, and a link to set a new one was mailed
}

// Accounts looks up the recipients of notices and restores addresses.
type Accounts interface {
	notify.Recipients
	// RestoreEmail and RestoreNoticeEmail set an address back to what it was before the reported change.
	RestoreEmail(ctx context.Context, accountID, email string) error
	RestoreNoticeEmail(ctx context.Context, accountID, email string) error
}

// Passwords forces password resets.
type Passwords interface {
	// ForceReset removes the password and mails a link to set a new one.
	ForceReset(ctx context.Context, accountID string) (sessionsEnded int, err error)
}

// Store opens transactions and locks accounts.
type Store interface {
	account.Locker
	InTx(ctx context.Context, do func(ctx context.Context) error) error
}

// Service handles reports.
type Service struct {
	Store      Store
	Links      *maillink.Service
	Accounts   Accounts
	Passwords  Passwords
	Pending    mfa.PendingChanges
	Methods    *mfa.Service
	Revoker    account.Revoker
	Notices    mfa.Notices
	Audit      audit.Log
	UndoWindow time.Duration // a first and only method younger than this is removed instead of suspended
	Now        func() time.Time
}

// Report consumes the dispute link of a notice, ends every session of the account and undoes the reported change. It returns
// maillink.ErrExpired.
func (s *Service) Report(ctx context.Context, token secret.Text) (Result, error) {
	l, err := s.Links.Lookup(ctx, maillink.NotMe, token)
	if err != nil {
		return Result{}, err
	}
	about, err := notify.ParseSubject(l.Subject)
	if err != nil {
		return Result{}, err
	}
	var done Result
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, l.AccountID); err != nil {
			return err
		}
		if err := s.Links.Consume(ctx, l); err != nil {
			return err
		}
		if err := s.revokeSuperseded(ctx, l, about); err != nil {
			return err
		}
		if done.SessionsEnded, err = s.Revoker.RevokeAll(ctx, l.AccountID); err != nil {
			return err
		}
		if err := s.Pending.CancelPendingChanges(ctx, l.AccountID); err != nil {
			return err
		}
		reported := audit.Event{Kind: audit.NotMeReported, AccountID: l.AccountID, Subject: about.Of, Reason: string(about.Kind)}
		if err := s.Audit.Record(ctx, reported); err != nil {
			return err
		}
		before, err := s.Accounts.Recipient(ctx, l.AccountID)
		if err != nil {
			return err
		}
		if err := s.undo(ctx, l.AccountID, about, &done); err != nil || !done.PasswordReset {
			return err
		}
		return s.notifyOtherAddresses(ctx, l.AccountID, before.Addresses)
	})
	if err != nil {
		return Result{}, fmt.Errorf("handle dispute: %w", err)
	}
	return done, nil
}

// revokeSuperseded revokes links that this undo makes pointless: copies of the same notice and, for an address change, links
// of later changes. Otherwise an attacker who changed the address twice could restore their first change.
func (s *Service) revokeSuperseded(ctx context.Context, l maillink.Link, about notify.DisputeSubject) error {
	return s.Links.RevokeWhere(ctx, l.AccountID, maillink.NotMe, func(other maillink.Link) bool {
		if other.Subject == l.Subject {
			return true
		}
		later, err := notify.ParseSubject(other.Subject)
		return err == nil && about.Supersedes(later) && !other.CreatedAt.Before(l.CreatedAt)
	})
}

// notifyOtherAddresses sends the password-reset notice to addresses that got no link: the second address, and addresses that
// the undo removed, in case an attacker used the dispute link. The notice to the latter omits where the report was made. These
// notices carry no dispute link.
func (s *Service) notifyOtherAddresses(ctx context.Context, accountID string, before []string) error {
	now, err := s.Accounts.Recipient(ctx, accountID)
	if err != nil {
		return err
	}
	removed := slices.DeleteFunc(slices.Clone(before), func(address string) bool { return slices.Contains(now.Addresses, address) })
	if err := s.notify(ctx, accountID, now.Addresses[1:]); err != nil {
		return err
	}
	return s.notify(audit.WithClient(ctx, audit.Client{}), accountID, removed)
}

// notify sends the password-reset notice to some addresses.
func (s *Service) notify(ctx context.Context, accountID string, to []string) error {
	if len(to) == 0 {
		return nil
	}
	_, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordRemoved, AccountID: accountID, To: to})
	return err
}

// undo undoes the reported change as far as possible. It also forces a password reset, because the attacker knows the
// password. The exception is a suspended method: signing in then still takes a second factor besides the password.
func (s *Service) undo(ctx context.Context, accountID string, about notify.DisputeSubject, done *Result) error {
	var err error
	switch about.Kind {
	case notify.MethodAdded, notify.MethodReplaced:
		return s.disputeMethod(ctx, accountID, about, done)
	case notify.RecoveryCodesGenerated:
		err = s.Methods.DeleteRecoveryCodes(ctx, accountID)
	case notify.EmailChanged:
		err = s.Accounts.RestoreEmail(ctx, accountID, about.Of)
	case notify.NoticeEmailChanged, notify.NoticeEmailRemoved:
		err = s.Accounts.RestoreNoticeEmail(ctx, accountID, about.Of)
	}
	if err != nil {
		return err
	}
	return s.forceReset(ctx, accountID, done)
}

// disputeMethod suspends the reported method. It removes it instead if the method turned MFA on, is the only one and is
// younger than UndoWindow. The password alone would then be enough to sign in, so it forces a password reset too.
func (s *Service) disputeMethod(ctx context.Context, accountID string, about notify.DisputeSubject, done *Result) error {
	methods, err := s.Methods.Methods(ctx, accountID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(methods, func(m mfa.Method) bool { return m.ID == about.Of })
	if i < 0 {
		done.Method = AlreadyRemoved
		return s.forceReset(ctx, accountID, done)
	}
	if about.First && len(methods) == 1 && s.Now().Before(methods[0].CreatedAt.Add(s.UndoWindow)) {
		done.Method = Removed
		if _, err := s.Methods.RemoveAll(ctx, accountID); err != nil {
			return err
		}
		removed := audit.Event{Kind: audit.MethodRemoved, AccountID: accountID, Subject: methods[0].ID, Name: methods[0].Name}
		if err := s.Audit.Record(ctx, removed); err != nil {
			return err
		}
		return s.forceReset(ctx, accountID, done)
	}
	done.Method = Suspended
	if _, err := s.Methods.Suspend(ctx, accountID, about.Of); err != nil {
		return err
	}
	_, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.MethodSuspended, AccountID: accountID, Name: methods[i].Name})
	return err
}

// forceReset forces a password reset and adds it to the result.
func (s *Service) forceReset(ctx context.Context, accountID string, done *Result) error {
	ended, err := s.Passwords.ForceReset(ctx, accountID)
	done.PasswordReset, done.SessionsEnded = true, done.SessionsEnded+ended
	return err
}
