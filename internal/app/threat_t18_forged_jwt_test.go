package app_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// tokenForger signs what it likes, with the house's own key where it is asked to.
type tokenForger struct {
	t      *testing.T
	kid    string
	key    *ecdsa.PrivateKey
	header JSON // of a real token
	claims JSON
}

func newForger(t *testing.T, h *apptest.Server, real string) tokenForger {
	t.Helper()
	f := tokenForger{t: t, header: JSON{}, claims: JSON{}}
	f.kid, f.key = ring(t, h).SigningKey()
	for i, into := range []*JSON{&f.header, &f.claims} {
		text, err := base64.RawURLEncoding.DecodeString(strings.Split(real, ".")[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// but is a copy with changes; nil takes a member out.
func but(of, changes JSON) JSON {
	changed := maps.Clone(of)
	for name, value := range changes {
		if changed[name] = value; value == nil {
			delete(changed, name)
		}
	}
	return changed
}

func encoded(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// es256 signs with a key of P-256, or for ES384 one of P-384.
func es256(key *ecdsa.PrivateKey, header, claims JSON) string {
	input := encoded(header) + "." + encoded(claims)
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

func hs256(secret []byte, header, claims JSON) string {
	input := encoded(header) + "." + encoded(claims)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func newKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// otherAlgorithms are tokens with the claims of a real one, signed in every way but ours.
func (f tokenForger) otherAlgorithms() map[string]string {
	alg := func(name string) JSON { return but(f.header, JSON{"alg": name}) }
	bare := encoded(alg("none")) + "." + encoded(f.claims) + "."
	der, err := x509.MarshalPKIXPublicKey(&f.key.PublicKey)
	if err != nil {
		f.t.Fatal(err)
	}
	point, err := f.key.PublicKey.Bytes()
	if err != nil {
		f.t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.t.Fatal(err)
	}
	input := encoded(alg("RS256")) + "." + encoded(f.claims)
	sum := sha256.Sum256([]byte(input))
	rs, err := rsa.SignPKCS1v15(rand.Reader, rsaKey, crypto.SHA256, sum[:])
	if err != nil {
		f.t.Fatal(err)
	}
	asn, err := ecdsa.SignASN1(rand.Reader, f.key, sum[:])
	if err != nil {
		f.t.Fatal(err)
	}
	return map[string]string{
		"alg none":                         bare,
		"alg None":                         encoded(alg("None")) + "." + encoded(f.claims) + ".",
		"alg none with a signature":        bare + "AAAA",
		"no alg":                           es256(f.key, but(f.header, JSON{"alg": nil}), f.claims),
		"alg in lower case":                es256(f.key, alg("es256"), f.claims),
		"alg that is a list":               es256(f.key, but(f.header, JSON{"alg": []string{"ES256"}}), f.claims),
		"HS256 with the public key in PEM": hs256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), alg("HS256"), f.claims),
		"HS256 with the public key in DER": hs256(der, alg("HS256"), f.claims),
		"HS256 with the public point":      hs256(point, alg("HS256"), f.claims),
		"HS256 with the kid":               hs256([]byte(f.kid), alg("HS256"), f.claims),
		"HS256 with nothing":               hs256(nil, alg("HS256"), f.claims),
		"HMAC that calls itself ES256":     hs256(der, f.header, f.claims),
		"RS256":                            input + "." + base64.RawURLEncoding.EncodeToString(rs),
		"ES384":                            es256(newKey(f.t, elliptic.P384()), alg("ES384"), f.claims),
		"ES384 with our key":               es256(f.key, alg("ES384"), f.claims),
		"a signature in ASN.1":             encoded(f.header) + "." + encoded(f.claims) + "." + base64.RawURLEncoding.EncodeToString(asn),
		"another key":                      es256(newKey(f.t, elliptic.P256()), f.header, f.claims),
	}
}

// otherHeaders are tokens with the claims of a real one, signed with the house's own key where that is not the point.
func (f tokenForger) otherHeaders(url string) map[string]string {
	theirs := newKey(f.t, elliptic.P256())
	point, err := theirs.PublicKey.Bytes()
	if err != nil {
		f.t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	jwk := JSON{"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:]), "kid": f.kid, "alg": "ES256"}
	der, err := x509.MarshalPKIXPublicKey(&theirs.PublicKey)
	if err != nil {
		f.t.Fatal(err)
	}
	tokens := map[string]string{
		"their key in jwk":  es256(theirs, but(f.header, JSON{"jwk": jwk}), f.claims),
		"their key at jku":  es256(theirs, but(f.header, JSON{"jku": url + "/jwks.json"}), f.claims),
		"their key at x5u":  es256(theirs, but(f.header, JSON{"x5u": url + "/cert.pem"}), f.claims),
		"their key in x5c":  es256(theirs, but(f.header, JSON{"x5c": []string{base64.StdEncoding.EncodeToString(der)}}), f.claims),
		"kid that is a URL": es256(theirs, but(f.header, JSON{"kid": url + "/jwks.json"}), f.claims),
		"their kid":         es256(theirs, but(f.header, JSON{"kid": "theirs"}), f.claims),
	}
	for name, changes := range map[string]JSON{
		"no kid": {"kid": nil}, "empty kid": {"kid": ""}, "kid that climbs": {"kid": "../../master.key"},
		"kid with a NUL": {"kid": f.kid + "\x00"}, "kid that is a number": {"kid": 0}, "kid that is a list": {"kid": []string{f.kid}},
		"kid that is SQL": {"kid": "' OR '1'='1"}, "no typ": {"typ": nil}, "typ JWT": {"typ": "JWT"}, "typ at+jwt": {"typ": "at+jwt"},
		"typ that is a list": {"typ": []string{"stepup+jwt"}}, "crit": {"crit": []string{"exp"}}, "empty crit": {"crit": []string{}},
		"unknown crit": {"crit": []string{"x"}, "x": true},
	} {
		tokens[name] = es256(f.key, but(f.header, changes), f.claims)
	}
	return tokens
}

// otherClaims are tokens that the house itself could have signed, and would not have.
func (f tokenForger) otherClaims(now time.Time) map[string]string {
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	tokens := make(map[string]string)
	for name, changes := range map[string]JSON{
		"another issuer": {"iss": "https://evil.example"}, "issuer with a slash": {"iss": f.claims["iss"].(string) + "/"},
		"another audience": {"aud": "https://evil.example"}, "a list of other audiences": {"aud": []string{"https://evil.example", "b"}},
		"an empty list of audiences": {"aud": []string{}}, "audience that is a number": {"aud": 1},
		"another subject": {"sub": unknownID}, "another session": {"sid": unknownID}, "another token's id": {"jti": unknownID},
		"another purpose": {"purpose": "mfa.remove"}, "a purpose that is not": {"purpose": "*"},
		"past its end": {"exp": at(-31 * time.Second)}, "end in words": {"exp": "tomorrow"}, "end in milliseconds ago": {"exp": -1},
		"not yet valid": {"nbf": at(time.Minute)}, "issued in the future": {"iat": at(time.Minute)},
		"one factor that calls itself two": {"acr": "aal2", "amr": []string{"pwd"}},
		"one factor":                       {"acr": "aal1", "amr": []string{"pwd"}}, "two that call themselves one": {"acr": "aal1"},
		"no proofs": {"amr": []string{}}, "proofs in one word": {"amr": "mfa"}, "an unheard-of level": {"acr": "aal3"},
	} {
		tokens[name] = es256(f.key, f.header, but(f.claims, changes))
	}
	for name := range f.claims {
		tokens["no "+name] = es256(f.key, f.header, but(f.claims, JSON{name: nil}))
		tokens["null as "+name] = es256(f.key, f.header, but(f.claims, JSON{name: json.RawMessage("null")}))
	}
	return tokens
}

func TestT18_AForgedStepUpTokenIsRefusedAtOnceAndFetchesNothing(t *testing.T) {
	apptest.Timing(t)
	var fetched atomic.Int32
	theirs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fetched.Add(1) }))
	t.Cleanup(theirs.Close)
	h := apptest.Start(t)
	script, phone := withMFA(h, ada)
	token := stepUp(script, "mfa.enroll", JSON{"code": phone.Code()})
	f := newForger(t, h, token)

	for kind, tokens := range map[string]map[string]string{
		"algorithm": f.otherAlgorithms(), "header": f.otherHeaders(theirs.URL), "claims": f.otherClaims(h.Clock.Now()), "shape": mangled(token),
	} {
		for name, forged := range tokens {
			t.Run(kind+"/"+name, func(t *testing.T) { wantRefusedFast(t, script.WithT(t), forged) })
		}
	}
	t.Run("shape/in two header lines", func(t *testing.T) {
		r := script.WithT(t).Request("POST", enrollments, nil, "Step-Up-Token", token, "Step-Up-Token", token)
		script.WithT(t).Send(r).Require(401, "step_up_required")
	})
	if n := fetched.Load(); n != 0 {
		t.Errorf("%d requests went to an address that a token named", n)
	}
	// Every refusal was for the forgery: the token itself still works, with hints beside it that nobody follows.
	hinted := es256(f.key, but(f.header, JSON{"jku": theirs.URL, "x5u": theirs.URL}), f.claims)
	script.Do("POST", enrollments, nil, "Step-Up-Token", hinted).Require(201, "")
	script.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	if n := fetched.Load(); n != 0 {
		t.Errorf("%d requests followed a hint", n)
	}
}
