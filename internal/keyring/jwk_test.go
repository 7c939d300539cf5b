package keyring

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"reflect"
	"testing"
	"time"
)

// The public key of RFC 7515 appendix A.3.1.
const (
	rfcX = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
	rfcY = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
)

func rfcKey(t *testing.T) *ecdsa.PublicKey {
	t.Helper()
	point := []byte{4}
	for _, text := range []string{rfcX, rfcY} {
		b, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		point = append(point, b...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestPublic_KIDIsThumbprint(t *testing.T) {
	t.Parallel()
	jwk, err := publicJWK(rfcKey(t))
	if err != nil {
		t.Fatal(err)
	}
	// encoding/json writes the members of a map sorted and without spaces, as RFC 7638 §3.3 requires.
	members, err := json.Marshal(map[string]string{"y": rfcY, "x": rfcX, "kty": "EC", "crv": "P-256"})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(members)
	if want := base64.RawURLEncoding.EncodeToString(sum[:]); jwk.KID != want {
		t.Errorf("kid is %s, want %s", jwk.KID, want)
	}
	if want := "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"; jwk.KID != want { // the result of other implementations
		t.Errorf("kid is %s, want %s", jwk.KID, want)
	}
	if jwk.X != rfcX || jwk.Y != rfcY {
		t.Errorf("coordinates are %s and %s, want %s and %s", jwk.X, jwk.Y, rfcX, rfcY)
	}
}

func TestPublic_CoordinatesKeepLeadingZeros(t *testing.T) {
	t.Parallel()
	// The smallest scalar whose point has a coordinate that begins with a zero byte.
	for scalar := int64(1); ; scalar++ {
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), big.NewInt(scalar).FillBytes(make([]byte, 32)))
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if point[1] != 0 && point[33] != 0 {
			continue
		}
		jwk, err := publicJWK(&key.PublicKey)
		if err != nil || len(jwk.X) != 43 || len(jwk.Y) != 43 { // 32 octets each, RFC 7518 §6.2.1.2
			t.Errorf("x has %d characters and y %d, %v, want 43 each", len(jwk.X), len(jwk.Y), err)
		}
		return
	}
}

// ringOf returns a ring with these keys, of which the first is active.
func ringOf(signing ...signingKey) *Ring {
	now := time.Now()
	r := &Ring{now: func() time.Time { return now }}
	r.keys.Store(&keys{at: now, signing: signing})
	return r
}

func TestPublic_HasNoPrivatePart(t *testing.T) {
	t.Parallel()
	kind := reflect.TypeFor[JWK]()
	for i := range kind.NumField() {
		switch kind.Field(i).Name {
		case "KID", "X", "Y":
		default:
			t.Errorf("a public key has a field %s", kind.Field(i).Name)
		}
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), big.NewInt(1234567).FillBytes(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	public, err := ringOf(signingKey{Key{KID: "k"}, key}).Public(context.Background())
	if err != nil || len(public) != 1 {
		t.Fatalf("got %v, %v, want one key", public, err)
	}
	d, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	private := base64.RawURLEncoding.EncodeToString(d)
	for _, member := range []string{public[0].KID, public[0].X, public[0].Y} {
		if member == private {
			t.Error("the private part is public")
		}
	}
}

func TestVerificationKey_ByIDOnly(t *testing.T) {
	t.Parallel()
	a, _ := ecdsa.ParseRawPrivateKey(elliptic.P256(), big.NewInt(1).FillBytes(make([]byte, 32)))
	b, _ := ecdsa.ParseRawPrivateKey(elliptic.P256(), big.NewInt(2).FillBytes(make([]byte, 32)))
	ring := ringOf(signingKey{Key{KID: "new"}, a}, signingKey{Key{KID: "old"}, b})
	if kid, key := ring.SigningKey(); kid != "new" || key != a {
		t.Errorf("the ring signs with %s, want the newest", kid)
	}
	if key, ok, err := ring.VerificationKey(context.Background(), "old"); err != nil || !ok || !key.Equal(&b.PublicKey) {
		t.Errorf("the older key: %v, want it found", ok)
	}
	for _, kid := range []string{"", "ne", "NEW", "new ", "../old"} {
		if _, ok, err := ring.VerificationKey(context.Background(), kid); ok || err != nil {
			t.Errorf("%q found a key", kid)
		}
	}
}
