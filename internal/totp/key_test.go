package totp_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/pquerna/otp"

	"twofold/internal/totp"
)

// rfcKey is the 20-byte key of RFC 4226 appendix D and, for SHA-1, of RFC 6238 appendix B.
func rfcKey(t testing.TB) totp.Key {
	t.Helper()
	return keyOf(t, []byte("12345678901234567890"))
}

func keyOf(t testing.TB, b []byte) totp.Key {
	t.Helper()
	key, err := totp.KeyFromBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newKey(t testing.TB) totp.Key {
	t.Helper()
	key, err := totp.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestNewKey_TwentyRandomBytes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		key := newKey(t)
		if got := len(key.Bytes()); got != totp.KeySize {
			t.Fatalf("a new key has %d bytes, want %d", got, totp.KeySize)
		}
		if seen[key.Base32()] {
			t.Fatal("NewKey returned the same key twice")
		}
		seen[key.Base32()] = true
	}
}

func TestKeyFromBytes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 10, 16, 19, 21, 32, 64} {
		t.Run(fmt.Sprintf("%d bytes are no key", size), func(t *testing.T) {
			t.Parallel()
			key, err := totp.KeyFromBytes(make([]byte, size))
			if !errors.Is(err, totp.ErrKey) {
				t.Errorf("got %v, want ErrKey", err)
			}
			if key.Bytes() != nil {
				t.Error("a rejected key contains bytes")
			}
		})
	}
	t.Run("twenty zero bytes are a key", func(t *testing.T) {
		t.Parallel()
		if got := keyOf(t, make([]byte, 20)).Base32(); got != strings.Repeat("A", 32) {
			t.Errorf("got %s", got)
		}
	})
	t.Run("the key keeps no hold of the caller's bytes", func(t *testing.T) {
		t.Parallel()
		in := []byte("12345678901234567890")
		key := keyOf(t, in)
		in[0] = 'X'
		key.Bytes()[1] = 'X'
		if got := string(key.Bytes()); got != "12345678901234567890" {
			t.Errorf("the key changed to %s", got)
		}
	})
}

func TestBase32_Format(t *testing.T) {
	t.Parallel()
	if got, want := rfcKey(t).Base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	const secretOf = "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for name, c := range map[string]struct{ issuer, account, label, query string }{
		"plain names":               {"Twofold", "ada", "Twofold:ada", "Twofold"},
		"an email address":          {"Twofold", "ada@example.com", "Twofold:ada%40example.com", "Twofold"},
		"spaces are %20, never +":   {"Acme Two Fold", "Ada Lovelace", "Acme%20Two%20Fold:Ada%20Lovelace", "Acme%20Two%20Fold"},
		"a plus sign stays one":     {"A+B", "ada+work@example.com", "A%2BB:ada%2Bwork%40example.com", "A%2BB"},
		"accents":                   {"Café", "é@example.com", "Caf%C3%A9:%C3%A9%40example.com", "Caf%C3%A9"},
		"a percent sign":            {"100%", "50%20", "100%25:50%2520", "100%25"},
		"an ampersand":              {"R&D", "a&b=c", "R%26D:a%26b%3Dc", "R%26D"},
		"slashes, query, fragment":  {"a/b", "../x?y#z", "a%2Fb:..%2Fx%3Fy%23z", "a%2Fb"},
		"unicode beyond the plane":  {"🔐", "山田", "%F0%9F%94%90:%E5%B1%B1%E7%94%B0", "%F0%9F%94%90"},
		"quotes and markup":         {`"<b>'`, `\`, "%22%3Cb%3E%27:%5C", "%22%3Cb%3E%27"},
		"unreserved stay as is":     {"A-b_c.d~e", "f", "A-b_c.d~e:f", "A-b_c.d~e"},
		"a full-width colon is not": {"Two：fold", "a", "Two%EF%BC%9Afold:a", "Two%EF%BC%9Afold"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rfcKey(t).URI(c.issuer, c.account)
			want := "otpauth://totp/" + c.label + "?" + secretOf + "&issuer=" + c.query + "&algorithm=SHA1&digits=6&period=30"
			if err != nil || got != want {
				t.Fatalf("got  %s, %v\nwant %s", got, err, want)
			}
			readBack(t, got, c.issuer, c.account)
		})
	}
}

// readBack parses a key URI with pquerna/otp, in place of an authenticator app, and with net/url.
func readBack(t *testing.T, uri, issuer, account string) {
	t.Helper()
	key, err := otp.NewKeyFromURL(uri)
	if err != nil {
		t.Fatal(err)
	}
	if key.Type() != "totp" || key.Issuer() != issuer || key.AccountName() != account || key.Secret() != rfcKey(t).Base32() ||
		key.Period() != totp.Period || key.Digits() != otp.DigitsSix || key.Algorithm() != otp.AlgorithmSHA1 {
		t.Errorf("parsed as type %q, issuer %q, account %q, secret %q, period %d, digits %v, algorithm %v", key.Type(),
			key.Issuer(), key.AccountName(), key.Secret(), key.Period(), key.Digits(), key.Algorithm())
	}
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := u.Path, "/"+issuer+":"+account; got != want {
		t.Errorf("label %q, want %q", got, want)
	}
	if got := len(u.Query()); got != 5 {
		t.Errorf("%d query parameters, want 5: %s", got, u.RawQuery)
	}
	if strings.ContainsAny(uri, "+ ") {
		t.Errorf("%s contains a plus or a space", uri)
	}
}

func TestURI_InvalidLabels(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"empty":               "",
		"blank":               " \u00a0\t",
		"a colon":             "Acme:Two",
		"an only colon":       ":",
		"a newline":           "Ada\nLovelace",
		"NUL":                 "Ada\x00",
		"DEL":                 "Ada\x7f",
		"a C1 control":        "Ada\u0085",
		"invalid UTF-8":       "Ada\xff",
		"a cut UTF-8 rune":    "Caf\xc3",
		"a surrogate in UTF8": "\xed\xa0\x80",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if uri, err := rfcKey(t).URI(bad, "ada"); !errors.Is(err, totp.ErrLabel) || uri != "" {
				t.Errorf("as issuer: got %q, %v, want ErrLabel", uri, err)
			}
			if uri, err := rfcKey(t).URI("Twofold", bad); !errors.Is(err, totp.ErrLabel) || uri != "" {
				t.Errorf("as account: got %q, %v, want ErrLabel", uri, err)
			}
		})
	}
}

func TestKey_Zero(t *testing.T) {
	t.Parallel()
	var none totp.Key
	if none.Bytes() != nil || none.Base32() != "" || none.Code(1) != "" {
		t.Error("the zero key is usable")
	}
	if _, err := none.URI("Twofold", "ada"); !errors.Is(err, totp.ErrKey) {
		t.Errorf("got %v, want ErrKey", err)
	}
}

func TestKey_Redacted(t *testing.T) {
	t.Parallel()
	type holder struct {
		Key   totp.Key
		inner totp.Key
		list  []*totp.Key
	}
	key := rfcKey(t)
	var out bytes.Buffer
	for _, v := range []any{key, &key, holder{key, key, []*totp.Key{&key}}, &holder{Key: key}, []totp.Key{key}, map[int]totp.Key{1: key}} {
		for _, verb := range "vsqxXdoptTcU" {
			for _, flag := range []string{"", "+", "#", " "} {
				fmt.Fprintf(&out, "%"+flag+string(verb)+"\n", v)
			}
		}
		options := &slog.HandlerOptions{Level: slog.LevelDebug}
		slog.New(slog.NewJSONHandler(&out, options)).Debug("key", "key", v)
		slog.New(slog.NewTextHandler(&out, options)).Debug("key", "key", v)
		b, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		out.Write(b)
	}
	log := strings.ToLower(out.String())
	for _, spelling := range []string{
		string(key.Bytes()), key.Base32(), hex.EncodeToString(key.Bytes()), "49 50 51 52", "0x31, 0x32, 0x33",
	} {
		if strings.Contains(log, strings.ToLower(spelling)) {
			t.Errorf("the key is printed as %s", spelling)
		}
	}
	for format, want := range map[string]string{"%v": "[redacted]", "%#v": "[redacted]", "%x": "[redacted]"} {
		if got := fmt.Sprintf(format, key); got != want {
			t.Errorf("%s = %s, want %s", format, got, want)
		}
	}
	if key.String() != "[redacted]" || key.GoString() != "[redacted]" {
		t.Error("String or GoString does not return [redacted]")
	}
	if b, err := key.MarshalText(); string(b) != "[redacted]" || err != nil {
		t.Errorf("MarshalText = %s, %v", b, err)
	}
}
