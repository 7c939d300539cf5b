package stepup

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "crypto/sha512" // registers the hash
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// refuse verifies tokens that must all be refused.
func refuse(t *testing.T, s *Service, tokens map[string]string) {
	t.Helper()
	for shape, token := range tokens {
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			g, err := s.verify(context.Background(), token)
			if !errors.Is(err, ErrRefused) {
				t.Errorf("got %v, want ErrRefused", err)
			}
			if !cmp.Equal(g, Grant{}) {
				t.Errorf("a refused token granted %+v", g)
			}
		})
	}
}

func TestParse_RealToken(t *testing.T) {
	t.Parallel()
	s, keys := newVerifier(t)
	for name, token := range map[string]string{
		"as issued":                        realToken(t, s),
		"signed by another implementation": forge(t, keys["now"], header(nil), payload(nil)),
		"signed with the retired key":      forge(t, keys["before"], header(object{"kid": "before"}), payload(nil)),
		"audience as a string":             forge(t, keys["now"], header(nil), payload(object{"aud": issuer})),
		"unknown claim":                    forge(t, keys["now"], header(nil), payload(object{"color": "green"})),
		"expired within the leeway":        forge(t, keys["now"], header(nil), payload(object{"exp": noon.Add(-29 * time.Second).Unix()})),
		"not yet valid, within the leeway": forge(t, keys["now"], header(nil), payload(object{"nbf": noon.Add(30 * time.Second).Unix(), "iat": noon.Add(30 * time.Second).Unix()})),
	} {
		g, err := s.verify(context.Background(), token)
		want := realGrant()
		if name == "expired within the leeway" {
			want.ExpiresAt = noon.Add(-29 * time.Second)
		}
		if diff := cmp.Diff(want, g, cmp.Comparer(time.Time.Equal)); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestIssue_TokenContent(t *testing.T) {
	t.Parallel()
	s, _ := newVerifier(t)
	parts := strings.Split(realToken(t, s), ".")
	for i, want := range []object{header(nil), payload(nil)} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		var got object
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		whole, _ := json.Marshal(want)
		want = nil
		_ = json.Unmarshal(whole, &want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("part %d, - want, + got:\n%s", i, diff)
		}
	}
}

func TestParse_Malformed(t *testing.T) {
	t.Parallel()
	s, keys := newVerifier(t)
	token := realToken(t, s)
	parts := strings.Split(token, ".")
	sign := func(header, payload any) string { return forge(t, keys["now"], header, payload) }
	refuse(t, s, map[string]string{
		"empty":                        "",
		"only dots":                    "..",
		"one part":                     parts[0],
		"two parts":                    parts[0] + "." + parts[1],
		"four parts":                   token + ".",
		"five parts, like a JWE":       token + "..",
		"JSON instead of dots":         `{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`,
		"Bearer prefix":                "Bearer " + token,
		"leading space":                " " + token,
		"trailing space":               token + " ",
		"trailing NUL":                 token + "\x00",
		"two tokens":                   token + "," + token,
		"padding":                      token + "=",
		"standard base64 alphabet":     parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(strings.Repeat("-_", 43)),
		"header that is not base64":    "!!!." + parts[1] + "." + parts[2],
		"header that is not JSON":      sign("{", payload(nil)),
		"header that is null":          sign("null", payload(nil)),
		"header that is a list":        sign("[]", payload(nil)),
		"payload that is not base64":   parts[0] + ".%%%." + parts[2],
		"payload that is not JSON":     sign(header(nil), "{"),
		"payload that is null":         sign(header(nil), "null"),
		"payload that is a list":       sign(header(nil), "[]"),
		"payload that is a text":       sign(header(nil), `"mfa.remove"`),
		"payload of two objects":       sign(header(nil), "{}{}"),
		"payload that is empty":        sign(header(nil), ""),
		"above the maximum length":     sign(header(nil), payload(object{"filler": strings.Repeat("x", maxToken)})),
		"a megabyte":                   strings.Repeat("A", 1<<20),
		"a megabyte of dots":           strings.Repeat(".", 1<<20),
		"deeply nested header":         sign(strings.Repeat("[", 1000), payload(nil)),
		"upper case":                   strings.ToUpper(token),
		"header and payload exchanged": parts[1] + "." + parts[0] + "." + parts[2],
	})
}

func TestParse_AnyChangedCharacter(t *testing.T) {
	t.Parallel()
	s, _ := newVerifier(t)
	token := realToken(t, s)
	for i := range token {
		for _, c := range []byte("A_9.=") {
			changed := token[:i] + string(c) + token[i+1:]
			if changed == token {
				continue
			}
			if _, err := s.verify(context.Background(), changed); !errors.Is(err, ErrRefused) {
				t.Fatalf("character %d changed to %c: got %v, want ErrRefused", i, c, err)
			}
		}
	}
}

func TestParse_TrailingBase64Bits(t *testing.T) {
	t.Parallel()
	s, _ := newVerifier(t)
	token := realToken(t, s)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for _, c := range alphabet {
		changed := token[:len(token)-1] + string(c)
		if _, err := s.verify(context.Background(), changed); (err == nil) != (changed == token) {
			t.Errorf("the last character changed to %c: got %v", c, err)
		}
	}
}

func TestParse_LineBreakInSignature(t *testing.T) {
	t.Parallel()
	s, _ := newVerifier(t)
	token := realToken(t, s)
	refuse(t, s, map[string]string{
		"at the end": token + "\n", "in the middle": token[:len(token)-8] + "\r\n" + token[len(token)-8:], "before the payload": strings.Replace(token, ".", ".\n", 1),
	})
}

func TestParse_ForgedSignatures(t *testing.T) {
	t.Parallel()
	s, keys := newVerifier(t)
	token := realToken(t, s)
	input := token[:strings.LastIndex(token, ".")]
	order := keys["now"].Curve.Params().N
	fill := func(r, s *big.Int) string {
		return resigned(t, token, func([]byte) []byte { return rawSignature(r, s) })
	}
	zero, one := new(big.Int), big.NewInt(1)
	refuse(t, s, map[string]string{
		"none":                   input + ".",
		"of a foreign key":       forge(t, newKey(t), header(nil), payload(nil)),
		"of the retired key":     forge(t, keys["before"], header(nil), payload(nil)),
		"of another token":       input + "." + strings.Split(forge(t, keys["now"], header(nil), payload(object{"jti": "other"})), ".")[2],
		"zeros":                  fill(zero, zero), // CVE-2022-21449
		"zero and one":           fill(zero, one),
		"one and zero":           fill(one, zero),
		"ones":                   fill(one, one),
		"the order of the curve": fill(order, order),
		"all bits":               resigned(t, token, func(b []byte) []byte { return []byte(strings.Repeat("\xff", len(b))) }),
		"truncated":              resigned(t, token, func(b []byte) []byte { return b[:63] }),
		"longer":                 resigned(t, token, func(b []byte) []byte { return append(b, 0) }),
		"twice":                  resigned(t, token, func(b []byte) []byte { return slices.Concat(b, b) }),
		"halves exchanged":       resigned(t, token, func(b []byte) []byte { return slices.Concat(b[32:], b[:32]) }),
		"as ASN.1": resigned(t, token, func(b []byte) []byte {
			der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(b[:32]), new(big.Int).SetBytes(b[32:])})
			if err != nil {
				t.Fatal(err)
			}
			return der
		}),
	})
}

func TestParse_AlgorithmConfusion(t *testing.T) {
	t.Parallel()
	s, keys := newVerifier(t)
	tokens := make(map[string]string)
	for _, alg := range []any{"none", "None", "NONE", "nOnE", "", "es256", "ES256K", "ES384", "ES512", "RS256", "PS256", "EdDSA", "HS256", "dir", 256, nil, omit, []string{"ES256"}} {
		name, _ := alg.(string)
		h := header(object{"alg": alg})
		tokens["signed, alg "+name] = forge(t, keys["now"], h, payload(nil))
		tokens["unsigned, alg "+name] = encode(t, h) + "." + encode(t, payload(nil)) + "."
	}
	der, err := x509.MarshalPKIXPublicKey(&keys["now"].PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	point, err := keys["now"].PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for form, key := range map[string][]byte{
		"DER": der, "PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "a point": point, "nothing": nil, "the kid": []byte("now"),
	} {
		input := encode(t, header(object{"alg": "HS256"})) + "." + encode(t, payload(nil))
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(input))
		tokens["HS256 with the public key as "+form] = input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	for alg, hash := range map[string]crypto.Hash{"ES384": crypto.SHA384, "ES512": crypto.SHA512} { // with the service's own key
		input := encode(t, header(object{"alg": alg})) + "." + encode(t, payload(nil))
		digest := hash.New()
		digest.Write([]byte(input))
		r, v, err := ecdsa.Sign(rand.Reader, keys["now"], digest.Sum(nil))
		if err != nil {
			t.Fatal(err)
		}
		size := map[string]int{"ES384": 48, "ES512": 66}[alg]
		signature := append(r.FillBytes(make([]byte, size)), v.FillBytes(make([]byte, size))...)
		tokens["signed with the service's key by "+alg] = input + "." + base64.RawURLEncoding.EncodeToString(signature)
	}
	refuse(t, s, tokens)
}

func TestParse_WrongHeaders(t *testing.T) {
	t.Parallel()
	s, keys := newVerifier(t)
	tokens := make(map[string]string)
	for name, changes := range map[string]object{
		"no typ": {"typ": omit}, "typ of any JWT": {"typ": "JWT"}, "typ of an access token": {"typ": "at+jwt"},
		"typ in another case": {"typ": "STEPUP+JWT"}, "typ with its tree": {"typ": "application/stepup+jwt"},
		"typ that is null": {"typ": nil}, "typ that is a list": {"typ": []string{"stepup+jwt"}}, "typ that is an object": {"typ": object{}},
		"crit": {"crit": []string{"exp"}, "exp": 1}, "crit of nothing": {"crit": []string{}}, "crit that is null": {"crit": nil},
		"crit with b64": {"crit": []string{"b64"}, "b64": false},
		"no kid":        {"kid": omit}, "empty kid": {"kid": ""}, "unknown kid": {"kid": "tomorrow"}, "kid that is a path": {"kid": "../../dev/null"},
		"kid that is SQL": {"kid": "x' OR '1'='1"}, "kid that is a number": {"kid": 1}, "kid that is a list": {"kid": []string{"now"}}, "the other key's kid": {"kid": "before"},
	} {
		tokens[name] = forge(t, keys["now"], header(changes), payload(nil))
	}
	refuse(t, s, tokens)
}

func TestParse_IgnoresKeysInToken(t *testing.T) {
	t.Parallel()
	fetched := make(chan string, 100)
	foreign := newKey(t)
	point, _ := foreign.PublicKey.Bytes()
	jwk := object{"kty": "EC", "crv": "P-256", "x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:]), "kid": "now"}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetched <- r.URL.Path
		_ = json.NewEncoder(w).Encode(object{"keys": []object{jwk}})
	}))
	defer web.Close()
	s, keys := newVerifier(t)
	hints := object{"jku": web.URL + "/jku", "x5u": web.URL + "/x5u", "jwk": jwk, "x5c": []string{"MIIB"}, "x5t": "x"}
	for name, value := range hints {
		for _, kid := range []any{"now", "foreign", web.URL + "/kid", omit} {
			if _, err := s.verify(context.Background(), forge(t, foreign, header(object{name: value, "kid": kid}), payload(nil))); !errors.Is(err, ErrRefused) {
				t.Errorf("foreign key in %s, kid %v: got %v, want ErrRefused", name, kid, err)
			}
		}
	}
	own := maps.Clone(hints)
	if _, err := s.verify(context.Background(), forge(t, keys["now"], header(own), payload(nil))); err != nil {
		t.Errorf("own signature with key hints in the header: %v", err)
	}
	if len(fetched) > 0 {
		t.Errorf("%s was fetched", <-fetched)
	}
}
