package keyring

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrNone means that the database holds no such key yet.
var ErrNone = errors.New("no key yet")

// Store keeps sealed keys. An insert that finds somebody was faster changes nothing; read afterwards.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// SealedKeyset answers ErrNone before there is one.
	SealedKeyset(ctx context.Context) ([]byte, error)
	InsertSealedKeyset(ctx context.Context, sealed []byte, at time.Time) error
	SigningKeys(ctx context.Context) ([]SealedKey, error)
	InsertSigningKey(ctx context.Context, k SealedKey) error
}

// SealedKey is a signing key at rest: PKCS #8, sealed.
type SealedKey struct {
	KID       string
	Sealed    []byte
	CreatedAt time.Time
}

// Ring seals what is kept and signs what is issued.
type Ring struct {
	sealing tink.AEAD
	signing []signingKey // the newest signs
}

type signingKey struct {
	kid string
	key *ecdsa.PrivateKey
}

// Fits says whether the master key opens this database. It answers ErrNone for a database without keys and
// ErrWrongMaster for one that was sealed under another, and writes nothing.
func Fits(ctx context.Context, store Store, master Master) error {
	_, err := openSealing(ctx, store, master)
	return err
}

// Open reads the keys of the database, and makes those that are missing. It answers ErrWrongMaster, and then it has
// written nothing.
func Open(ctx context.Context, store Store, master Master, now time.Time) (*Ring, error) {
	sealing, err := openSealing(ctx, store, master)
	if errors.Is(err, ErrNone) {
		if err := createSealing(ctx, store, master, now); err != nil {
			return nil, err
		}
		sealing, err = openSealing(ctx, store, master)
	}
	if err != nil {
		return nil, err
	}
	r := &Ring{sealing: sealing}
	if err := r.openSigning(ctx, store, now); err != nil {
		return nil, err
	}
	return r, nil
}

var keysetUse = []byte("twofold sealing keyset")

func openSealing(ctx context.Context, store Store, master Master) (tink.AEAD, error) {
	sealed, err := store.SealedKeyset(ctx)
	if err != nil {
		return nil, fmt.Errorf("read sealing keys: %w", err)
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(sealed)), master.aead, keysetUse)
	if err != nil {
		return nil, ErrWrongMaster
	}
	return aead.New(handle)
}

func createSealing(ctx context.Context, store Store, master Master, now time.Time) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("make sealing key: %w", err)
	}
	var sealed bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&sealed), master.aead, keysetUse); err != nil {
		return fmt.Errorf("seal sealing key: %w", err)
	}
	if err := store.InsertSealedKeyset(ctx, sealed.Bytes(), now); err != nil {
		return fmt.Errorf("keep sealing key: %w", err)
	}
	return nil
}

// openSigning reads the signing keys. The first is made in one transaction with the look that found none, so that two
// processes that start at once agree.
func (r *Ring) openSigning(ctx context.Context, store Store, now time.Time) error {
	return store.InTx(ctx, func(ctx context.Context) error {
		kept, err := store.SigningKeys(ctx)
		if err != nil {
			return fmt.Errorf("read signing keys: %w", err)
		}
		if len(kept) == 0 {
			k, err := r.newSigningKey(now)
			if err != nil {
				return err
			}
			if err := store.InsertSigningKey(ctx, k); err != nil {
				return fmt.Errorf("keep signing key: %w", err)
			}
			kept = []SealedKey{k}
		}
		r.signing = nil
		for _, k := range kept {
			key, err := r.openSigningKey(k)
			if err != nil {
				return fmt.Errorf("open signing key %s: %w", k.KID, err)
			}
			r.signing = append(r.signing, signingKey{kid: k.KID, key: key})
		}
		return nil
	})
}

func (r *Ring) newSigningKey(now time.Time) (SealedKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return SealedKey{}, fmt.Errorf("make signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return SealedKey{}, fmt.Errorf("encode signing key: %w", err)
	}
	jwk, err := publicJWK(&key.PublicKey)
	if err != nil {
		return SealedKey{}, err
	}
	sealed, err := r.Seal(der, "signing-key", jwk.KID)
	if err != nil {
		return SealedKey{}, err
	}
	return SealedKey{KID: jwk.KID, Sealed: sealed, CreatedAt: now}, nil
}

func (r *Ring) openSigningKey(k SealedKey) (*ecdsa.PrivateKey, error) {
	der, err := r.Unseal(k.Sealed, "signing-key", k.KID)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a %T", key)
	}
	return ec, nil
}

// Seal encrypts what belongs to owner and lies in row; it opens for those two only.
func (r *Ring) Seal(plain []byte, owner, row string) ([]byte, error) {
	sealed, err := r.sealing.Encrypt(plain, place(owner, row))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Unseal decrypts what Seal made for the same owner and row, and refuses anything else.
func (r *Ring) Unseal(sealed []byte, owner, row string) ([]byte, error) {
	plain, err := r.sealing.Decrypt(sealed, place(owner, row))
	if err != nil {
		return nil, fmt.Errorf("unseal: %w", err)
	}
	return plain, nil
}

func place(owner, row string) []byte { return []byte(owner + "\x00" + row) }

// SigningKey is the key that signs now.
func (r *Ring) SigningKey() (string, *ecdsa.PrivateKey) {
	k := r.signing[0]
	return k.kid, k.key
}

// VerificationKey finds a public key by its id.
func (r *Ring) VerificationKey(kid string) (*ecdsa.PublicKey, bool) {
	for _, k := range r.signing {
		if k.kid == kid {
			return &k.key.PublicKey, true
		}
	}
	return nil, false
}
