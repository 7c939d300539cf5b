package keyring

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// JWK is a public P-256 key (RFC 7518 §6.2.1).
type JWK struct {
	KID, X, Y string
}

// Public lists the public keys that verify what this ring signed.
func (r *Ring) Public() ([]JWK, error) {
	keys := make([]JWK, 0, len(r.signing))
	for _, k := range r.signing {
		jwk, err := publicJWK(&k.key.PublicKey)
		if err != nil {
			return nil, err
		}
		keys = append(keys, jwk)
	}
	return keys, nil
}

// publicJWK writes a key's coordinates, and as its id its thumbprint: SHA-256 over the required members in
// lexicographic order without spaces (RFC 7638 §3).
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
