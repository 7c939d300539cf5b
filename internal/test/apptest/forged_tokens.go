package apptest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"testing"
	"time"
)

// OtherAlgorithms returns tokens with the claims of the real one, signed in every way except ES256 with the server's key.
func (f TokenForger) OtherAlgorithms() map[string]string {
	alg := func(name string) JSON { return f.Header.With(JSON{"alg": name}) }
	bare := EncodeSegment(alg("none")) + "." + EncodeSegment(f.Claims) + "."
	der, err := x509.MarshalPKIXPublicKey(&f.Key.PublicKey)
	if err != nil {
		f.T.Fatal(err)
	}
	point, err := f.Key.PublicKey.Bytes()
	if err != nil {
		f.T.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.T.Fatal(err)
	}
	input := EncodeSegment(alg("RS256")) + "." + EncodeSegment(f.Claims)
	sum := sha256.Sum256([]byte(input))
	rs, err := rsa.SignPKCS1v15(rand.Reader, rsaKey, crypto.SHA256, sum[:])
	if err != nil {
		f.T.Fatal(err)
	}
	asn, err := ecdsa.SignASN1(rand.Reader, f.Key, sum[:])
	if err != nil {
		f.T.Fatal(err)
	}
	return map[string]string{
		"alg none":                         bare,
		"alg None":                         EncodeSegment(alg("None")) + "." + EncodeSegment(f.Claims) + ".",
		"alg none with a signature":        bare + "AAAA",
		"no alg":                           SignECDSA(f.Key, f.Header.With(JSON{"alg": nil}), f.Claims),
		"alg in lower case":                SignECDSA(f.Key, alg("es256"), f.Claims),
		"alg that is a list":               SignECDSA(f.Key, f.Header.With(JSON{"alg": []string{"ES256"}}), f.Claims),
		"HS256 with the public key in PEM": SignHMAC(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), alg("HS256"), f.Claims),
		"HS256 with the public key in DER": SignHMAC(der, alg("HS256"), f.Claims),
		"HS256 with the public point":      SignHMAC(point, alg("HS256"), f.Claims),
		"HS256 with the kid":               SignHMAC([]byte(f.KID), alg("HS256"), f.Claims),
		"HS256 with nothing":               SignHMAC(nil, alg("HS256"), f.Claims),
		"HMAC that calls itself ES256":     SignHMAC(der, f.Header, f.Claims),
		"RS256":                            input + "." + base64.RawURLEncoding.EncodeToString(rs),
		"ES384":                            SignECDSA(newKey(f.T, elliptic.P384()), alg("ES384"), f.Claims),
		"ES384 with the server's key":      SignECDSA(f.Key, alg("ES384"), f.Claims),
		"a signature in ASN.1":             EncodeSegment(f.Header) + "." + EncodeSegment(f.Claims) + "." + base64.RawURLEncoding.EncodeToString(asn),
		"another key":                      SignECDSA(newKey(f.T, elliptic.P256()), f.Header, f.Claims),
	}
}

// OtherHeaders returns tokens with the claims of the real one and another header. They are signed with the server's key,
// except where the header names a key of the attacker, at a URL of the attacker.
func (f TokenForger) OtherHeaders(url string) map[string]string {
	theirs := newKey(f.T, elliptic.P256())
	point, err := theirs.PublicKey.Bytes()
	if err != nil {
		f.T.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	jwk := JSON{"kty": "EC", "crv": "P-256", "x": b64(point[1:33]), "y": b64(point[33:]), "kid": f.KID, "alg": "ES256"}
	der, err := x509.MarshalPKIXPublicKey(&theirs.PublicKey)
	if err != nil {
		f.T.Fatal(err)
	}
	tokens := map[string]string{
		"their key in jwk":  SignECDSA(theirs, f.Header.With(JSON{"jwk": jwk}), f.Claims),
		"their key at jku":  SignECDSA(theirs, f.Header.With(JSON{"jku": url + "/jwks.json"}), f.Claims),
		"their key at x5u":  SignECDSA(theirs, f.Header.With(JSON{"x5u": url + "/cert.pem"}), f.Claims),
		"their key in x5c":  SignECDSA(theirs, f.Header.With(JSON{"x5c": []string{base64.StdEncoding.EncodeToString(der)}}), f.Claims),
		"kid that is a URL": SignECDSA(theirs, f.Header.With(JSON{"kid": url + "/jwks.json"}), f.Claims),
		"their kid":         SignECDSA(theirs, f.Header.With(JSON{"kid": "theirs"}), f.Claims),
	}
	for name, changes := range map[string]JSON{
		"no kid": {"kid": nil}, "empty kid": {"kid": ""}, "kid with a parent path": {"kid": "../../master.key"},
		"kid with a NUL": {"kid": f.KID + "\x00"}, "kid that is a number": {"kid": 0}, "kid that is a list": {"kid": []string{f.KID}},
		"kid that is SQL": {"kid": "' OR '1'='1"}, "no typ": {"typ": nil}, "typ JWT": {"typ": "JWT"}, "typ at+jwt": {"typ": "at+jwt"},
		"typ that is a list": {"typ": []string{"stepup+jwt"}}, "crit": {"crit": []string{"exp"}}, "empty crit": {"crit": []string{}},
		"unknown crit": {"crit": []string{"x"}, "x": true},
	} {
		tokens[name] = SignECDSA(f.Key, f.Header.With(changes), f.Claims)
	}
	return tokens
}

// OtherClaims returns tokens with invalid claims, signed with the server's key.
func (f TokenForger) OtherClaims(now time.Time) map[string]string {
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	tokens := make(map[string]string)
	for name, changes := range map[string]JSON{
		"another issuer": {"iss": "https://evil.example"}, "issuer with a slash": {"iss": f.Claims["iss"].(string) + "/"},
		"another audience": {"aud": "https://evil.example"}, "a list of other audiences": {"aud": []string{"https://evil.example", "b"}},
		"an empty list of audiences": {"aud": []string{}}, "audience that is a number": {"aud": 1},
		"another subject": {"sub": UnknownID}, "another session": {"sid": UnknownID}, "another token's id": {"jti": UnknownID},
		"another purpose": {"purpose": "mfa.remove"}, "an unknown purpose": {"purpose": "*"},
		"past its end": {"exp": at(-31 * time.Second)}, "end in words": {"exp": "tomorrow"}, "end in milliseconds ago": {"exp": -1},
		"not yet valid": {"nbf": at(time.Minute)}, "issued in the future": {"iat": at(time.Minute)},
		"aal2 with one factor": {"acr": "aal2", "amr": []string{"pwd"}},
		"one factor":           {"acr": "aal1", "amr": []string{"pwd"}}, "aal1 with two factors": {"acr": "aal1"},
		"no factors": {"amr": []string{}}, "factors as a string": {"amr": "mfa"}, "an unknown level": {"acr": "aal3"},
	} {
		tokens[name] = SignECDSA(f.Key, f.Header, f.Claims.With(changes))
	}
	for name := range f.Claims {
		tokens["no "+name] = SignECDSA(f.Key, f.Header, f.Claims.With(JSON{name: nil}))
		tokens["null as "+name] = SignECDSA(f.Key, f.Header, f.Claims.With(JSON{name: json.RawMessage("null")}))
	}
	return tokens
}

func newKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
