// Package totp implements time-based one-time passwords (RFC 6238 over RFC 4226): it generates a key, formats it as the URI
// that an authenticator app scans, and finds the 30-second step that a code belongs to. It stores nothing. The caller must
// store the last accepted step to reject used codes, so Match returns steps instead of a bool.
package totp

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"twofold/internal/secret"
)

// The parameters that every authenticator app supports. Several apps ignore other values in a key URI.
const (
	Digits    = 6
	Period    = 30 // seconds
	Algorithm = "SHA1"
	KeySize   = 20 // bytes: RFC 4226 R6 asks for 128 bits and recommends 160
	Window    = 1  // steps accepted before and after the current one, RFC 6238 §5.2
)

var (
	// ErrLabel means that an issuer or account name is not valid in a key URI.
	ErrLabel = errors.New("issuer and account must be non-empty text without colons or control characters")
	// ErrKey means that bytes do not have the length of a TOTP key.
	ErrKey = fmt.Errorf("a TOTP key is %d bytes", KeySize)
)

var base32NoPadding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Key is the secret that the server and the phone share: 20 bytes. It prints as [redacted]. The zero Key is no key, and no
// code matches it.
type Key struct{ raw secret.Text }

var (
	_ fmt.Formatter  = Key{}
	_ fmt.Stringer   = Key{}
	_ fmt.GoStringer = Key{}
	_ slog.LogValuer = Key{}
)

// NewKey returns a key of 20 bytes from crypto/rand (RFC 4226 R6).
func NewKey() (Key, error) {
	b := make([]byte, KeySize)
	if _, err := rand.Read(b); err != nil {
		return Key{}, fmt.Errorf("generate TOTP key: %w", err)
	}
	return KeyFromBytes(b)
}

// KeyFromBytes returns the key with the bytes b, or ErrKey if b is not exactly 20 bytes long.
func KeyFromBytes(b []byte) (Key, error) {
	if len(b) != KeySize {
		return Key{}, fmt.Errorf("%w, not %d", ErrKey, len(b))
	}
	return Key{raw: secret.New(string(b))}, nil
}

// Bytes returns a copy of the 20 bytes, or nil for the zero Key.
func (k Key) Bytes() []byte {
	if k.raw.IsZero() {
		return nil
	}
	return []byte(k.raw.Reveal())
}

// Base32 returns the key as a user types it: 32 characters A–Z and 2–7, ungrouped and without padding.
func (k Key) Base32() string { return base32NoPadding.EncodeToString(k.Bytes()) }

// URI returns the key as an authenticator app scans it:
//
//	otpauth://totp/Issuer:account?secret=…&issuer=Issuer&algorithm=SHA1&digits=6&period=30
//
// Both names are percent-encoded (RFC 3986), the issuer in both places the same way. A space becomes %20, because apps show
// a + as it is. URI returns ErrLabel for a name that is blank, is not valid UTF-8, or contains a control character or a
// colon, which separates the two names. It returns ErrKey for the zero Key.
func (k Key) URI(issuer, account string) (string, error) {
	if k.raw.IsZero() {
		return "", ErrKey
	}
	if !validLabel(issuer) || !validLabel(account) {
		return "", ErrLabel
	}
	issuer, account = escape(issuer), escape(account)
	return fmt.Sprintf("otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=%s&digits=%d&period=%d",
		issuer, account, k.Base32(), issuer, Algorithm, Digits, Period), nil
}

// validLabel reports whether name is valid in the label of a key URI.
func validLabel(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.ValidString(name) &&
		!strings.ContainsRune(name, ':') && !strings.ContainsFunc(name, unicode.IsControl)
}

// escape percent-encodes all but the unreserved characters of RFC 3986, so that the result is valid in a path and in a
// query.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// String returns [redacted].
func (k Key) String() string { return k.raw.String() }

// GoString returns [redacted].
func (k Key) GoString() string { return k.raw.GoString() }

// Format writes [redacted] for every verb and flag.
func (k Key) Format(f fmt.State, verb rune) { k.raw.Format(f, verb) }

// LogValue returns [redacted] to slog.
func (k Key) LogValue() slog.Value { return k.raw.LogValue() }

// MarshalJSON returns "[redacted]", a JSON string.
func (k Key) MarshalJSON() ([]byte, error) { return k.raw.MarshalJSON() }

// MarshalText returns [redacted].
func (k Key) MarshalText() ([]byte, error) { return k.raw.MarshalText() }
