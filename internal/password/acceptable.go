package password

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/secret"
)

// How long a password is, in code points after NFC (NIST SP 800-63B-4 §3.1.1.2: at least 15 where it is the only
// factor, and at least 64 permitted).
const MinLength, MaxLength = 15, 128

// Why a password cannot be one.
var (
	ErrTooShort = fmt.Errorf("password is too short: it needs %d characters", MinLength)
	ErrTooLong  = fmt.Errorf("password is too long: %d characters are the most", MaxLength)
	ErrEncoding = errors.New("password is not valid UTF-8")
)

// Acceptable tells whether pw may become a password: ErrEncoding, ErrTooShort or ErrTooLong when not. There are no
// rules of composition.
func Acceptable(pw secret.Text) error {
	normal, err := normalize(pw)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(normal) < MinLength {
		return ErrTooShort
	}
	return nil
}

// normalize returns pw in NFC and otherwise exactly as received, so that é typed on a Mac is é typed on a PC. It
// answers ErrEncoding or ErrTooLong.
func normalize(pw secret.Text) (string, error) {
	s := pw.Reveal()
	if !utf8.ValidString(s) {
		return "", ErrEncoding
	}
	s = norm.NFC.String(s)
	if utf8.RuneCountInString(s) > MaxLength {
		return "", ErrTooLong
	}
	return s, nil
}
