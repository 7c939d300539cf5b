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

// ErrUndecryptable means that something sealed could not be opened: it stays as it is, and so do all keys.
var ErrUndecryptable = errors.New("something sealed cannot be opened")

// SealedRow is one sealed thing, and what it was sealed for.
type SealedRow struct {
	ID, Owner string
	Text      []byte
}

// SealedStore is everything that is kept sealed, by places.
type SealedStore interface {
	SealedTables() []string
	// NotSealedWith lists what does not begin with the prefix, in the order of the ids, after one, at most limit.
	NotSealedWith(ctx context.Context, place string, prefix []byte, after string, limit int) ([]SealedRow, error)
	// Reencrypt puts another text in a thing's place and answers true, unless the thing is not what it was.
	Reencrypt(ctx context.Context, place string, was SealedRow, text []byte) (bool, error)
	// SealedPrefixes lists how the things of a place begin.
	SealedPrefixes(ctx context.Context, place string, size int) ([][]byte, error)
}

const (
	// batch is how many things are read at once. Each is written alone, so that nobody waits for more than one row.
	batch = 200
	// settled is how long ago the newest sealing key must have been made before unused ones may go: a process that still
	// seals with one of them is hopelessly behind.
	settled = time.Hour
)

// RotateSealing makes a new sealing key, drops those that seal nothing any more, and seals everything anew. It answers how
// many things that were. If it is stopped, or answers ErrUnreadable for things that it left as they were, Reseal goes on.
func (r *Rotation) RotateSealing(ctx context.Context) (resealed int, err error) {
	before, err := r.Reencrypt(ctx) // what a rotation that was stopped has left
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
			return fmt.Errorf("make sealing key: %w", err)
		}
		if err := keys.SetPrimary(id); err != nil {
			return fmt.Errorf("use new sealing key: %w", err)
		}
		for _, old := range c.sealing.ids {
			if used[old] || old == c.sealing.newest || now.Sub(c.sealing.kept.RotatedAt) < settled {
				continue
			}
			if err := keys.Delete(old); err != nil {
				return fmt.Errorf("drop sealing key: %w", err)
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
		return fmt.Errorf("keep sealing keys: %w", err)
	}
	return nil
}

// used are the sealing keys that something is sealed with.
func (r *Rotation) used(ctx context.Context) (map[uint32]bool, error) {
	used := make(map[uint32]bool)
	for _, place := range r.Sealed.SealedTables() {
		prefixes, err := r.Sealed.SealedPrefixes(ctx, place, prefixSize)
		if err != nil {
			return nil, fmt.Errorf("look what keys are used in %s: %w", place, err)
		}
		for _, p := range prefixes {
			if id, ok := keyOf(p); ok {
				used[id] = true
			}
		}
	}
	return used, nil
}

// Reencrypt seals anew what an older key sealed, and answers how many things that were. It may be stopped and called again, and
// several processes may do it at once. It answers ErrUnreadable when it has been through everything and could not open all
// of it.
func (r *Rotation) Reencrypt(ctx context.Context) (resealed int, err error) {
	if err := r.Ring.Reload(ctx); err != nil {
		return 0, err
	}
	for { // until a round finds nothing: what is sealed may move from one place to another meanwhile
		done, unreadable := 0, 0
		for _, place := range r.Sealed.SealedTables() {
			n, failed, err := r.resealIn(ctx, place)
			done, unreadable = done+n, unreadable+failed
			if err != nil {
				return resealed + done, fmt.Errorf("seal %s anew: %w", place, err)
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

func (r *Rotation) resealIn(ctx context.Context, place string) (resealed, unreadable int, err error) {
	for after := ""; ; {
		found, err := r.Sealed.NotSealedWith(ctx, place, r.Ring.keys.Load().sealing.prefix(), after, batch)
		if err != nil || len(found) == 0 {
			return resealed, unreadable, err
		}
		for _, was := range found {
			after = was.ID
			plain, err := r.Ring.Unseal(ctx, was.Text, was.Owner, was.ID)
			if err != nil {
				r.Log.ErrorContext(ctx, "what is sealed here cannot be opened", "place", place, "id", was.ID, "error", err.Error())
				unreadable++
				continue
			}
			text, err := r.Ring.Seal(plain, was.Owner, was.ID) // with what is newest by now: opening may have told
			clear(plain)
			if err != nil {
				return resealed, unreadable, err
			}
			ok, err := r.Sealed.Reencrypt(ctx, place, was, text)
			if err != nil {
				return resealed, unreadable, err
			}
			if ok {
				resealed++
			}
		}
	}
}

// Rewrap puts the sealing keys under another master key. Nothing else changes: what they sealed stays as it is, and
// processes that know the master key before go on with the keys that they hold.
func (r *Rotation) Rewrap(ctx context.Context, to Master) error {
	return r.Ring.store.InTx(ctx, func(ctx context.Context) error {
		kept, err := r.Ring.store.LockKeyset(ctx)
		if err != nil {
			return fmt.Errorf("wait for the keys: %w", err)
		}
		sealing, err := openSealing(kept, r.Ring.master)
		if err != nil {
			return err
		}
		if kept.Sealed, err = sealKeyset(sealing.handle, to); err != nil {
			return err
		}
		if err := r.Ring.store.ReplaceSealedKeyset(ctx, kept); err != nil {
			return fmt.Errorf("keep sealing keys: %w", err)
		}
		return r.record(ctx, audit.KeyRotated, "master", "master key, by command")
	})
}
