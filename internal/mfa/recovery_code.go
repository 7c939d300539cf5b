package mfa

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
	"unicode"

	"twofold/internal/secret"
	"twofold/internal/usertext"
)

// A recovery code has 80 bits. NIST SP 800-63B-4 §3.1.2.2 demands 64 of a look-up secret that is stored as a salted hash.
const (
	codeBytes  = 10
	codeLength = codeBytes * 8 / 5
)

// crockford is the alphabet of Douglas Crockford's base32: without I, L, O and U, which are easily misread.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var codeText = base32.NewEncoding(crockford).WithPadding(base32.NoPadding)

// ErrRecoveryCode means that a text does not have the form of a recovery code.
var ErrRecoveryCode = errors.New("not a recovery code")

// RecoveryCode is a text that has the form of a recovery code. The zero value means none.
type RecoveryCode struct{ text secret.Text }

// IsZero reports whether c is no code.
func (c RecoveryCode) IsZero() bool { return c.text.IsZero() }

// ParseRecoveryCode parses a code as users type and paste it. It accepts lower case, spaces, dashes and invisible characters
// anywhere, digits of every script, O for 0, and I or L for 1. It returns ErrRecoveryCode for everything else.
func ParseRecoveryCode(typed string) (RecoveryCode, error) {
	var plain strings.Builder
	for _, r := range usertext.ASCIIDigits(typed) {
		switch {
		case r == '-' || unicode.IsSpace(r) || usertext.IsFormat(r):
			continue
		case 'a' <= r && r <= 'z':
			r -= 'a' - 'A'
		}
		switch r {
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(crockford, r) {
			return RecoveryCode{}, ErrRecoveryCode
		}
		plain.WriteRune(r)
	}
	if plain.Len() != codeLength {
		return RecoveryCode{}, ErrRecoveryCode
	}
	return RecoveryCode{secret.New(plain.String())}, nil
}

// format returns the code as it is shown: XXXX-XXXX-XXXX-XXXX.
func (c RecoveryCode) format() secret.Text {
	t := c.text.Reveal()
	return secret.New(t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:])
}

func randomCode() RecoveryCode {
	var b [codeBytes]byte
	rand.Read(b[:]) // never fails: it crashes the program instead of returning weak bytes
	return RecoveryCode{secret.New(codeText.EncodeToString(b[:]))}
}
