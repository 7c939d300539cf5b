// Package retention deletes expired rows, so that no table grows with time alone. One process purges at a time, under a
// lease, in small batches with pauses, so that a purge does not delay sign-ins. [Service.Run] is the worker and
// [Service.Purge] is one round.
package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Store deletes expired rows and holds the lease.
type Store interface {
	// AcquireLease gives the lease to holder until the time until, if it is free, expired at the time at, or held by
	// holder already. It is one statement.
	AcquireLease(ctx context.Context, name, holder string, at, until time.Time) (taken bool, err error)
	// ReleaseLease ends the holder's lease.
	ReleaseLease(ctx context.Context, name, holder string) error
	// Purge deletes at most limit rows of a category that expired before a time, the oldest first, in one transaction.
	Purge(ctx context.Context, category Category, before time.Time, limit int) (purged int, err error)
}

// Enrollments purges expired enrollments and records that they expired.
type Enrollments interface {
	// PurgeExpired deletes at most limit enrollments that expired before a time, each in one transaction with its audit
	// entry.
	PurgeExpired(ctx context.Context, before time.Time, limit int) (purged int, err error)
}

// Activity is the audit log: a hash chain per account, whose oldest entries can be deleted.
type Activity interface {
	// AccountsBefore returns the accounts that have entries older than a time. It looks at limit entries after the
	// entry with the id after, oldest first. next is the id to continue after; it is empty at the end.
	AccountsBefore(ctx context.Context, before time.Time, after string, limit int) (accounts []string, next string, err error)
	// Purge deletes at most limit of the oldest entries of a chain, in one transaction. If the chain fails
	// verification, it deletes nothing and returns an error.
	Purge(ctx context.Context, accountID string, before time.Time, limit int) (purged int, err error)
}

// Limits holds how long rows are kept, and the pace of a purge.
type Limits struct {
	ExpiredGrace time.Duration // expired rows: time after expiry
	Enrollments  time.Duration // time after expiry
	Attempts     time.Duration // time after the last failure and its backoff
	Mails        time.Duration // time after they were sent or given up
	Removals     time.Duration // time after cancellation
	Activity     time.Duration

	Every      time.Duration // between two purges
	Batch      int           // rows per transaction
	BatchPause time.Duration // between two transactions
}

// Service purges the tables.
type Service struct {
	Store       Store
	Enrollments Enrollments
	Activity    Activity
	Limits      Limits
	Holder      string // identifies this process among those that share the database
	Now         func() time.Time
}

// Run purges at every interval until ctx is done. It logs errors and continues.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(s.Limits.Every)
	defer ticker.Stop()
	for {
		purged, err := s.Purge(ctx)
		if len(purged) > 0 {
			log.InfoContext(ctx, "purged expired rows", purged.attrs()...)
		}
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "purge failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Counts is the number of rows deleted per category, without zeros.
type Counts map[Category]int

func (p Counts) attrs() []any {
	var attrs []any
	for _, category := range slices.Sorted(maps.Keys(p)) {
		attrs = append(attrs, slog.Int(string(category), p[category]))
	}
	return attrs
}

// Purge deletes everything that has expired and returns the numbers, unless another process holds the lease. An error
// in one category does not stop the others.
func (s *Service) Purge(ctx context.Context) (Counts, error) {
	purged := make(Counts)
	held, err := s.begin(ctx)
	if err != nil || held == nil {
		return purged, err
	}
	var failed []error
	for _, r := range s.rules() {
		n, err := r.purge(ctx, held, s.Now().Add(-r.keep))
		if n > 0 {
			purged[r.category] = n
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("purge %s: %w", r.category, err))
		}
		if errors.Is(err, errLost) || ctx.Err() != nil {
			break
		}
	}
	return purged, errors.Join(append(failed, held.end(ctx))...)
}
