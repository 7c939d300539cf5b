package stepup

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"testing"
	"time"

	"twofold/internal/session"
)

const issuer = "https://account.example.com"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// ring holds the service's keys by kid. The key "now" signs.
type ring map[string]*ecdsa.PrivateKey

func (r ring) SigningKey() (string, *ecdsa.PrivateKey) { return "now", r["now"] }

func (r ring) VerificationKey(_ context.Context, kid string) (*ecdsa.PublicKey, bool, error) {
	key, ok := r[kid]
	if !ok {
		return nil, false, nil
	}
	return &key.PublicKey, true, nil
}

func (r ring) Reload(context.Context) error { return nil }

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newVerifier returns a service with two keys and no store, because verify checks only what the token shows.
func newVerifier(t testing.TB) (*Service, ring) {
	t.Helper()
	keys := ring{"now": newKey(t), "before": newKey(t)}
	return &Service{Keys: keys, Issuer: issuer, Lifetime: 5 * time.Minute, Now: func() time.Time { return noon }}, keys
}

func realGrant() Grant {
	return Grant{
		ID: "token-1", AccountID: "ada", SessionID: "session-1", Purpose: "mfa.remove", AMR: session.AMRFor(true),
		AuthTime: noon, ExpiresAt: noon.Add(5 * time.Minute),
	}
}

func realToken(t testing.TB, s *Service) string {
	t.Helper()
	g := realGrant()
	text, err := s.sign(&g, noon)
	if err != nil {
		t.Fatal(err)
	}
	return text.Reveal()
}

type object = map[string]any

// omit removes a member.
var omit = new(int)

func header(changes object) object {
	return changed(object{"alg": "ES256", "typ": "stepup+jwt", "kid": "now"}, changes)
}

func payload(changes object) object {
	return changed(object{
		"iss": issuer, "sub": "ada", "aud": []string{issuer}, "sid": "session-1", "jti": "token-1",
		"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Add(5 * time.Minute).Unix(), "auth_time": noon.Unix(),
		"acr": "aal2", "amr": []string{"pwd", "otp", "mfa"}, "purpose": "mfa.remove",
	}, changes)
}

func changed(o, changes object) object {
	maps.Copy(o, changes)
	maps.DeleteFunc(o, func(_ string, v any) bool { return v == omit })
	return o
}

func encode(t testing.TB, value any) string {
	t.Helper()
	text, ok := value.(string)
	if !ok {
		b, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// forge signs any header and payload (objects, or raw text) with a key, using only the standard library.
func forge(t testing.TB, key *ecdsa.PrivateKey, header, payload any) string {
	t.Helper()
	input := encode(t, header) + "." + encode(t, payload)
	sum := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(rawSignature(r, s))
}

func rawSignature(r, s *big.Int) []byte {
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
}

// resigned replaces the signature of a token.
func resigned(t testing.TB, token string, change func(signature []byte) []byte) string {
	t.Helper()
	parts := bytes.Split([]byte(token), []byte("."))
	signature, err := base64.RawURLEncoding.DecodeString(string(parts[2]))
	if err != nil {
		t.Fatal(err)
	}
	return string(parts[0]) + "." + string(parts[1]) + "." + base64.RawURLEncoding.EncodeToString(change(signature))
}

// encodeWith encodes an object with one more member, whose number is written as given.
func encodeWith(t testing.TB, o object, name, number string) string {
	t.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:len(b)-1]) + `,"` + name + `":` + number + "}"
}
