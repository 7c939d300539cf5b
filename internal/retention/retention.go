// Package retention takes away what is over, so that no table grows with time alone. One process does that at a time, in
// small batches with a rest between them, so that nobody who signs in waits for it.
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

// Store takes rows away, and says whose turn it is.
type Store interface {
	// AcquireLease gives the lease of a name to a holder until a time, if it is theirs or nobody's at the time at: one statement.
	AcquireLease(ctx context.Context, name, holder string, at, until time.Time) (taken bool, err error)
	// ReleaseLease ends the holder's lease.
	ReleaseLease(ctx context.Context, name, holder string) error
	// Purge takes away at most limit things that were over before a time, the longest over first: one transaction.
	Purge(ctx context.Context, t Category, before time.Time, limit int) (purged int, err error)
}

// Enrollments are forgotten by who says what became of them.
type Enrollments interface {
	// PurgeExpired forgets at most limit enrollments whose end came before a time, each in a transaction with what is said.
	PurgeExpired(ctx context.Context, before time.Time, limit int) (forgotten int, err error)
}

// Activity is what happened to accounts, a chain for each, that loses its old end.
type Activity interface {
	// AccountsBefore lists whose chains have entries from before a time, looking at limit entries after the one with the id after,
	// the oldest first; next is where to go on, empty where that is all.
	AccountsBefore(ctx context.Context, before time.Time, after string, limit int) (accounts []string, next string, err error)
	// Purge takes away at most limit entries from the old end of a chain, in one transaction, and leaves a chain alone that
	// is not as it was recorded: an error.
	Purge(ctx context.Context, accountID string, before time.Time, limit int) (purged int, err error)
}

// Limits say how long things stay, and how they go.
type Limits struct {
	ExpiredGrace time.Duration // after its end, what ends by itself
	Enrollments  time.Duration // after their end
	Attempts     time.Duration // since the last wrong one, and the wait that it began
	Mails        time.Duration // since they were sent or given up
	Removals     time.Duration // since they were cancelled
	Activity     time.Duration

	Every      time.Duration // between two rounds
	Batch      int           // rows in one transaction
	BatchPause time.Duration // between two transactions
}

// Service purges.
type Service struct {
	Store       Store
	Enrollments Enrollments
	Activity    Activity
	Limits      Limits
	Holder      string // names this process among those over one database
	Now         func() time.Time
}

// Run purges until the context ends, whatever fails.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(s.Limits.Every)
	defer ticker.Stop()
	for {
		purged, err := s.Purge(ctx)
		if len(purged) > 0 {
			log.InfoContext(ctx, "purged what is over", purged.attrs()...)
		}
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "not everything that is over can be purged", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Counts is how many rows went, of each thing that there were any of.
type Counts map[Category]int

func (p Counts) attrs() []any {
	var attrs []any
	for _, t := range slices.Sorted(maps.Keys(p)) {
		attrs = append(attrs, slog.Int(string(t), p[t]))
	}
	return attrs
}

// Purge takes away everything that is over, if it is this process's turn, and answers what. What fails holds nothing else
// up.
func (s *Service) Purge(ctx context.Context) (Counts, error) {
	purged := make(Counts)
	t, err := s.begin(ctx)
	if err != nil || t == nil {
		return purged, err
	}
	var failed []error
	for _, r := range s.rules() {
		n, err := r.purge(ctx, t, s.Now().Add(-r.keep))
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
	return purged, errors.Join(append(failed, t.end(ctx))...)
}
