package account

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"twofold/internal/password"
)

// StoredHash is the password hash of an account.
type StoredHash struct{ AccountID, Hash string }

// HashStore lists password hashes.
type HashStore interface {
	// PasswordHashes lists at most limit hashes in the order of the accounts' ids, of those after an id.
	PasswordHashes(ctx context.Context, after string, limit int) ([]StoredHash, error)
}

// HashCosts counts the costs of all password hashes for [password.Hasher.DummyHash], because an account keeps a hash of older
// parameters until its user signs in (T-15).
type HashCosts struct {
	Store  HashStore
	Hasher *password.Hasher
	Key    []byte // secret, and the same in all processes
}

const (
	costInterval = time.Hour // between two counts: the shares change as users sign in
	costBatch    = 1000      // hashes per statement
	costPause    = 20 * time.Millisecond
)

// Sample counts the hashes of the first accounts, so that a start does not wait for a million.
func (c *HashCosts) Sample(ctx context.Context) error { return c.count(ctx, 1) }

// Run counts all hashes at intervals until ctx is done. Errors are logged and do not stop it.
func (c *HashCosts) Run(ctx context.Context, log *slog.Logger) {
	timer := time.NewTicker(costInterval)
	defer timer.Stop()
	for {
		if err := c.count(ctx, 0); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "count of password hash costs failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

// count counts the hashes in at most maxBatches batches; zero: all.
func (c *HashCosts) count(ctx context.Context, maxBatches int) error {
	costs, after := make(password.Costs), ""
	for batch := 1; ; batch++ {
		hashes, err := c.Store.PasswordHashes(ctx, after, costBatch)
		if err != nil {
			return fmt.Errorf("list password hashes: %w", err)
		}
		for _, h := range hashes {
			costs.Add(h.Hash)
			after = h.AccountID
		}
		if len(hashes) < costBatch || batch == maxBatches {
			c.Hasher.SetCosts(c.Key, costs)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(costPause):
		}
	}
}
