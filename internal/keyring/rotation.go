package keyring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"twofold/internal/audit"
)

// ErrUnknownKey means that no signing key has the given id.
var ErrUnknownKey = errors.New("no signing key has that id")

// Limits holds how long a signing key is active, and how long it is published before and after that.
type Limits struct {
	Lifetime, Lead, Keep time.Duration
}

// Rotation replaces keys while any number of processes use them. Each change is one transaction that locks the keyset's
// row, so that concurrent changes are serialized.
type Rotation struct {
	Ring   *Ring
	Sealed SealedStore
	Audit  audit.Log
	Log    *slog.Logger
	Limits Limits
}

// refresh is the interval at which a process reloads the keys. A change made by another process is known here within
// that time.
const refresh = 5 * time.Second

// Run reloads the keys and performs due rotations until ctx is done. It logs errors and continues.
func (r *Rotation) Run(ctx context.Context) {
	ticker := time.NewTicker(refresh)
	defer ticker.Stop()
	for {
		if err := r.Tick(ctx); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "key rotation failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Tick reloads the keys and performs what is due: it activates a pending key, publishes a successor for an old one, and
// deletes a key that was retired long enough ago.
func (r *Rotation) Tick(ctx context.Context) error {
	if err := r.Ring.Reload(ctx); err != nil {
		return err
	}
	if r.Ring.keys.Load().outdated {
		r.Log.WarnContext(ctx, "the sealing keys are encrypted under another master key now: restart this process with it")
		return nil
	}
	if !r.due(r.Ring.Keys()) { // the usual case, which needs no lock
		return nil
	}
	return r.change(ctx, func(ctx context.Context, c *changes) error {
		now := r.Ring.now()
		if next, ok := pendingKey(c.keys); ok && !now.Before(next.ActivatesAt) {
			if err := c.activate(ctx, next, "activation time reached"); err != nil {
				return err
			}
		}
		if r.dueForSuccessor(c.keys) {
			if _, err := c.publish(ctx, "the active key is due for rotation"); err != nil {
				return err
			}
		}
		for _, k := range c.keys {
			if r.expired(k) {
				if err := r.Ring.store.DeleteSigningKey(ctx, k.KID); err != nil {
					return fmt.Errorf("delete signing key: %w", err)
				}
			}
		}
		return nil
	})
}

func (r *Rotation) due(keys []Key) bool {
	next, ok := pendingKey(keys)
	return (ok && !r.Ring.now().Before(next.ActivatesAt)) || r.dueForSuccessor(keys) || slices.ContainsFunc(keys, r.expired)
}

// dueForSuccessor reports whether a successor of the active key must be published now to be known early enough.
func (r *Rotation) dueForSuccessor(keys []Key) bool {
	_, ok := pendingKey(keys)
	return !ok && !r.Ring.now().Before(keys[0].ActivatedAt.Add(r.Limits.Lifetime-r.Limits.Lead))
}

// expired reports whether a key was retired so long ago that every token it signed has expired.
func (r *Rotation) expired(k Key) bool {
	return !k.RetiredAt.IsZero() && !r.Ring.now().Before(k.RetiredAt.Add(r.Limits.Keep))
}

func pendingKey(keys []Key) (Key, bool) {
	i := slices.IndexFunc(keys, Key.Pending)
	if i < 0 {
		return Key{}, false
	}
	return keys[i], true
}

// Keys returns the signing keys, the active one first.
func (r *Rotation) Keys(ctx context.Context) ([]Key, error) {
	if err := r.Ring.Reload(ctx); err != nil {
		return nil, err
	}
	return r.Ring.Keys(), nil
}

// PublishNext creates the next signing key, which is published at once and activated later. If one is pending already,
// it returns that.
func (r *Rotation) PublishNext(ctx context.Context) (next Key, err error) {
	err = r.change(ctx, func(ctx context.Context, c *changes) error {
		var ok bool
		if next, ok = pendingKey(c.keys); ok {
			return nil
		}
		next, err = c.publish(ctx, "by command")
		return err
	})
	return next, err
}

// RevokeAll revokes every signing key and returns a new, active one. Use it if keys may have been stolen.
func (r *Rotation) RevokeAll(ctx context.Context) (active Key, err error) {
	err = r.change(ctx, func(ctx context.Context, c *changes) error {
		for _, k := range c.keys {
			if err := c.revoke(ctx, k); err != nil {
				return err
			}
		}
		active, err = c.create(ctx, Key{ActivatedAt: r.Ring.now()}, audit.KeyRotated, "all keys were revoked")
		return err
	})
	return active, err
}

// Revoke deletes a signing key and the tokens that it signed, effective at once. If it was the active key, the pending
// one, or else a new one, becomes active. It returns the active key, or ErrUnknownKey.
func (r *Rotation) Revoke(ctx context.Context, kid string) (active Key, err error) {
	err = r.change(ctx, func(ctx context.Context, c *changes) error {
		i := slices.IndexFunc(c.keys, func(k Key) bool { return k.KID == kid })
		if i < 0 {
			return ErrUnknownKey
		}
		if err := c.revoke(ctx, c.keys[i]); err != nil {
			return err
		}
		if active = c.keys[0]; i > 0 {
			return nil
		}
		const why = "the active key was revoked"
		if next, ok := pendingKey(c.keys); ok {
			active = next
			return c.activate(ctx, next, why)
		}
		active, err = c.create(ctx, Key{ActivatedAt: r.Ring.now()}, audit.KeyRotated, why)
		return err
	})
	return active, err
}

// changes holds the keys during a change, as they were when it began.
type changes struct {
	*Rotation
	sealing sealing
	keys    []Key // the active one first
}

// change runs do with the keys locked, commits, and reloads the ring.
func (r *Rotation) change(ctx context.Context, do func(ctx context.Context, c *changes) error) error {
	err := r.Ring.store.InTx(ctx, func(ctx context.Context) error {
		keyset, err := r.Ring.store.LockKeyset(ctx)
		if err != nil {
			return fmt.Errorf("lock the keys: %w", err)
		}
		c := &changes{Rotation: r}
		if c.sealing, err = openSealing(keyset, r.Ring.master); err != nil {
			return err
		}
		kept, err := r.Ring.store.SigningKeys(ctx)
		if err != nil {
			return fmt.Errorf("read signing keys: %w", err)
		}
		c.keys = byActivation(kept)
		return do(ctx, c)
	})
	if err != nil {
		return err
	}
	return r.Ring.Reload(ctx)
}

// byActivation returns the keys without their private parts, the active one first.
func byActivation(kept []SealedKey) []Key {
	var signing, others []Key
	for _, k := range kept {
		if k.Active() && len(signing) == 0 {
			signing = append(signing, k.Key)
			continue
		}
		others = append(others, k.Key)
	}
	return append(signing, others...)
}

func (c *changes) publish(ctx context.Context, why string) (Key, error) {
	return c.create(ctx, Key{ActivatesAt: c.Ring.now().Add(c.Limits.Lead)}, audit.KeyPublished, why)
}

func (c *changes) create(ctx context.Context, k Key, kind audit.Kind, why string) (Key, error) {
	created, err := createSigningKey(ctx, c.Ring.store, c.sealing.aead, k)
	if err != nil {
		return Key{}, err
	}
	return created, c.record(ctx, kind, created.KID, why)
}

// activate makes a pending key the active one and retires its predecessor.
func (c *changes) activate(ctx context.Context, next Key, why string) error {
	now := c.Ring.now()
	for _, k := range c.keys {
		if !k.Active() {
			continue
		}
		if err := c.Ring.store.RetireSigningKey(ctx, k.KID, now); err != nil {
			return fmt.Errorf("retire signing key: %w", err)
		}
	}
	if err := c.Ring.store.ActivateSigningKey(ctx, next.KID, now); err != nil {
		return fmt.Errorf("activate signing key: %w", err)
	}
	return c.record(ctx, audit.KeyRotated, next.KID, why)
}

func (c *changes) revoke(ctx context.Context, k Key) error {
	if err := c.Ring.store.DeleteSigningKey(ctx, k.KID); err != nil {
		return fmt.Errorf("delete signing key: %w", err)
	}
	if err := c.Ring.store.DeleteTokensWithoutKID(ctx); err != nil {
		return fmt.Errorf("delete step-up tokens: %w", err)
	}
	return c.record(ctx, audit.KeyRevoked, k.KID, "by command")
}

func (r *Rotation) record(ctx context.Context, kind audit.Kind, subject, why string) error {
	return r.Audit.Record(ctx, audit.Event{Kind: kind, AccountID: audit.System, Subject: subject, Reason: why})
}
