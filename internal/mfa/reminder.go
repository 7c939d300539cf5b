package mfa

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"twofold/internal/notify"
)

// RemindStore knows who was told of what.
type RemindStore interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// AccountsToRemind lists accounts of which nobody has looked yet whether their owners are to be told of a day, at most limit.
	AccountsToRemind(ctx context.Context, of time.Time, limit int) (accountIDs []string, err error)
	// MarkReminded notes that somebody has, and answers whether the owner is to be told: the account has no MFA, is not disabled, and
	// nobody was first.
	MarkReminded(ctx context.Context, accountID string, of time.Time) (needed bool, err error)
}

// Reminder tells people without MFA that it will be required: once for a day, some time before.
type Reminder struct {
	Store   RemindStore
	Notices Notices
	Policy  Policy
	Before  time.Duration
	Now     func() time.Time
}

const (
	remindEvery = time.Hour // so that accounts that are added meanwhile are told too
	remindBatch = 100       // accounts that are looked for at once
)

// Run tells people until the context ends.
func (r *Reminder) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(remindEvery)
	defer ticker.Stop()
	for {
		if err := r.Remind(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "MFA reminders failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Remind tells everybody who is to be told by now, and does nothing where nobody is. Several processes may: whoever comes
// second to an account finds that it was looked at.
func (r *Reminder) Remind(ctx context.Context) error {
	now, day := r.Now(), r.Policy.From
	if !r.Policy.UpcomingAt(now) || now.Before(day.Add(-r.Before)) {
		return nil
	}
	for {
		accounts, err := r.Store.AccountsToRemind(ctx, day, remindBatch)
		if err != nil {
			return fmt.Errorf("look whom to remind of MFA: %w", err)
		}
		if len(accounts) == 0 {
			return nil
		}
		for _, id := range accounts {
			if err := r.remind(ctx, id, day); err != nil {
				return fmt.Errorf("remind of MFA: %w", err)
			}
		}
	}
}

func (r *Reminder) remind(ctx context.Context, accountID string, day time.Time) error {
	return r.Store.InTx(ctx, func(ctx context.Context) error {
		needed, err := r.Store.MarkReminded(ctx, accountID, day)
		if err != nil || !needed {
			return err
		}
		_, err = r.Notices.Enqueue(ctx, notify.Notice{Kind: notify.MFARequiredSoon, AccountID: accountID, Until: day})
		return err
	})
}
