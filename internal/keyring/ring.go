package keyring

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrNoKeys means that the database does not hold the requested keys yet.
var ErrNoKeys = errors.New("the database has no keys yet")

// Store stores sealed keys. An insert that loses a race changes nothing: read afterwards.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// SealedKeyset returns the sealing keys, or ErrNoKeys if there are none yet.
	SealedKeyset(ctx context.Context) (SealedKeyset, error)
	InsertSealedKeyset(ctx context.Context, k SealedKeyset) error
	// LockKeyset returns the sealing keys and locks their row until the transaction ends. Every change of keys holds
	// this lock.
	LockKeyset(ctx context.Context) (SealedKeyset, error)
	ReplaceSealedKeyset(ctx context.Context, k SealedKeyset) error
	// SigningKeys returns the signing keys, the most recently activated first.
	SigningKeys(ctx context.Context) ([]SealedKey, error)
	InsertSigningKey(ctx context.Context, k SealedKey) error
	ActivateSigningKey(ctx context.Context, kid string, at time.Time) error
	RetireSigningKey(ctx context.Context, kid string, at time.Time) error
	// DeleteSigningKey deletes a key and the tokens that it signed.
	DeleteSigningKey(ctx context.Context, kid string) error
	// DeleteTokensWithoutKID deletes the tokens whose signing key is not recorded.
	DeleteTokensWithoutKID(ctx context.Context) error
}

// Ring seals stored secrets and signs step-up tokens. Any process may change the keys in the database: a ring holds the
// keys that it read last, and reloads them when it meets a key id that it does not know.
type Ring struct {
	store  Store
	master Master
	now    func() time.Time

	keys    atomic.Pointer[keys]
	reads   atomic.Int64
	missing atomic.Pointer[missingKey]
}

// keys is one consistent reading of all keys.
type keys struct {
	read    int64 // number of this reading, increasing
	at      time.Time
	sealing sealing
	signing []signingKey // the active one first
	// outdated means that the sealing keys are encrypted under another master key by now, so that those of the previous
	// reading are kept.
	outdated bool
}

// missingKey is a sealing key id that a reload did not find.
type missingKey struct {
	id uint32
	at time.Time
}

// reloadInterval is the least time between two reloads for a missing key.
const reloadInterval = time.Second

// Check reports whether the master key can decrypt this database's keys. It returns ErrNoKeys for a database without
// keys and ErrWrongMaster for one sealed under another master key. It writes nothing.
func Check(ctx context.Context, store Store, master Master) error {
	sealed, err := store.SealedKeyset(ctx)
	if err != nil {
		return fmt.Errorf("read sealing keys: %w", err)
	}
	_, err = openSealing(sealed, master)
	return err
}

// Open reads the keys of the database and creates those that are missing. If the master key is wrong, it returns
// ErrWrongMaster and has written nothing.
func Open(ctx context.Context, store Store, master Master, now func() time.Time) (*Ring, error) {
	err := Check(ctx, store, master)
	if errors.Is(err, ErrNoKeys) {
		err = createSealing(ctx, store, master, now())
	}
	if err != nil {
		return nil, err
	}
	r := &Ring{store: store, master: master, now: now}
	if err := r.createSigning(ctx); err != nil {
		return nil, err
	}
	if err := r.Reload(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// Reload reads the keys again and keeps those that it cannot read or decrypt. Concurrent reloads do not wait for each
// other: the one that started last wins.
func (r *Ring) Reload(ctx context.Context) error {
	read := keys{read: r.reads.Add(1), at: r.now()}
	// The order matters: the sealing keys are read after the signing keys that they encrypt, so that none is unknown.
	kept, err := r.store.SigningKeys(ctx)
	if err != nil {
		return fmt.Errorf("read signing keys: %w", err)
	}
	sealed, err := r.store.SealedKeyset(ctx)
	if err != nil {
		return fmt.Errorf("read sealing keys: %w", err)
	}
	before := r.keys.Load()
	if before != nil && bytes.Equal(before.sealing.kept.Sealed, sealed.Sealed) {
		read.sealing = before.sealing
	} else if read.sealing, err = openSealing(sealed, r.master); errors.Is(err, ErrWrongMaster) && before != nil {
		read.sealing, read.outdated = before.sealing, true
	} else if err != nil {
		return err
	}
	if read.signing, err = openSigning(kept, before, read.sealing); err != nil {
		return err
	}
	for {
		before := r.keys.Load()
		if before != nil && before.read > read.read {
			return nil
		}
		if r.keys.CompareAndSwap(before, &read) {
			return nil
		}
	}
}

// Seal encrypts a secret with owner and row as associated data: it can be decrypted for those two only.
func (r *Ring) Seal(plain []byte, owner, row string) ([]byte, error) {
	return seal(r.keys.Load().sealing.aead, plain, owner, row)
}

// Unseal decrypts what Seal returned for the same owner and row, in this process or another. It returns an error for
// anything else.
func (r *Ring) Unseal(ctx context.Context, sealed []byte, owner, row string) ([]byte, error) {
	if err := r.reloadIfUnknown(ctx, sealed); err != nil {
		return nil, err
	}
	return unseal(r.keys.Load().sealing.aead, sealed, owner, row)
}

// reloadIfUnknown reloads the keys if a value was sealed by a key that this ring does not know, because another process
// may have created it.
func (r *Ring) reloadIfUnknown(ctx context.Context, sealed []byte) error {
	id, ok := keyOf(sealed)
	if !ok || slices.Contains(r.keys.Load().sealing.ids, id) {
		return nil
	}
	now := r.now()
	if last := r.missing.Load(); last != nil && last.id == id && now.Sub(last.at).Abs() < reloadInterval {
		return nil
	}
	if err := r.Reload(ctx); err != nil {
		return err
	}
	if !slices.Contains(r.keys.Load().sealing.ids, id) {
		r.missing.Store(&missingKey{id: id, at: now})
	}
	return nil
}

// keyOf returns the id of the key that sealed a value. Tink writes a 1, then the id in four bytes.
func keyOf(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < prefixSize || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:prefixSize]), true
}

const prefixSize = 5

func seal(aead tink.AEAD, plain []byte, owner, row string) ([]byte, error) {
	sealed, err := aead.Encrypt(plain, associatedData(owner, row))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

func unseal(aead tink.AEAD, sealed []byte, owner, row string) ([]byte, error) {
	plain, err := aead.Decrypt(sealed, associatedData(owner, row))
	if err != nil {
		return nil, fmt.Errorf("unseal: %w", err)
	}
	return plain, nil
}

func associatedData(owner, row string) []byte { return []byte(owner + "\x00" + row) }

// SigningKey returns the active signing key.
func (r *Ring) SigningKey() (string, *ecdsa.PrivateKey) {
	k := r.keys.Load().signing[0]
	return k.KID, k.private
}

// VerificationKey returns the public key with an id. If the ring does not know it, it reloads the keys, because another
// process may have activated it.
func (r *Ring) VerificationKey(ctx context.Context, kid string) (*ecdsa.PublicKey, bool, error) {
	if key, ok := r.keys.Load().verifying(kid); ok || len(kid) != thumbprintSize {
		return key, ok, nil
	}
	if err := r.Reload(ctx); err != nil {
		return nil, false, err
	}
	key, ok := r.keys.Load().verifying(kid)
	return key, ok, nil
}

func (k *keys) verifying(kid string) (*ecdsa.PublicKey, bool) {
	for _, s := range k.signing {
		if s.KID == kid {
			return &s.private.PublicKey, true
		}
	}
	return nil, false
}

// Keys returns the signing keys, the active one first.
func (r *Ring) Keys() []Key {
	signing := r.keys.Load().signing
	keys := make([]Key, len(signing))
	for i, k := range signing {
		keys[i] = k.Key
	}
	return keys
}
