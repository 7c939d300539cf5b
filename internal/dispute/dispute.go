// Package dispute handles "this was not me" reports, which users send with the dispute link of a notice about a change that
// they did not make. A report consumes the link, revokes everything that the account's credentials have given access to, undoes
// the reported change with everything that came with it, and forces a password reset, because the attacker knows the password.
// It never turns MFA off if MFA was on before the reported change. The entry point is [Service.Report].
package dispute

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	Removed        Outcome = "removed"   // it turned MFA on: it was removed with every later method
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
	// ForceReset removes the password and mails a link to set a new one, which replaces older links.
	ForceReset(ctx context.Context, accountID string) (sessionsEnded int, err error)
	// NeedsReset reports whether the account has no password, as after ForceReset.
	NeedsReset(ctx context.Context, accountID string) (bool, error)
}

// Removals cancels the MFA removal that is in progress, if there is one.
type Removals interface {
	CancelByDispute(ctx context.Context, accountID string) error
}

// Store opens transactions and locks accounts.
type Store interface {
	account.Locker
	InTx(ctx context.Context, do func(ctx context.Context) error) error
}

// Service handles reports.
type Service struct {
	Store     Store
	Links     *maillink.Service
	Accounts  Accounts
	Passwords Passwords
	Pending   mfa.PendingChanges
	Methods   *mfa.Service
	Removals  Removals
	Revoker   account.Revoker
	Notices   mfa.Notices
	Audit     audit.Log
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
		reported := audit.Event{Kind: audit.NotMeReported, AccountID: l.AccountID, Subject: about.Of, Reason: string(about.Kind)}
		if err := s.Audit.Record(ctx, reported); err != nil {
			return err
		}
		before, err := s.Accounts.Recipient(ctx, l.AccountID)
		if err != nil {
			return err
		}
		if done, err = s.undo(ctx, l.AccountID, about); err != nil || !done.PasswordReset {
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

// undo undoes an event that the owner disputes, with everything that may have come of it. Whatever the event, the account's
// sessions, pending sign-ins, known devices, step-up tokens, reset links, pending address and MFA removal end. Then undoChange
// undoes the reported change. The password is removed and a link to set a new one is mailed, because the attacker knows the
// password. The exception is a method that was added to an account with MFA: it is suspended, and signing in takes another second
// factor besides the password. If an earlier dispute has removed the password, its link has just been revoked, and another is
// mailed.
func (s *Service) undo(ctx context.Context, accountID string, about notify.DisputeSubject) (done Result, err error) {
	if done.SessionsEnded, err = s.Revoker.RevokeAll(ctx, accountID); err != nil {
		return Result{}, err
	}
	if err := s.Pending.CancelPendingChanges(ctx, accountID); err != nil {
		return Result{}, err
	}
	if err := s.Removals.CancelByDispute(ctx, accountID); err != nil {
		return Result{}, err
	}
	if done.Method, err = s.undoChange(ctx, accountID, about); err != nil {
		return Result{}, err
	}
	done.PasswordReset = true
	if done.Method == Suspended {
		if done.PasswordReset, err = s.Passwords.NeedsReset(ctx, accountID); err != nil || !done.PasswordReset {
			return done, err
		}
	}
	ended, err := s.Passwords.ForceReset(ctx, accountID)
	done.SessionsEnded += ended
	return done, err
}

// undoChange undoes the reported change as far as possible. It returns what happened to the method that the notice named, if it
// named one.
func (s *Service) undoChange(ctx context.Context, accountID string, about notify.DisputeSubject) (Outcome, error) {
	switch about.Kind {
	case notify.MethodAdded, notify.MethodReplaced:
		if about.First {
			return s.undoFirstMethod(ctx, accountID)
		}
		return s.suspendMethod(ctx, accountID, about.Of)
	case notify.RecoveryCodesGenerated, notify.RecoveryCodeUsed: // an attacker with one code of a set may have all of them
		return "", s.Methods.DeleteRecoveryCodes(ctx, accountID)
	case notify.EmailChanged:
		return "", s.Accounts.RestoreEmail(ctx, accountID, about.Of)
	case notify.NoticeEmailChanged, notify.NoticeEmailRemoved:
		return "", s.Accounts.RestoreNoticeEmail(ctx, accountID, about.Of)
	}
	return "", nil
}

// undoFirstMethod removes the method that turned MFA on, the recovery codes that came with it, and every later method: the
// attacker who added the first one with the password alone may have added or replaced the others with its codes. No method of the
// account is older than its first one. The dispute link of the notice limits the time in which that is possible.
func (s *Service) undoFirstMethod(ctx context.Context, accountID string) (Outcome, error) {
	methods, err := s.Methods.Methods(ctx, accountID)
	if err != nil {
		return "", err
	}
	if _, err := s.Methods.RemoveAll(ctx, accountID); err != nil {
		return "", err
	}
	for _, m := range methods {
		removed := audit.Event{Kind: audit.MethodRemoved, AccountID: accountID, Subject: m.ID, Name: m.Name}
		if err := s.Audit.Record(ctx, removed); err != nil {
			return "", err
		}
	}
	if len(methods) == 0 {
		return AlreadyRemoved, nil
	}
	return Removed, nil
}

// suspendMethod suspends a method that was added to an account with MFA, and notifies the owner.
func (s *Service) suspendMethod(ctx context.Context, accountID, id string) (Outcome, error) {
	m, err := s.Methods.Suspend(ctx, accountID, id)
	if errors.Is(err, mfa.ErrNotFound) {
		return AlreadyRemoved, nil
	}
	if err != nil {
		return "", err
	}
	_, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.MethodSuspended, AccountID: accountID, Name: m.Name})
	return Suspended, err
}
