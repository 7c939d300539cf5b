// Package totp knows the six digits an authenticator app shows: how its key is made and handed over, and which
// 30-second step a code belongs to (RFC 6238 over RFC 4226).
//
// It keeps nothing. Whether a step was used before is for the caller to remember, who needs the step itself for that;
// Match therefore answers with steps rather than with yes or no.
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

// What every authenticator app supports; several apps ignore what a URI says beyond it.
const (
	Digits    = 6
	Period    = 30 // seconds
	Algorithm = "SHA1"
	KeySize   = 20 // bytes: RFC 4226 R6 asks for 128 bits and recommends 160
	Window    = 1  // steps accepted before and after the current one, RFC 6238 §5.2
)

var (
	// ErrLabel means that an issuer or account name cannot stand in a key URI.
	ErrLabel = errors.New("issuer and account must be non-empty text without colons or control characters")
	// ErrKey means that bytes are not a TOTP key.
	ErrKey = fmt.Errorf("a TOTP key is %d bytes", KeySize)
)

var base32NoPadding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Key is what the server and the phone share: 20 bytes that print as [redacted].
// The zero Key is no key; no code matches it.
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
		return Key{}, fmt.Errorf("draw a TOTP key: %w", err)
	}
	return KeyFromBytes(b)
}

// KeyFromBytes returns the key that b holds, or ErrKey when b is not exactly 20 bytes.
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

// Base32 returns the key as a person types it: 32 characters A–Z and 2–7, ungrouped, no padding.
func (k Key) Base32() string { return base32NoPadding.EncodeToString(k.Bytes()) }

// URI returns the key as an authenticator app scans it:
//
//	otpauth://totp/Issuer:account?secret=…&issuer=Issuer&algorithm=SHA1&digits=6&period=30
//
// Both names are percent-encoded (RFC 3986), the issuer in both places the same way; a space is %20, since apps show
// a + as it is. It answers ErrLabel for a name that is blank, is not valid UTF-8, or holds a colon, which separates
// the two, or a control character; and ErrKey for the zero Key.
func (k Key) URI(issuer, account string) (string, error) {
	if k.raw.IsZero() {
		return "", ErrKey
	}
	if !labels(issuer) || !labels(account) {
		return "", ErrLabel
	}
	issuer, account = escape(issuer), escape(account)
	return fmt.Sprintf("otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=%s&digits=%d&period=%d",
		issuer, account, k.Base32(), issuer, Algorithm, Digits, Period), nil
}

// labels tells whether name can stand in the label of a key URI.
func labels(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.ValidString(name) &&
		!strings.ContainsRune(name, ':') && !strings.ContainsFunc(name, unicode.IsControl)
}

// escape percent-encodes all but RFC 3986's unreserved characters, so that the result means the same in a path and in
// a query.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// String returns [redacted], as do the methods below.
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
