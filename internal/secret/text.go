// Package secret holds words that must not be overheard: passwords, keys, tokens.
//
// A Text can be handed around, put into structs, logged and written as JSON by accident; all that ever comes out is
// [redacted]. Whoever really needs the content says so by calling Reveal, which is easy to search for.
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

// Redacted is what stands where a secret would have been.
const Redacted = "[redacted]"

// randomBytes is the entropy of Random: 256 bits.
const randomBytes = 32

// Text is a secret string: it prints as [redacted] everywhere and shows itself only through Reveal.
// The zero Text is the empty one.
type Text struct {
	// reveal hides the content from reflection: fmt cannot call methods on an unexported field and prints what lies
	// in it instead, which for a func is an address. It also makes == on two Texts, which would not take constant
	// time, an error of compilation.
	reveal func() string
}

var (
	_ fmt.Formatter  = Text{}
	_ fmt.Stringer   = Text{}
	_ fmt.GoStringer = Text{}
	_ slog.LogValuer = Text{}
)

// New makes a secret of s.
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

// IsZero tells whether the content is empty.
func (t Text) IsZero() bool { return t.reveal == nil }

// Hash returns the SHA-256 of the content, which is what is stored of a Random token. It is no way to store a
// password: a fast hash protects only what cannot be guessed.
func (t Text) Hash() [32]byte { return sha256.Sum256([]byte(t.Reveal())) }

// Equal tells whether two contents are the same, and takes as long wherever they differ.
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
