package authn

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/notify"
)

// UnfinishedSignIn is a pending sign-in from an unknown device that expired, so its password was right and no valid code
// followed.
type UnfinishedSignIn struct {
	ID            string
	AccountID     string
	IP, UserAgent string // of the client that presented the password
}

// UnfinishedStore finds unfinished sign-ins and records which accounts were notified.
type UnfinishedStore interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Unfinished lists at most limit unfinished sign-ins that expired at or before a time, the oldest first.
	Unfinished(ctx context.Context, before time.Time, limit int) ([]UnfinishedSignIn, error)
	// DeleteUnfinished deletes one and reports whether it existed, so that one of several processes notifies.
	DeleteUnfinished(ctx context.Context, id string) (deleted bool, err error)
	// MarkNotified records a notice at a time and reports true, unless the account has no MFA, is disabled, or was notified
	// after since.
	MarkNotified(ctx context.Context, accountID string, at, since time.Time) (needed bool, err error)
}

// UnfinishedNotifier notifies owners of accounts with MFA that their password was entered on an unknown device and not
// followed by a code, because then an attacker may know it (ASVS 6.3.5).
type UnfinishedNotifier struct {
	Store   UnfinishedStore
	Notices mfa.Notices
	Now     func() time.Time
}

const (
	unfinishedEvery  = time.Minute
	unfinishedBatch  = 100            // sign-ins per query
	unfinishedNotice = 24 * time.Hour // between two notices to one account
)

// Run notifies every minute until ctx is done. It logs errors and continues.
func (n *UnfinishedNotifier) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(unfinishedEvery)
	defer ticker.Stop()
	for {
		if err := n.RunOnce(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "notices of unfinished sign-ins failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// RunOnce deletes every unfinished sign-in that has expired, and notifies the owner of its account, at most once a day.
func (n *UnfinishedNotifier) RunOnce(ctx context.Context) error {
	for {
		found, err := n.Store.Unfinished(ctx, n.Now(), unfinishedBatch)
		if err != nil {
			return fmt.Errorf("list unfinished sign-ins: %w", err)
		}
		for _, u := range found {
			if err := n.notify(ctx, u); err != nil {
				return fmt.Errorf("notify of unfinished sign-in: %w", err)
			}
		}
		if len(found) < unfinishedBatch {
			return nil
		}
	}
}

func (n *UnfinishedNotifier) notify(ctx context.Context, u UnfinishedSignIn) error {
	return n.Store.InTx(ctx, func(ctx context.Context) error {
		if deleted, err := n.Store.DeleteUnfinished(ctx, u.ID); !deleted || err != nil {
			return err
		}
		now := n.Now()
		if needed, err := n.Store.MarkNotified(ctx, u.AccountID, now, now.Add(-unfinishedNotice)); !needed || err != nil {
			return err
		}
		ctx = audit.WithClient(ctx, audit.Client{IP: u.IP, UserAgent: u.UserAgent})
		_, err := n.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordWithoutCode, AccountID: u.AccountID})
		return err
	})
}
