package admin

import (
	"context"
	"fmt"
	"slices"
	"time"

	"twofold/internal/audit"
)

// viewInterval is the time for which an administrator's further reads of the same account add no entry, so that reads do not
// flood the activity.
const viewInterval = time.Hour

// recentEntries is the number of the newest entries that are searched for a view. If more were added since, another view is
// recorded, which is harmless.
const recentEntries = 100

// recordView records in the account's activity that an administrator read its state or activity, unless that was recorded
// within viewInterval or the account is the administrator's own. The read must not happen if it returns an error.
func (s *Service) recordView(ctx context.Context, actor, accountID string) error {
	if actor == accountID {
		return nil
	}
	if recorded, err := s.viewRecorded(ctx, actor, accountID); recorded || err != nil {
		return err
	}
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, accountID); err != nil {
			return err
		}
		if recorded, err := s.viewRecorded(ctx, actor, accountID); recorded || err != nil { // the page reads state and activity at once
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.AccountViewed, AccountID: accountID, Actor: actor})
	})
	if err != nil {
		return fmt.Errorf("record view: %w", err)
	}
	return nil
}

// viewRecorded reports whether the activity has an entry for a view by the administrator within viewInterval.
func (s *Service) viewRecorded(ctx context.Context, actor, accountID string) (bool, error) {
	entries, err := s.Audit.Entries(ctx, accountID, "", recentEntries)
	if err != nil {
		return false, fmt.Errorf("list activity: %w", err)
	}
	since := s.Now().Add(-viewInterval)
	return slices.ContainsFunc(entries, func(e audit.Entry) bool {
		return e.Kind == audit.AccountViewed && e.Actor == actor && e.Time.After(since)
	}), nil
}
