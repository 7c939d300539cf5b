package keyring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"twofold/internal/audit"
)

// ErrUndecryptable means that a sealed value could not be decrypted. That value and all keys are left unchanged.
var ErrUndecryptable = errors.New("a sealed value cannot be decrypted")

// SealedRow is one sealed value with the associated data that it was sealed for.
type SealedRow struct {
	ID, Owner string
	Text      []byte
}

// SealedStore reads and replaces the sealed values of the database, table by table.
type SealedStore interface {
	SealedTables() []string
	// NotSealedWith returns at most limit rows whose value does not begin with the prefix, ordered by id, after the id
	// after.
	NotSealedWith(ctx context.Context, table string, prefix []byte, after string, limit int) ([]SealedRow, error)
	// Reencrypt replaces a value and returns true. It returns false, and changes nothing, if the value is not the one
	// read.
	Reencrypt(ctx context.Context, table string, row SealedRow, text []byte) (bool, error)
	// SealedPrefixes returns the distinct prefixes of a table's values, which name the sealing keys in use.
	SealedPrefixes(ctx context.Context, table string, size int) ([][]byte, error)
}

const (
	// batch is the number of rows read at once. Each is written in its own transaction, so that no lock spans two rows.
	batch = 200
	// minKeyAge is the age that the newest sealing key must have before unused keys are deleted. By then every process
	// has reloaded and seals with the newest one.
	minKeyAge = time.Hour
)

// RotateSealing creates a new sealing key, deletes the sealing keys that no value uses, and re-encrypts every value. It
// returns the number of values re-encrypted. If it is interrupted, or returns ErrUndecryptable for values that it left
// unchanged, call Reencrypt to continue.
func (r *Rotation) RotateSealing(ctx context.Context) (resealed int, err error) {
	before, err := r.Reencrypt(ctx) // left over from an interrupted rotation
	if err != nil && !errors.Is(err, ErrUndecryptable) {
		return before, err
	}
	used, err := r.used(ctx)
	if err != nil {
		return before, err
	}
	err = r.change(ctx, func(ctx context.Context, c *changes) error {
		now := r.Ring.now()
		keys := keyset.NewManagerFromHandle(c.sealing.handle)
		id, err := keys.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			return fmt.Errorf("generate sealing key: %w", err)
		}
		if err := keys.SetPrimary(id); err != nil {
			return fmt.Errorf("use new sealing key: %w", err)
		}
		for _, old := range c.sealing.ids {
			if used[old] || old == c.sealing.newest || now.Sub(c.sealing.kept.RotatedAt) < minKeyAge {
				continue
			}
			if err := keys.Delete(old); err != nil {
				return fmt.Errorf("delete sealing key: %w", err)
			}
		}
		if err := c.store(ctx, keys, now); err != nil {
			return err
		}
		return c.record(ctx, audit.KeyRotated, fmt.Sprintf("%08x", id), "sealing key, by command")
	})
	if err != nil {
		return before, err
	}
	after, err := r.Reencrypt(ctx)
	return before + after, err
}

func (c *changes) store(ctx context.Context, keys *keyset.Manager, at time.Time) error {
	handle, err := keys.Handle()
	if err != nil {
		return fmt.Errorf("use sealing keys: %w", err)
	}
	sealed, err := sealKeyset(handle, c.Ring.master)
	if err != nil {
		return err
	}
	if err := c.Ring.store.ReplaceSealedKeyset(ctx, SealedKeyset{Sealed: sealed, RotatedAt: at}); err != nil {
		return fmt.Errorf("store sealing keys: %w", err)
	}
	return nil
}

// used returns the ids of the sealing keys that some value is sealed with.
func (r *Rotation) used(ctx context.Context) (map[uint32]bool, error) {
	used := make(map[uint32]bool)
	for _, table := range r.Sealed.SealedTables() {
		prefixes, err := r.Sealed.SealedPrefixes(ctx, table, prefixSize)
		if err != nil {
			return nil, fmt.Errorf("list keys used in %s: %w", table, err)
		}
		for _, p := range prefixes {
			if id, ok := keyOf(p); ok {
				used[id] = true
			}
		}
	}
	return used, nil
}

// Reencrypt re-encrypts the values that an older key sealed, and returns how many. It can be interrupted and called
// again, and several processes may run it at once. It returns ErrUndecryptable, after trying every value, if it could
// not decrypt some of them.
func (r *Rotation) Reencrypt(ctx context.Context) (resealed int, err error) {
	if err := r.Ring.Reload(ctx); err != nil {
		return 0, err
	}
	for { // repeated until nothing is left, because values may move between tables meanwhile
		done, unreadable := 0, 0
		for _, table := range r.Sealed.SealedTables() {
			n, failed, err := r.resealIn(ctx, table)
			done, unreadable = done+n, unreadable+failed
			if err != nil {
				return resealed + done, fmt.Errorf("re-encrypt %s: %w", table, err)
			}
		}
		if resealed += done; done == 0 && unreadable > 0 {
			return resealed, fmt.Errorf("%w: %d, see the log", ErrUndecryptable, unreadable)
		}
		if done == 0 {
			return resealed, nil
		}
	}
}

func (r *Rotation) resealIn(ctx context.Context, table string) (resealed, unreadable int, err error) {
	for after := ""; ; {
		rows, err := r.Sealed.NotSealedWith(ctx, table, r.Ring.keys.Load().sealing.prefix(), after, batch)
		if err != nil || len(rows) == 0 {
			return resealed, unreadable, err
		}
		for _, row := range rows {
			after = row.ID
			plain, err := r.Ring.Unseal(ctx, row.Text, row.Owner, row.ID)
			if err != nil {
				r.Log.ErrorContext(ctx, "sealed value cannot be decrypted", "table", table, "id", row.ID, "error", err.Error())
				unreadable++
				continue
			}
			text, err := r.Ring.Seal(plain, row.Owner, row.ID) // with the newest key, which Unseal may just have reloaded
			clear(plain)
			if err != nil {
				return resealed, unreadable, err
			}
			ok, err := r.Sealed.Reencrypt(ctx, table, row, text)
			if err != nil {
				return resealed, unreadable, err
			}
			if ok {
				resealed++
			}
		}
	}
}

// Rewrap encrypts the sealing keys under another master key. The sealed values stay as they are, and processes that
// already hold the sealing keys keep working.
func (r *Rotation) Rewrap(ctx context.Context, to Master) error {
	return r.Ring.store.InTx(ctx, func(ctx context.Context) error {
		kept, err := r.Ring.store.LockKeyset(ctx)
		if err != nil {
			return fmt.Errorf("lock the keys: %w", err)
		}
		sealing, err := openSealing(kept, r.Ring.master)
		if err != nil {
			return err
		}
		if kept.Sealed, err = sealKeyset(sealing.handle, to); err != nil {
			return err
		}
		if err := r.Ring.store.ReplaceSealedKeyset(ctx, kept); err != nil {
			return fmt.Errorf("store sealing keys: %w", err)
		}
		return r.record(ctx, audit.KeyRotated, "master", "master key, by command")
	})
}
