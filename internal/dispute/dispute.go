// Package dispute acts on "this was not me": what somebody says who reads of a change that they did not make. It never
// switches MFA off where MFA was on before that change.
package dispute

import (
	"context"
	"fmt"
	"slices"
	"time"

	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/secret"
)

// Outcome says what became of the authenticator app that a notice named.
type Outcome string

const (
	Suspended      Outcome = "suspended" // it signs nobody in, and still counts
	Removed        Outcome = "removed"   // it was the first and only one, and young
	AlreadyRemoved Outcome = "gone"      // it was removed before
)

// Result is what was done.
type Result struct {
	SessionsEnded int
	Method        Outcome // empty where the notice named none
	PasswordReset bool    // the password stopped working, and a link to set a new one is in the mail
}

// Accounts is what is asked of people.
type Accounts interface {
	// Recipient says who reads the account's notices: first the address that signs in.
	Recipient(ctx context.Context, accountID string) (notify.Recipient, error)
	// ForceReset takes the password away and mails a link to set a new one.
	ForceReset(ctx context.Context, accountID string) (sessionsEnded int, err error)
	// CancelPendingChanges ends reset links, and an address that waits to be confirmed.
	CancelPendingChanges(ctx context.Context, accountID string) error
	// RestoreEmail and RestoreNoticeEmail give back what the account had before.
	RestoreEmail(ctx context.Context, accountID, email string) error
	RestoreNoticeEmail(ctx context.Context, accountID, email string) error
}

// Revoker is what proofs have opened.
type Revoker interface {
	// RevokeAll ends everything that the account's proofs have opened, and the recognition of its devices.
	RevokeAll(ctx context.Context, accountID string) (sessions int, err error)
}

// Store opens transactions, and makes changes to one account wait for each other.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	Lock(ctx context.Context, accountID string) error
}

// Service acts on links.
type Service struct {
	Store      Store
	Links      *maillink.Service
	Accounts   Accounts
	Methods    *mfa.Service
	Revoker    Revoker
	Notices    mfa.Notices
	Audit      audit.Log
	UndoWindow time.Duration // a first and only method younger than this is removed
	Now        func() time.Time
}

// Report ends every session and deals with what the notice told of. It answers link.ErrExpired.
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
		if err := s.Accounts.CancelPendingChanges(ctx, l.AccountID); err != nil {
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
		return Result{}, fmt.Errorf("act on a notice: %w", err)
	}
	return done, nil
}

// revokeSuperseded ends the links that this one leaves nothing to: the copies of the same notice, and, of an address, those of
// every later change. Whoever moved an account twice has a link that takes the second move back, to them.
func (s *Service) revokeSuperseded(ctx context.Context, l maillink.Link, about notify.DisputeSubject) error {
	return s.Links.RevokeWhere(ctx, l.AccountID, maillink.NotMe, func(other maillink.Link) bool {
		if other.Subject == l.Subject {
			return true
		}
		later, err := notify.ParseSubject(other.Subject)
		return err == nil && about.Supersedes(later) && !other.CreatedAt.Before(l.CreatedAt)
	})
}

// notifyOtherAddresses tells of a reset whom no link went to: the second address, and whoever has lost the account by this, who is
// not told where that was done. The link may have been in the wrong hands. What they get cannot be denied in turn.
func (s *Service) notifyOtherAddresses(ctx context.Context, accountID string, before []string) error {
	now, err := s.Accounts.Recipient(ctx, accountID)
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(slices.Clone(before), func(address string) bool { return slices.Contains(now.Addresses, address) })
	if err := s.notify(ctx, accountID, now.Addresses[1:]); err != nil {
		return err
	}
	return s.notify(audit.WithClient(ctx, audit.Client{}), accountID, gone)
}

func (s *Service) notify(ctx context.Context, accountID string, to []string) error {
	if len(to) == 0 {
		return nil
	}
	_, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordRemoved, AccountID: accountID, To: to})
	return err
}

// undo takes back what the notice told of, as far as that can be. Whoever did it knows the password, so that goes too,
// but where a method is suspended: there it takes another factor beside the password as it is.
func (s *Service) undo(ctx context.Context, accountID string, about notify.DisputeSubject, done *Result) error {
	var err error
	switch about.Kind {
	case notify.MethodAdded, notify.MethodReplaced:
		return s.dispute(ctx, accountID, about, done)
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

// dispute takes the use of a method from whoever holds it. It is removed only where there was no MFA before it and nothing
// else has come since; then the password alone would sign in, so that is taken away too.
func (s *Service) dispute(ctx context.Context, accountID string, about notify.DisputeSubject, done *Result) error {
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

func (s *Service) forceReset(ctx context.Context, accountID string, done *Result) error {
	ended, err := s.Accounts.ForceReset(ctx, accountID)
	done.PasswordReset, done.SessionsEnded = true, done.SessionsEnded+ended
	return err
}
