package keyring

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// Key describes when a signing key is pending, active and retired. Its public part is published all that time.
type Key struct {
	KID         string
	ActivatesAt time.Time // zero for the first key and for one activated at once
	ActivatedAt time.Time // zero while pending
	RetiredAt   time.Time // zero until retired
}

// Active reports whether the key signs: it was activated and is not retired.
func (k Key) Active() bool { return !k.ActivatedAt.IsZero() && k.RetiredAt.IsZero() }

// Pending reports whether the key is published and not activated yet.
func (k Key) Pending() bool { return k.ActivatedAt.IsZero() }

// SealedKey is a signing key at rest: PKCS #8, sealed.
type SealedKey struct {
	Key
	Sealed []byte
}

type signingKey struct {
	Key
	private *ecdsa.PrivateKey
}

// SigningOwner is the owner of sealed signing keys in their associated data. Their row is their key id.
const SigningOwner = "signing-key"

// createSigning creates the first signing key unless there is one. It holds the keyset's lock, so that processes that
// start together agree on one key.
func (r *Ring) createSigning(ctx context.Context) error {
	return r.store.InTx(ctx, func(ctx context.Context) error {
		kept, err := r.store.SigningKeys(ctx)
		if err != nil {
			return fmt.Errorf("read signing keys: %w", err)
		}
		if len(kept) > 0 {
			return nil
		}
		keyset, err := r.store.LockKeyset(ctx)
		if err != nil {
			return fmt.Errorf("lock the keys: %w", err)
		}
		if kept, err = r.store.SigningKeys(ctx); err != nil {
			return fmt.Errorf("read signing keys: %w", err)
		}
		if len(kept) > 0 {
			return nil
		}
		sealing, err := openSealing(keyset, r.master)
		if err != nil {
			return err
		}
		_, err = createSigningKey(ctx, r.store, sealing.aead, Key{ActivatedAt: r.now()})
		return err
	})
}

// createSigningKey creates a key with the given times and stores it.
func createSigningKey(ctx context.Context, store Store, aead tink.AEAD, k Key) (Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("generate signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Key{}, fmt.Errorf("encode signing key: %w", err)
	}
	jwk, err := publicJWK(&private.PublicKey)
	if err != nil {
		return Key{}, err
	}
	k.KID = jwk.KID
	sealed, err := seal(aead, der, SigningOwner, k.KID)
	if err != nil {
		return Key{}, err
	}
	if err := store.InsertSigningKey(ctx, SealedKey{Key: k, Sealed: sealed}); err != nil {
		return Key{}, fmt.Errorf("store signing key: %w", err)
	}
	return k, nil
}

// openSigning decrypts the signing keys, reusing those that were decrypted before, and puts the active one first.
func openSigning(kept []SealedKey, before *keys, sealing sealing) ([]signingKey, error) {
	open := make(map[string]*ecdsa.PrivateKey)
	if before != nil {
		for _, k := range before.signing {
			open[k.KID] = k.private
		}
	}
	signing := make([]signingKey, 0, len(kept))
	for _, k := range kept {
		private := open[k.KID]
		if private == nil {
			var err error
			if private, err = openSigningKey(k, sealing); err != nil {
				return nil, fmt.Errorf("open signing key %s: %w", k.KID, err)
			}
		}
		signing = append(signing, signingKey{Key: k.Key, private: private})
	}
	signs := slices.IndexFunc(signing, func(k signingKey) bool { return k.Active() })
	if signs < 0 {
		return nil, errors.New("no signing key is active")
	}
	first := signing[signs]
	return slices.Insert(slices.Delete(signing, signs, signs+1), 0, first), nil
}

func openSigningKey(k SealedKey, sealing sealing) (*ecdsa.PrivateKey, error) {
	der, err := unseal(sealing.aead, k.Sealed, SigningOwner, k.KID)
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
