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

// ErrNoKeys means that the database holds no such key yet.
var ErrNoKeys = errors.New("no key yet")

// Store keeps sealed keys. An insert that finds somebody was faster changes nothing; read afterwards.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// SealedKeyset answers ErrNone before there is one.
	SealedKeyset(ctx context.Context) (SealedKeyset, error)
	InsertSealedKeyset(ctx context.Context, k SealedKeyset) error
	// LockKeyset reads it, and lets nobody else lock it until the transaction ends: whoever changes keys does so alone.
	LockKeyset(ctx context.Context) (SealedKeyset, error)
	ReplaceSealedKeyset(ctx context.Context, k SealedKeyset) error
	// SigningKeys lists the signing keys, the newest that has begun first.
	SigningKeys(ctx context.Context) ([]SealedKey, error)
	InsertSigningKey(ctx context.Context, k SealedKey) error
	ActivateSigningKey(ctx context.Context, kid string, at time.Time) error
	RetireSigningKey(ctx context.Context, kid string, at time.Time) error
	// DeleteSigningKey takes a key away, and with it the tokens that it signed.
	DeleteSigningKey(ctx context.Context, kid string) error
	// DeleteTokensWithoutKID takes away the tokens of which nobody knows who signed them.
	DeleteTokensWithoutKID(ctx context.Context) error
}

// Ring seals what is kept and signs what is issued. The keys lie in the database and may be changed by any process: the
// ring holds them as they were when it read them last, and reads them again when it meets one that it does not know.
type Ring struct {
	store  Store
	master Master
	now    func() time.Time

	keys    atomic.Pointer[keys]
	reads   atomic.Int64
	missing atomic.Pointer[missingKey]
}

// keys are all keys, as one reading found them.
type keys struct {
	read    int64 // the number of the reading
	at      time.Time
	sealing sealing
	signing []signingKey // the one that signs first
	// The sealing keys lie under another master key by now. Those of the reading before are the same.
	outdated bool
}

// missingKey is a sealing key that no reading has found.
type missingKey struct {
	id uint32
	at time.Time
}

// reloadInterval is how often what is not there is looked for.
const reloadInterval = time.Second

// Check says whether the master key opens this database. It answers ErrNone for a database without keys and
// ErrWrongMaster for one that was sealed under another, and writes nothing.
func Check(ctx context.Context, store Store, master Master) error {
	sealed, err := store.SealedKeyset(ctx)
	if err != nil {
		return fmt.Errorf("read sealing keys: %w", err)
	}
	_, err = openSealing(sealed, master)
	return err
}

// Open reads the keys of the database, and makes those that are missing. It answers ErrWrongMaster, and then it has
// written nothing.
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

// Reload reads the keys again. What it cannot read or open stays as it was. It waits for nobody: of two readings the one
// that began later is kept.
func (r *Ring) Reload(ctx context.Context) error {
	read := keys{read: r.reads.Add(1), at: r.now()}
	// In this order, so that what seals the signing keys is among the sealing keys.
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

// Seal encrypts what belongs to owner and lies in row; it opens for those two only.
func (r *Ring) Seal(plain []byte, owner, row string) ([]byte, error) {
	return seal(r.keys.Load().sealing.aead, plain, owner, row)
}

// Unseal decrypts what Seal made for the same owner and row, here or in another process, and refuses anything else.
func (r *Ring) Unseal(ctx context.Context, sealed []byte, owner, row string) ([]byte, error) {
	if err := r.reloadIfUnknown(ctx, sealed); err != nil {
		return nil, err
	}
	return unseal(r.keys.Load().sealing.aead, sealed, owner, row)
}

// reloadIfUnknown reads the keys again for what a key sealed that this ring does not know: another process has made it.
func (r *Ring) reloadIfUnknown(ctx context.Context, sealed []byte) error {
	id, ok := keyOf(sealed)
	if !ok || slices.Contains(r.keys.Load().sealing.ids, id) {
		return nil
	}
	now := r.now()
	if gone := r.missing.Load(); gone != nil && gone.id == id && now.Sub(gone.at).Abs() < reloadInterval {
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

// keyOf reads which key sealed something: the four bytes after the first, which is 1, in what Tink writes.
func keyOf(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < prefixSize || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:prefixSize]), true
}

const prefixSize = 5

func seal(aead tink.AEAD, plain []byte, owner, row string) ([]byte, error) {
	sealed, err := aead.Encrypt(plain, place(owner, row))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

func unseal(aead tink.AEAD, sealed []byte, owner, row string) ([]byte, error) {
	plain, err := aead.Decrypt(sealed, place(owner, row))
	if err != nil {
		return nil, fmt.Errorf("unseal: %w", err)
	}
	return plain, nil
}

func place(owner, row string) []byte { return []byte(owner + "\x00" + row) }

// SigningKey is the key that signs now.
func (r *Ring) SigningKey() (string, *ecdsa.PrivateKey) {
	k := r.keys.Load().signing[0]
	return k.KID, k.private
}

// VerificationKey finds a public key by its id. One that it does not know it looks for in the database: another process
// may have begun to sign with it.
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

// Keys lists the signing keys, the one that signs first.
func (r *Ring) Keys() []Key {
	signing := r.keys.Load().signing
	keys := make([]Key, len(signing))
	for i, k := range signing {
		keys[i] = k.Key
	}
	return keys
}
