package mfa

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
	"unicode"

	"twofold/internal/secret"
)

// A recovery code is 80 bits: more than the 64 that a look-up secret kept as a salted hash needs (NIST SP 800-63B-4
// §3.1.2.2).
const (
	codeBytes  = 10
	codeLength = codeBytes * 8 / 5
)

// crockford is Douglas Crockford's base32: no I, L, O or U, which people misread.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var codeText = base32.NewEncoding(crockford).WithPadding(base32.NoPadding)

// ErrRecoveryCode means that a text cannot be a recovery code, whoever's.
var ErrRecoveryCode = errors.New("not a recovery code")

// RecoveryCode is a text that has the form of a recovery code. The zero value is none.
type RecoveryCode struct{ text secret.Text }

// IsZero says whether there is none.
func (c RecoveryCode) IsZero() bool { return c.text.IsZero() }

// ParseRecoveryCode reads a code as carelessly typed as it comes: in lower case, with spaces or dashes anywhere or nowhere,
// O for 0, I or L for 1. It answers ErrRecoveryCode for everything else.
func ParseRecoveryCode(typed string) (RecoveryCode, error) {
	var plain strings.Builder
	for _, r := range typed {
		switch {
		case r == '-' || unicode.IsSpace(r):
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

// format is how a code is shown: XXXX-XXXX-XXXX-XXXX.
func (c RecoveryCode) format() secret.Text {
	t := c.text.Reveal()
	return secret.New(t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:])
}

func randomCode() RecoveryCode {
	var b [codeBytes]byte
	rand.Read(b[:]) // never fails: it ends the program rather than return weak bytes
	return RecoveryCode{secret.New(codeText.EncodeToString(b[:]))}
}
