// Package mfaremoval takes MFA off the account of somebody who has lost everything: phone and recovery codes. Since nothing
// proves who asks but the password, it is slow, announced to every address, and cancelled by whoever still has a code, a
// session of two factors or one of the mailed links. docs/lost-everything.md says why each rule is there.
package mfaremoval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/throttle"
)

// Removal is a removal of MFA that was asked for and announced.
type Removal struct {
	ID          string
	AccountID   string
	Email       string // where the last mail goes: the account's address when it was asked for
	RequestedAt time.Time
	Remaining   time.Duration // of the announced time; zero: it is over
	CountedAt   time.Time     // up to when the time was counted
	AnnouncedAt time.Time     // of the last announcement
	ReadyAt     time.Time     // when the last mail was posted; zero: the time is not over
	CancelledAt time.Time     // zero: under way
}

// Topic and a removal's id group its notices: while one of them is not delivered, the time stands still.
const Topic = "mfa_removal "

func (r Removal) topic() string { return Topic + r.ID }

// Status is a removal under way, as it is shown.
type Status struct {
	Removal
	ClockPaused bool // the time stands still
}

// Ready says whether the last mail is on its way.
func (r Removal) Ready() bool { return !r.ReadyAt.IsZero() }

var (
	// ErrNotFound means that no removal is under way.
	ErrNotFound = errors.New("no removal of MFA is under way")
	// ErrUnavailable is matched by every *UnavailableError.
	ErrUnavailable = errors.New("removal of MFA is unavailable")
	// ErrStale means that there is no MFA any more, that the account is disabled, or that the password was changed after it
	// was proven.
	ErrStale = errors.New("what a removal of MFA rests on is gone")
	// ErrMFASessionRequired means that a session of one factor was to cancel.
	ErrMFASessionRequired = errors.New("session has one factor")
	// ErrUndelivered means that a notice is still under way, without which nothing is removed.
	ErrUndelivered = errors.New("a notice of the removal is not delivered")
)

// Reason is why no removal can be asked for.
type Reason string

const (
	Off           Reason = "off"            // the operator does not offer it, or no mail is sent
	Cooldown      Reason = "paused"         // one was cancelled lately
	PasswordReset Reason = "password_reset" // the password was set with a mailed link lately: the mailbox alone would do
)

// UnavailableError is a removal that cannot be asked for now.
type UnavailableError struct{ Reason Reason }

func (e *UnavailableError) Error() string { return ErrUnavailable.Error() + ": " + string(e.Reason) }

// Is makes errors.Is(err, ErrUnavailable) hold.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// Store keeps one removal per account.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Last answers the account's removal, under way or cancelled, or ErrNone.
	Last(ctx context.Context, accountID string) (Removal, error)
	// Open lists the accounts that have one under way.
	Open(ctx context.Context) (accountIDs []string, err error)
	// Begin adds a removal in place of a cancelled one, and says whether none was under way: one statement.
	Begin(ctx context.Context, r Removal) (begun bool, err error)
	// Update keeps how far a removal under way has come; Cancel and Delete end it. Each says whether it was there.
	Update(ctx context.Context, r Removal) (found bool, err error)
	Cancel(ctx context.Context, accountID, id string, at time.Time) (found bool, err error)
	Delete(ctx context.Context, accountID, id string) (found bool, err error)
}

// Accounts answers whom a removal is about, and who reads its notices.
type Accounts interface {
	ByID(ctx context.Context, id string) (account.Account, error)
	Recipient(ctx context.Context, id string) (notify.Recipient, error)
}

// Locker makes changes to one account's proofs wait for each other.
type Locker interface {
	Lock(ctx context.Context, accountID string) error
}

// Methods is what is removed.
type Methods interface {
	Methods(ctx context.Context, accountID string) ([]mfa.Method, error)
	RecoveryCodeStatus(ctx context.Context, accountID string) (mfa.RecoveryCodeStatus, error)
	RemoveAll(ctx context.Context, accountID string) (sessionsEnded int, err error)
}

// Notices announces.
type Notices interface {
	Enqueue(ctx context.Context, n notify.Notice) (mails int, err error)
	Delivered(ctx context.Context, topic string) (bool, error)
}

// Links makes the links that cancel and complete.
type Links interface {
	Issue(ctx context.Context, accountID string, p maillink.Purpose, subject string, lifetime time.Duration) (secret.Text, error)
	Lookup(ctx context.Context, p maillink.Purpose, token secret.Text) (maillink.Link, error)
	Consume(ctx context.Context, l maillink.Link) error
	RevokeAll(ctx context.Context, accountID string, p maillink.Purpose, subject string) error
}

// Attempts tells whether the owner's proofs have to wait.
type Attempts interface {
	LockedSince(ctx context.Context, subject string, since time.Time, kinds ...throttle.Kind) (bool, error)
	Unlock(ctx context.Context, subject string, kind throttle.Kind) error
}

// Limits are the times of a removal.
type Limits struct {
	Delay        time.Duration // that a removal is announced for; zero: none can be asked for, and none goes on
	Cooldown     time.Duration // without a new request, after a cancel and after a reset of the password by mail
	Remind       time.Duration // between two announcements
	MaxTick      time.Duration // the most that one look at the clock counts: what the server was down for does not count
	LinkLifetime time.Duration // of the link in the last mail
}

// life is how long a removal may stand still before it is given up, and how long a link that cancels it works.
func (l Limits) life() time.Duration { return l.Delay + l.Cooldown }

// Service asks for removals, counts their time, cancels and completes them.
type Service struct {
	Store    Store
	Locks    Locker
	Accounts Accounts
	Methods  Methods
	Notices  Notices
	Links    Links
	Attempts Attempts
	Audit    audit.Log
	Limits   Limits
	Now      func() time.Time
	NewID    func() string
}

// Enabled says whether a removal can be asked for at all.
func (s *Service) Enabled() bool { return s.Limits.Delay > 0 }

// Current answers the account's removal under way, or ErrNone. It changes nothing.
func (s *Service) Current(ctx context.Context, accountID string) (Status, error) {
	r, err := s.open(ctx, accountID)
	if err != nil {
		return Status{}, err
	}
	if over, err := s.invalidatedBy(ctx, r); err != nil || over != (endReason{}) {
		return Status{}, errors.Join(ErrNotFound, err)
	}
	return s.status(ctx, r)
}

func (s *Service) status(ctx context.Context, r Removal) (Status, error) {
	if r.Ready() {
		return Status{Removal: r}, nil
	}
	stopped, err := s.clockPaused(ctx, r, s.Now())
	return Status{Removal: r, ClockPaused: stopped}, err
}

// open answers the removal that is under way, or ErrNone.
func (s *Service) open(ctx context.Context, accountID string) (Removal, error) {
	r, err := s.Store.Last(ctx, accountID)
	if err != nil {
		return Removal{}, err
	}
	if !r.CancelledAt.IsZero() {
		return Removal{}, ErrNotFound
	}
	return r, nil
}

// withAccountLock is a transaction in which nobody else changes the account's proofs.
func (s *Service) withAccountLock(ctx context.Context, accountID string, do func(context.Context) error) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Locks.Lock(ctx, accountID); err != nil {
			return err
		}
		return do(ctx)
	})
	if err != nil {
		return fmt.Errorf("removal of MFA: %w", err)
	}
	return nil
}
