package keyring

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// JWK is a public P-256 key (RFC 7518 §6.2.1).
type JWK struct {
	KID, X, Y string
}

// thumbprintSize is the length of a thumbprint: 32 bytes in base64url without padding.
const thumbprintSize = 43

// Public returns the public keys that verify step-up tokens: the active key, the pending one and those that were
// retired. A change made by another process appears within a second.
func (r *Ring) Public(ctx context.Context) ([]JWK, error) {
	if r.now().Sub(r.keys.Load().at).Abs() >= reloadInterval {
		if err := r.Reload(ctx); err != nil {
			return nil, err
		}
	}
	signing := r.keys.Load().signing
	public := make([]JWK, 0, len(signing))
	for _, k := range signing {
		jwk, err := publicJWK(&k.private.PublicKey)
		if err != nil {
			return nil, err
		}
		public = append(public, jwk)
	}
	return public, nil
}

// publicJWK returns the coordinates of a key. Its id is the thumbprint of RFC 7638 §3: SHA-256 over the required
// members in lexicographic order, without spaces.
func publicJWK(key *ecdsa.PublicKey) (JWK, error) {
	point, err := key.Bytes() // 0x04, X, Y (SEC 1 §2.3.3)
	if err != nil {
		return JWK{}, fmt.Errorf("encode public key: %w", err)
	}
	b64 := base64.RawURLEncoding
	jwk := JWK{X: b64.EncodeToString(point[1:33]), Y: b64.EncodeToString(point[33:])}
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + jwk.X + `","y":"` + jwk.Y + `"}`))
	jwk.KID = b64.EncodeToString(sum[:])
	return jwk, nil
}
