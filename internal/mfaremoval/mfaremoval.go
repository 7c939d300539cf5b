// Package mfaremoval removes MFA from the account of a user who has lost every second factor: phone and recovery codes. The
// password is the only credential behind such a request. Therefore a removal is slow, it is announced to every address of the
// account, and a second factor, a session of two factors or any of the mailed links cancels it. The announced time passes only
// while the notices are delivered and the owner's credentials are not locked. The entry points are [Service.Request],
// [Service.Cancel], [Service.CancelByLink], [Service.Complete] and the worker, [Service.Run]. docs/lost-everything.md explains
// the reason for each rule.
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

// Removal is a removal of MFA that was requested and announced.
type Removal struct {
	ID          string
	AccountID   string
	Email       string // the account's address at the request; the link that completes the removal goes there
	RequestedAt time.Time
	Remaining   time.Duration // of the announced time; zero: it has passed
	CountedAt   time.Time     // until when the passed time was counted
	AnnouncedAt time.Time     // of the last announcement
	ReadyAt     time.Time     // when the mail that completes the removal was enqueued; zero: not yet
	CancelledAt time.Time     // zero: in progress
}

// Topic, followed by a removal's id, groups its notices. While one of them is undelivered, the clock is paused.
const Topic = "mfa_removal "

func (r Removal) topic() string { return Topic + r.ID }

// Status is a removal in progress, as it is shown to the user.
type Status struct {
	Removal
	ClockPaused bool // the announced time does not pass now
}

// Ready reports whether the mail with the link that completes the removal was enqueued.
func (r Removal) Ready() bool { return !r.ReadyAt.IsZero() }

var (
	// ErrNotFound means that no removal is in progress.
	ErrNotFound = errors.New("no MFA removal is in progress")
	// ErrUnavailable is matched by every *UnavailableError.
	ErrUnavailable = errors.New("MFA removal is unavailable")
	// ErrStale means that the account has no MFA any more, that it is disabled, or that its password was changed after the
	// sign-in that requests the removal.
	ErrStale = errors.New("the account has changed since the password was checked")
	// ErrMFASessionRequired means that the session has only one factor, which is not enough to cancel a removal.
	ErrMFASessionRequired = errors.New("session has one factor")
	// ErrUndelivered means that a notice of the removal is not delivered yet. Nothing is removed before that.
	ErrUndelivered = errors.New("a notice of the removal is not delivered")
)

// Reason is why a removal cannot be requested.
type Reason string

const (
	Off      Reason = "off"    // disabled by a setting, or mail is not configured
	Cooldown Reason = "paused" // one was cancelled within Limits.Cooldown
	// PasswordReset: the password was reset with a mailed link within Limits.Cooldown, so that the mailbox alone would be
	// enough. A reset that a dispute forced does not count.
	PasswordReset Reason = "password_reset"
)

// UnavailableError is the rejection of a request for a removal.
type UnavailableError struct{ Reason Reason }

func (e *UnavailableError) Error() string { return ErrUnavailable.Error() + ": " + string(e.Reason) }

// Is makes errors.Is(err, ErrUnavailable) true.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// Store persists at most one removal per account.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Last returns the account's removal, in progress or cancelled, or ErrNotFound.
	Last(ctx context.Context, accountID string) (Removal, error)
	// Open lists the accounts with a removal in progress.
	Open(ctx context.Context) (accountIDs []string, err error)
	// Begin inserts a removal in place of a cancelled one, in one statement. It reports false if one is in progress.
	Begin(ctx context.Context, r Removal) (begun bool, err error)
	// Update stores the progress of a removal; Cancel and Delete end it. Each reports whether the removal was in progress.
	Update(ctx context.Context, r Removal) (found bool, err error)
	Cancel(ctx context.Context, accountID, id string, at time.Time) (found bool, err error)
	Delete(ctx context.Context, accountID, id string) (found bool, err error)
}

// Accounts looks up accounts and the recipients of their notices.
type Accounts interface {
	notify.Recipients
	ByID(ctx context.Context, id string) (account.Account, error)
}

// Methods reads and removes the account's second factors.
type Methods interface {
	Methods(ctx context.Context, accountID string) ([]mfa.Method, error)
	RecoveryCodeStatus(ctx context.Context, accountID string) (mfa.RecoveryCodeStatus, error)
	RemoveAll(ctx context.Context, accountID string) (sessionsEnded int, err error)
}

// Notices enqueues announcements and reports their delivery.
type Notices interface {
	Enqueue(ctx context.Context, n notify.Notice) (mails int, err error)
	Delivered(ctx context.Context, topic string) (bool, error)
}

// Links issues and consumes the links that cancel and complete removals.
type Links interface {
	Issue(ctx context.Context, accountID string, p maillink.Purpose, subject string, lifetime time.Duration) (secret.Text, error)
	Lookup(ctx context.Context, p maillink.Purpose, token secret.Text) (maillink.Link, error)
	Consume(ctx context.Context, l maillink.Link) error
	RevokeAll(ctx context.Context, accountID string, p maillink.Purpose, subject string) error
}

// Attempts reports whether the owner's credentials are locked or in backoff.
type Attempts interface {
	LockedSince(ctx context.Context, subject string, since time.Time, kinds ...throttle.Kind) (bool, error)
	Unlock(ctx context.Context, subject string, kind throttle.Kind) error
}

// Limits are the durations of a removal.
type Limits struct {
	Delay        time.Duration // for which a removal is announced; zero: none can be requested, and none continues
	Cooldown     time.Duration // without a new request, after a cancel and after a password reset by mail
	Remind       time.Duration // between two announcements
	MaxTick      time.Duration // the most that one tick counts, so that downtime does not count
	LinkLifetime time.Duration // of the link that completes the removal
}

// maxAge returns how long a removal may take, clock paused or not, before it expires, and how long a link that cancels it is
// valid.
func (l Limits) maxAge() time.Duration { return l.Delay + l.Cooldown }

// Service requests, times, cancels and completes removals.
type Service struct {
	Store    Store
	Locks    account.Locker
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

// Enabled reports whether removals can be requested at all.
func (s *Service) Enabled() bool { return s.Limits.Delay > 0 }

// Current returns the account's removal in progress, or ErrNotFound. It changes nothing.
func (s *Service) Current(ctx context.Context, accountID string) (Status, error) {
	r, err := s.open(ctx, accountID)
	if err != nil {
		return Status{}, err
	}
	if reason, err := s.invalidatedBy(ctx, r); err != nil || reason != (endReason{}) {
		return Status{}, errors.Join(ErrNotFound, err)
	}
	return s.status(ctx, r)
}

// status returns the removal with the state of its clock now.
func (s *Service) status(ctx context.Context, r Removal) (Status, error) {
	if r.Ready() {
		return Status{Removal: r}, nil
	}
	paused, err := s.clockPaused(ctx, r, s.Now())
	return Status{Removal: r, ClockPaused: paused}, err
}

// open returns the account's removal that is not cancelled, or ErrNotFound.
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

// withAccountLock calls do in a transaction that has locked the account's credentials.
func (s *Service) withAccountLock(ctx context.Context, accountID string, do func(context.Context) error) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Locks.Lock(ctx, accountID); err != nil {
			return err
		}
		return do(ctx)
	})
	if err != nil {
		return fmt.Errorf("MFA removal: %w", err)
	}
	return nil
}
