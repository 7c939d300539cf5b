package totp_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"twofold/internal/totp"
)

// FuzzURI checks that a key URI is ASCII and contains what it was made from, or that the names are rejected.
func FuzzURI(f *testing.F) {
	for _, seed := range [][2]string{
		{"Twofold", "ada@example.com"}, {"Acme Two Fold", "Ada Lovelace"}, {"A+B", "100%"}, {"R&D", "a&b=c"}, {"a/b", "../x?y#z"}, {"🔐", "山田"}, {"a:b", "c"},
		{" ", "a"}, {"a", "\x00"}, {"\xff", "a"}, {"a", "\u0085"}, {"%3A", "%2f"}, {"Two：fold", "a;b"},
	} {
		f.Add(seed[0], seed[1])
	}
	key, err := totp.KeyFromBytes([]byte("12345678901234567890"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, issuer, account string) {
		uri, err := key.URI(issuer, account)
		fits := func(name string) bool {
			return strings.TrimSpace(name) != "" && utf8.ValidString(name) && !strings.Contains(name, ":") && strings.IndexFunc(name, unicode.IsControl) < 0
		}
		if err != nil || !fits(issuer) || !fits(account) {
			if !errors.Is(err, totp.ErrLabel) || fits(issuer) && fits(account) || uri != "" {
				t.Errorf("%q, %q: got %q, %v", issuer, account, uri, err)
			}
			return
		}
		if strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r > '~' || r == '+' }) {
			t.Errorf("%q, %q: %s is not ASCII", issuer, account, uri)
		}
		u, err := url.Parse(uri)
		if err != nil {
			t.Fatalf("%q, %q: %s does not parse: %v", issuer, account, uri, err)
		}
		query := u.Query()
		if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/"+issuer+":"+account || u.Fragment != "" || len(query) != 5 ||
			query.Get("issuer") != issuer || query.Get("secret") != key.Base32() {
			t.Errorf("%q, %q: %s parses to other values", issuer, account, uri)
		}
	})
}
