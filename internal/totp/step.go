package totp

import (
	"crypto/subtle"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// offsetSteps is how far Offset looks: 10 minutes each way.
const offsetSteps = 10 * 60 / Period

// Step is the number of 30-second periods since the Unix epoch (T of RFC 6238 §4.2). Zero means never used.
type Step int64

// StepAt returns the step that t lies in. Before 1970 it is negative.
func StepAt(t time.Time) Step {
	s := t.Unix()
	step := s / Period
	if s%Period < 0 {
		step--
	}
	return Step(step)
}

// Time returns the moment the step begins, in UTC.
func (s Step) Time() time.Time { return time.Unix(int64(s)*Period, 0).UTC() }

// Code returns the six digits of a step, or "" for the zero Key and for steps before the epoch, which have no counter.
func (k Key) Code(s Step) string { return code(k.Base32(), s) }

// code is Code for a key already in base32, so that a walk over many steps encodes it once.
func code(key string, s Step) string {
	if key == "" || s < 0 {
		return ""
	}
	c, err := hotp.GenerateCodeCustom(key, uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil { // only for what is not base32, which ours always is
		return ""
	}
	return c
}

// Match returns every step within ±1 of at's whose code is the given one, in ascending order: none for a wrong code,
// two or three where steps side by side happen to share a code. A code that is not exactly six ASCII digits matches
// nothing; trimming is for the caller, before anything else looks at the code.
//
// Every step of the window is computed and compared in constant time, so that the time taken tells neither which step
// matched nor how many digits were right.
func (k Key) Match(code string, at time.Time) []Step {
	if !sixDigits(code) {
		return nil
	}
	now := StepAt(at)
	return k.matches(code, now-Window, now+Window)
}

// ClockOffset tells how far the phone's clock is ahead (negative: behind) when code belongs to a step outside the window
// and within ±10 minutes. It is a multiple of 30 seconds; the nearest step wins, and of two equally near the later.
// It is false for a code inside the window.
//
// It is for enrollment only, where the caller holds the key anyway; at sign-in the answer would help a guesser.
func (k Key) ClockOffset(code string, at time.Time) (time.Duration, bool) {
	if !sixDigits(code) {
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

// matches returns the steps from first to last whose code is given, in ascending order. Step zero, which means never
// used, and what is before it match nothing.
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

func sixDigits(code string) bool {
	if len(code) != Digits {
		return false
	}
	for _, c := range []byte(code) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func abs(s Step) Step {
	if s < 0 {
		return -s
	}
	return s
}
