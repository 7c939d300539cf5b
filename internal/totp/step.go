package totp

import (
	"crypto/subtle"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"twofold/internal/usertext"
)

// offsetSteps is how many steps ClockOffset checks each way: 10 minutes.
const offsetSteps = 10 * 60 / Period

// Step is the number of 30-second periods since the Unix epoch (T in RFC 6238 §4.2). Zero means never used.
type Step int64

// StepAt returns the step that contains t. Before 1970 it is negative.
func StepAt(t time.Time) Step {
	s := t.Unix()
	step := s / Period
	if s%Period < 0 {
		step--
	}
	return Step(step)
}

// Time returns the start of the step, in UTC.
func (s Step) Time() time.Time { return time.Unix(int64(s)*Period, 0).UTC() }

// Code returns the six digits of a step, or "" for the zero Key and for steps before the epoch, which have no counter value.
func (k Key) Code(s Step) string { return code(k.Base32(), s) }

// code is Code for a key in base32, so that a loop over many steps encodes the key only once.
func code(key string, s Step) string {
	if key == "" || s < 0 {
		return ""
	}
	c, err := hotp.GenerateCodeCustom(key, uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil { // only if the key is not base32
		return ""
	}
	return c
}

// Match returns every step within ±Window of the step at the given time that has the given code, in ascending order. It
// returns none for a wrong code, and two or three if neighboring steps happen to share a code. The digits of every script
// count by their value. A code that is not exactly six digits matches nothing; the caller trims spaces.
//
// Match computes every step of the window and compares in constant time, so that its duration reveals neither which step
// matched nor how many digits were right.
func (k Key) Match(code string, at time.Time) []Step {
	code, ok := sixDigits(code)
	if !ok {
		return nil
	}
	now := StepAt(at)
	return k.matches(code, now-Window, now+Window)
}

// ClockOffset returns how far the phone's clock is ahead (negative: behind) if code belongs to a step outside the window and
// within ±10 minutes. The offset is a multiple of 30 seconds. The nearest step wins, and of two equally near ones the later.
// ClockOffset returns false for a code inside the window.
//
// Use it for enrollment only, where the user has just been shown the key. At sign-in it would help an attacker to guess.
func (k Key) ClockOffset(code string, at time.Time) (time.Duration, bool) {
	code, ok := sixDigits(code)
	if !ok {
		return 0, false
	}
	now := StepAt(at)
	var nearest Step
	found := false
	for _, s := range k.matches(code, now-offsetSteps, now+offsetSteps) {
		if distance := s - now; !found || abs(distance) <= abs(nearest) {
			nearest, found = distance, true
		}
	}
	if !found || abs(nearest) <= Window {
		return 0, false
	}
	return time.Duration(nearest) * Period * time.Second, true
}

// matches returns the steps from first to last with the given code, in ascending order. Step zero, which means never used,
// and earlier steps match nothing.
func (k Key) matches(given string, first, last Step) []Step {
	key := k.Base32()
	var steps []Step
	for s := max(first, 1); s <= last; s++ {
		if subtle.ConstantTimeCompare([]byte(code(key, s)), []byte(given)) == 1 {
			steps = append(steps, s)
		}
	}
	return steps
}

// sixDigits returns a code in ASCII digits, and false if it is not exactly six digits.
func sixDigits(code string) (string, bool) {
	code = usertext.ASCIIDigits(code)
	if len(code) != Digits {
		return "", false
	}
	for _, c := range []byte(code) {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return code, true
}

func abs(s Step) Step {
	if s < 0 {
		return -s
	}
	return s
}
