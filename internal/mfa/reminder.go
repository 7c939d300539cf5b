package mfa

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"twofold/internal/notify"
)

// RemindStore records which accounts have been reminded.
type RemindStore interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// AccountsToRemind lists at most limit accounts that have not been checked yet for a reminder of a day.
	AccountsToRemind(ctx context.Context, of time.Time, limit int) (accountIDs []string, err error)
	// MarkReminded marks an account as checked. It reports whether a reminder is needed: the account has no MFA, is not
	// disabled, and was not checked before.
	MarkReminded(ctx context.Context, accountID string, of time.Time) (needed bool, err error)
}

// Reminder sends a notice to the owners of accounts without MFA that it is going to be required: once per day of the
// policy, some time before it.
type Reminder struct {
	Store   RemindStore
	Notices Notices
	Policy  Policy
	Before  time.Duration
	Now     func() time.Time
}

const (
	remindEvery = time.Hour // to include accounts that are created in the meantime
	remindBatch = 100       // accounts per query
)

// Run sends reminders every hour until ctx is done.
func (r *Reminder) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(remindEvery)
	defer ticker.Stop()
	for {
		if err := r.Remind(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "MFA reminder failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Remind sends every reminder that is due. Several processes may run it at the same time, because only the first one to mark
// an account sends its reminder.
func (r *Reminder) Remind(ctx context.Context) error {
	now, day := r.Now(), r.Policy.From
	if !r.Policy.UpcomingAt(now) || now.Before(day.Add(-r.Before)) {
		return nil
	}
	for {
		accounts, err := r.Store.AccountsToRemind(ctx, day, remindBatch)
		if err != nil {
			return fmt.Errorf("list accounts to remind of MFA: %w", err)
		}
		if len(accounts) == 0 {
			return nil
		}
		for _, id := range accounts {
			if err := r.remind(ctx, id, day); err != nil {
				return fmt.Errorf("remind account of MFA: %w", err)
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
