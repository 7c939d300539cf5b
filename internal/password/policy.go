package password

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/secret"
)

// MinLength and MaxLength are the length of a password, in code points after NFC. NIST SP 800-63B-4 §3.1.1.2 requires at least
// 15 if it is the only factor, and that at least 64 are permitted.
const MinLength, MaxLength = 15, 128

// MinLengthWithMFA is the minimum length if every account must have a second factor (NIST SP 800-63B-4 §3.1.1.2).
const MinLengthWithMFA = 8

// Reason is the machine-readable reason why a password is unacceptable.
type Reason string

// ErrPolicy is matched by every *PolicyError.
var ErrPolicy = errors.New("password is unacceptable")

// PolicyError means that the policy rejects a password.
type PolicyError struct {
	Reason Reason
	text   string
}

func (e *PolicyError) Error() string { return e.text }

// Is makes errors.Is(err, ErrPolicy) true, and makes two errors with the same reason equal, whatever their minimum length.
func (e *PolicyError) Is(target error) bool {
	other, ok := target.(*PolicyError)
	return target == ErrPolicy || ok && other.Reason == e.Reason
}

func tooShort(minLength int) *PolicyError {
	return &PolicyError{"too_short", fmt.Sprintf("password is too short: it needs %d characters", minLength)}
}

// Why a password is unacceptable. Each is a *PolicyError, except ErrEncoding, which means that the password is not text.
var (
	ErrTooShort        error = tooShort(MinLength)
	ErrTooLong         error = &PolicyError{"too_long", fmt.Sprintf("password is too long: %d characters are the most", MaxLength)}
	ErrCommon          error = &PolicyError{"common", "password is a common one"}
	ErrContainsContext error = &PolicyError{"context", "password is too short without the email address and this service's name"}
	ErrUnchanged       error = &PolicyError{"unchanged", "password is the current one"}
	ErrEncoding              = errors.New("password is not valid UTF-8")
)

// Validate checks a new password of at least minLength code points. It returns ErrEncoding, ErrTooShort, ErrTooLong, ErrCommon
// if pw is on the blocklist (ASVS 6.2.4), also with digits and symbols added at its ends, or ErrContainsContext if pw has words
// of context, in any case, and would be too short without them. An attacker tries such passwords first, so the added
// characters and the words do not count as length. There are no composition rules (NIST SP 800-63B-4 §3.1.1.2).
func Validate(pw secret.Text, minLength int, context ...string) error {
	normal, err := normalize(pw)
	switch {
	case err != nil:
		return err
	case utf8.RuneCountInString(normal) < minLength:
		return tooShort(minLength)
	case isCommon(normal):
		return ErrCommon
	case consistsOf(normal, context), reliesOn(normal, context, minLength):
		return ErrContainsContext
	}
	return nil
}

// normalize returns pw in NFC and otherwise exactly as received, so that é typed on a Mac equals é typed on a PC. It returns
// ErrEncoding or ErrTooLong.
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
