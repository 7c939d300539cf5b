// Package secret holds strings that must not leak: passwords, keys, tokens. A [Text] may be passed on, stored in
// structs, logged or encoded as JSON by accident, and always appears as [redacted]. Only Reveal returns the content,
// which makes every use easy to find.
package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what a Text prints as.
const Redacted = "[redacted]"

// randomBytes is the entropy of Random: 256 bits.
const randomBytes = 32

// Text is a secret string. It prints as [redacted] everywhere, and Reveal returns its content. The zero value is empty.
type Text struct {
	// reveal hides the content from reflection: fmt cannot call methods on an unexported field and prints its memory
	// instead, which for a func is an address. It also makes == on two Texts a compile error; == would not take
	// constant time.
	reveal func() string
}

var (
	_ fmt.Formatter  = Text{}
	_ fmt.Stringer   = Text{}
	_ fmt.GoStringer = Text{}
	_ slog.LogValuer = Text{}
)

// New returns s as a secret.
func New(s string) Text {
	if s == "" {
		return Text{}
	}
	return Text{reveal: func() string { return s }}
}

// Random returns prefix followed by 256 bits from crypto/rand as base64url without padding: 43 characters after the
// prefix.
func Random(prefix string) Text {
	var b [randomBytes]byte
	rand.Read(b[:]) // never fails: it ends the program rather than return weak bytes
	return New(prefix + base64.RawURLEncoding.EncodeToString(b[:]))
}

// Reveal returns the content.
func (t Text) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// IsZero reports whether the content is empty.
func (t Text) IsZero() bool { return t.reveal == nil }

// Hash returns the SHA-256 of the content, which is how a Random token is stored. Do not use it for passwords: a fast
// hash protects only values that cannot be guessed.
func (t Text) Hash() [32]byte { return sha256.Sum256([]byte(t.Reveal())) }

// Equal reports whether two contents are equal, in constant time.
func (t Text) Equal(other Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(other.Reveal())) == 1
}

// String returns [redacted], for an empty Text too.
func (t Text) String() string { return Redacted }

// GoString returns [redacted].
func (t Text) GoString() string { return Redacted }

// Format writes [redacted] for every verb and flag.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// LogValue returns [redacted] to slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalJSON returns "[redacted]", a JSON string.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalText returns [redacted].
func (t Text) MarshalText() ([]byte, error) { return []byte(Redacted), nil }
