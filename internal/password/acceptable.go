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

// MinLengthBesideMFA is how long one is at least where everybody needs another factor beside it (the same section).
const MinLengthBesideMFA = 8

// Reason is why a password cannot be one, in a word that machines know.
type Reason string

// ErrUnacceptable is matched by every *UnacceptableError.
var ErrUnacceptable = errors.New("password is unacceptable")

// UnacceptableError is a password that cannot be one.
type UnacceptableError struct {
	Reason Reason
	words  string
}

func (e *UnacceptableError) Error() string { return e.words }

// Is makes errors.Is(err, ErrUnacceptable) hold, and, of two that were too short, that one is the other.
func (e *UnacceptableError) Is(target error) bool {
	other, ok := target.(*UnacceptableError)
	return target == ErrUnacceptable || ok && other.Reason == e.Reason
}

func tooShort(least int) *UnacceptableError {
	return &UnacceptableError{"too_short", fmt.Sprintf("password is too short: it needs %d characters", least)}
}

// Why a password cannot be one. Each is an *UnacceptableError but the last: what is not text is not even that.
var (
	ErrTooShort  error = tooShort(MinLength)
	ErrTooLong   error = &UnacceptableError{"too_long", fmt.Sprintf("password is too long: %d characters are the most", MaxLength)}
	ErrCommon    error = &UnacceptableError{"common", "password is one that many people use"}
	ErrContext   error = &UnacceptableError{"context", "password is made of the e-mail address or this service's name"}
	ErrUnchanged error = &UnacceptableError{"unchanged", "password is the one it was"}
	ErrEncoding        = errors.New("password is not valid UTF-8")
)

// Acceptable tells whether pw may become a password of at least so many characters: ErrEncoding, ErrTooShort, ErrTooLong, ErrCommon (ASVS 6.2.4), or
// ErrContext where it consists of nothing but these words, once or more, in any case, with whatever between that is
// neither letter nor digit (NIST SP 800-63B-4 §3.1.1.2). There are no rules of composition.
func Acceptable(pw secret.Text, least int, context ...string) error {
	normal, err := normalize(pw)
	switch {
	case err != nil:
		return err
	case utf8.RuneCountInString(normal) < least:
		return tooShort(least)
	case isCommon(normal):
		return ErrCommon
	case consistsOf(normal, context):
		return ErrContext
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
