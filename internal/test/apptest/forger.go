package apptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// TokenForger forges step-up tokens from a real one. It has the server's own signing key.
type TokenForger struct {
	T      testing.TB
	KID    string
	Key    *ecdsa.PrivateKey
	Header JSON // of the real token
	Claims JSON
}

// NewTokenForger reads the server's signing key and a real token.
func NewTokenForger(t testing.TB, h *Server, token string) TokenForger {
	t.Helper()
	f := TokenForger{T: t, Header: JSON{}, Claims: JSON{}}
	f.KID, f.Key = h.Keyring().SigningKey()
	for i, into := range []*JSON{&f.Header, &f.Claims} {
		text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
		Must(t, err)
		Must(t, json.Unmarshal(text, into))
	}
	return f
}

// EncodeSegment returns a header or claims as a part of a token.
func EncodeSegment(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// SignECDSA signs a token by ES256 with a P-256 key, or by ES384 with a P-384 key, regardless of the header.
func SignECDSA(key *ecdsa.PrivateKey, header, claims JSON) string {
	input := EncodeSegment(header) + "." + EncodeSegment(claims)
	sum, size := sha256.Sum256([]byte(input)), 32
	digest := sum[:]
	if key.Curve == elliptic.P384() {
		long := sha512.Sum384([]byte(input))
		digest, size = long[:], 48
	}
	r, s, err := ecdsa.Sign(rand.Reader, key, digest)
	if err != nil {
		panic(err)
	}
	signature := append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// SignHMAC signs a token by HS256, regardless of the header.
func SignHMAC(secret []byte, header, claims JSON) string {
	input := EncodeSegment(header) + "." + EncodeSegment(claims)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// MangledTokens returns malformed variants of a token, by description.
func MangledTokens(token string) map[string]string {
	header, rest, _ := strings.Cut(token, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	flipped := "A" + signature[1:]
	if signature[0] == 'A' {
		flipped = "B" + signature[1:]
	}
	return map[string]string{
		"empty":                      "",
		"dots":                       "..",
		"four dots":                  "....",
		"header alone":               header,
		"without signature":          header + "." + claims,
		"with an empty signature":    header + "." + claims + ".",
		"half a signature":           header + "." + claims + "." + signature[:43],
		"a signature of zeros":       header + "." + claims + "." + strings.Repeat("A", 86),
		"another signature":          header + "." + claims + "." + flipped,
		"a longer signature":         token + "AA",
		"a padded signature":         token + "==",
		"cut by one":                 token[:len(token)-1],
		"claims of another purpose":  header + "." + EncodeSegment(JSON{"purpose": "mfa.enroll"}) + "." + signature,
		"parts in another order":     claims + "." + header + "." + signature,
		"five parts, as of a JWE":    token + "." + header + "." + claims,
		"a space inside":             header + ". " + claims + "." + signature,
		"a tab inside":               header + ".\t" + claims + "." + signature,
		"twice in one line":          token + "," + token,
		"twice with a space":         token + " " + token,
		"with a scheme":              "Bearer " + token,
		"in quotes":                  `"` + token + `"`,
		"in JSON":                    `{"protected":"` + header + `","payload":"` + claims + `","signature":"` + signature + `"}`,
		"in capitals":                strings.ToUpper(token),
		"in the other base64":        strings.NewReplacer("-", "+", "_", "/").Replace(header + "-_." + claims + "." + signature),
		"longer than any valid one":  token + strings.Repeat("A", 6000),
		"a header of six thousand":   strings.Repeat("e30", 2000) + "." + claims + "." + signature,
		"brackets without end":       EncodeSegment(strings.Repeat("[", 1000)) + "." + claims + "." + signature,
		"a header that is no object": EncodeSegment([]string{"ES256"}) + "." + claims + "." + signature,
		"claims that are no object":  header + "." + EncodeSegment("mfa.enroll") + "." + signature,
	}
}
