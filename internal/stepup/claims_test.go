package stepup

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestParse_WrongClaims(t *testing.T) {
	t.Parallel()
	s, keys := newVerifier(t)
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	tokens := make(map[string]string)
	for _, claim := range []string{"iss", "sub", "aud", "sid", "jti", "iat", "nbf", "exp", "auth_time", "acr", "amr", "purpose"} {
		tokens["no "+claim] = forge(t, keys["now"], header(nil), payload(object{claim: omit}))
		for _, value := range []any{nil, true, object{"a": 1}, "", []any{}, []any{1}} {
			if claim == "nbf" || claim == "iat" || claim == "exp" || claim == "auth_time" || fmt.Sprint(value) != "[1]" {
				tokens[fmt.Sprintf("%s that is %v, a %T", claim, value, value)] = forge(t, keys["now"], header(nil), payload(object{claim: value}))
			}
		}
	}
	for name, changes := range map[string]object{
		"another issuer": {"iss": "https://evil.example.com"}, "the issuer with a slash": {"iss": issuer + "/"},
		"the issuer in capitals": {"iss": "HTTPS://ACCOUNT.EXAMPLE.COM"}, "the issuer as a list": {"iss": []string{issuer}},
		"another audience": {"aud": "https://app.example.com"}, "other audiences": {"aud": []string{"a", "b"}},
		"an audience that begins like ours": {"aud": issuer + ".evil.example.com"},
		"past its end":                      {"exp": at(-31 * time.Second)}, "long past its end": {"exp": 1}, "an end before 1970": {"exp": -1},
		"not yet valid": {"nbf": at(31 * time.Second)}, "issued tomorrow": {"iat": at(24 * time.Hour)},
		"aal2 by a password":         {"amr": []string{"pwd"}},
		"aal1 by nothing":            {"acr": "aal1", "amr": []string{}},
		"aal1 by null":               {"acr": "aal1", "amr": nil},
		"aal1 by two factors":        {"acr": "aal1"},
		"a level that is unknown":    {"acr": "aal3"},
		"a subject that is a number": {"sub": 1}, "proofs that are a text": {"amr": "mfa"}, "proofs that are numbers": {"amr": []int{1}},
	} {
		tokens[name] = forge(t, keys["now"], header(nil), payload(changes))
	}
	refuse(t, s, tokens)
}

func TestParse_ExtremeTimes(t *testing.T) {
	t.Parallel()
	s, keys := newVerifier(t)
	for _, claim := range []string{"exp", "nbf", "iat", "auth_time"} {
		for _, number := range []string{"1e308", "-1e308", "9223372036854775807", "-9223372036854775808", "1e-308", "253402300800"} {
			p := payload(object{claim: omit})
			text := encodeWith(t, p, claim, number)
			if _, err := s.verify(context.Background(), forge(t, keys["now"], header(nil), text)); err != nil && !errors.Is(err, ErrRefused) {
				t.Errorf("%s %s: got %v, want ErrRefused or nothing", claim, number, err)
			}
		}
	}
}

// FuzzVerify checks that verify accepts only issued tokens and never panics.
func FuzzVerify(f *testing.F) {
	s, keys := newVerifier(f)
	token := realToken(f, s)
	for _, seed := range []string{
		token, token[1:], token[:len(token)-1], token + ".", token + "=", "", ".", "..", "...", "null.null.null", "e30.e30.e30", "e30.e30.",
		forge(f, keys["now"], header(object{"typ": "JWT"}), payload(nil)),
		forge(f, keys["now"], header(object{"crit": []string{"exp"}}), payload(nil)),
		forge(f, keys["now"], header(object{"kid": object{}}), payload(nil)),
		forge(f, keys["now"], header(nil), payload(object{"exp": 1e300})),
		forge(f, keys["now"], header(nil), payload(object{"aud": []any{nil}})),
		forge(f, keys["now"], "null", "null"),
		forge(f, newKey(f), header(object{"jwk": object{}}), payload(nil)),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := s.verify(context.Background(), text)
		switch {
		case err != nil && !errors.Is(err, ErrRefused):
			t.Errorf("got %v, want ErrRefused", err)
		case err != nil && g.ID != "":
			t.Errorf("a refused token granted %+v", g)
		case err == nil && text != token:
			t.Errorf("%q was accepted", text)
		}
	})
}
