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

// MinLengthWithMFA is how long one is at least where everybody needs another factor beside it (the same section).
const MinLengthWithMFA = 8

// Reason is why a password cannot be one, in a word that machines know.
type Reason string

// ErrPolicy is matched by every *UnacceptableError.
var ErrPolicy = errors.New("password is unacceptable")

// PolicyError is a password that cannot be one.
type PolicyError struct {
	Reason Reason
	words  string
}

func (e *PolicyError) Error() string { return e.words }

// Is makes errors.Is(err, ErrUnacceptable) hold, and, of two that were too short, that one is the other.
func (e *PolicyError) Is(target error) bool {
	other, ok := target.(*PolicyError)
	return target == ErrPolicy || ok && other.Reason == e.Reason
}

func tooShort(least int) *PolicyError {
	return &PolicyError{"too_short", fmt.Sprintf("password is too short: it needs %d characters", least)}
}

// Why a password cannot be one. Each is an *UnacceptableError but the last: what is not text is not even that.
var (
	ErrTooShort        error = tooShort(MinLength)
	ErrTooLong         error = &PolicyError{"too_long", fmt.Sprintf("password is too long: %d characters are the most", MaxLength)}
	ErrCommon          error = &PolicyError{"common", "password is one that many people use"}
	ErrContainsContext error = &PolicyError{"context", "password is made of the e-mail address or this service's name"}
	ErrUnchanged       error = &PolicyError{"unchanged", "password is the one it was"}
	ErrEncoding              = errors.New("password is not valid UTF-8")
)

// Validate tells whether pw may become a password of at least so many characters: ErrEncoding, ErrTooShort, ErrTooLong, ErrCommon (ASVS 6.2.4), or
// ErrContext where it consists of nothing but these words, once or more, in any case, with whatever between that is
// neither letter nor digit (NIST SP 800-63B-4 §3.1.1.2). There are no rules of composition.
func Validate(pw secret.Text, least int, context ...string) error {
	normal, err := normalize(pw)
	switch {
	case err != nil:
		return err
	case utf8.RuneCountInString(normal) < least:
		return tooShort(least)
	case isCommon(normal):
		return ErrCommon
	case consistsOf(normal, context):
		return ErrContainsContext
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
