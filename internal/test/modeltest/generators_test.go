package modeltest

import (
	"time"

	"pgregory.net/rapid"
)

// step is one step of a history. It refers to accounts, sessions and so on by index, so that every step is possible after every
// other one: index 0 is the most useful object, and larger indexes wrap around.
type step struct {
	action     string
	browser    bool // the client: the browser, or else the script
	account    int  // index of the account
	index      int  // index of the script's session, sign-in, enrollment, method or link
	stolen     bool // use any session token that was ever issued
	token      int  // index of the step-up token
	purpose    string
	credential credential
	other      bool // take the second variant of the action
	d          time.Duration
}

// GoString returns a short form for the output of rapid. The trace of the history has the details.
func (s step) GoString() string { return s.action }

// credential describes the credentials of a request.
type credential struct {
	wrongPassword bool
	kind          string
	index         int  // index of the account's phone or recovery code, newest first
	offset        int  // time steps from now
	foreign       bool // of the other account
}

// The kinds of second factors. An unused one is an unused TOTP code or, if there is none, an unused recovery code.
const (
	unusedFactor      = "unused"
	none              = "none"
	totpCode          = "code"
	wrongCode         = "wrong code"
	recoveryCodeKind  = "recovery code"
	wrongRecoveryCode = "wrong recovery code"
)

// The weights of the actions. A client that continues takes the action that leads to its goal: without that, hardly any
// history would come far.
var actions = []weighted[string]{
	{30, "continue"}, {3, "sign in"}, {2, "complete sign-in"}, {3, "step up"}, {2, "begin"}, {2, "confirm"}, {1, "cancel"}, {2, "remove"}, {1, "generate"},
	{1, "get session"}, {2, "get MFA"}, {1, "list sessions"}, {1, "sign out"}, {1, "end session"}, {1, "end others"},
	{6, "advance clock"}, {1, "request removal"}, {2, "run workers"}, {1, "complete removal"}, {2, "cancel removal"}, {1, "cancel by code"},
}

// goals lists the goals of a client.
var goals = []weighted[string]{{2, "mfa.enroll"}, {2, "mfa.remove"}, {1, "mfa.recovery_codes"}, {2, "removal"}, {2, "guess"}}

// clockMoves holds the movements of the clock. A TOTP time step is 30 seconds.
var clockMoves = []weighted[time.Duration]{
	{10, 30 * time.Second}, {2, time.Second}, {2, time.Minute}, {2, 2 * time.Minute}, {3, 8 * time.Minute}, {2, 5 * time.Minute},
	{1, 10 * time.Minute}, {1, 30 * time.Minute}, {1, time.Hour}, {1, 12 * time.Hour}, {1, 24 * time.Hour},
	{2, -30 * time.Second}, {1, -time.Minute}, {1, -10 * time.Minute}, {1, -time.Hour}, {1, -24 * time.Hour},
}

var kinds = []weighted[string]{{20, unusedFactor}, {1, none}, {5, totpCode}, {3, wrongCode}, {2, recoveryCodeKind}, {1, wrongRecoveryCode}}

// weighted is a value with its relative frequency.
type weighted[T any] struct {
	weight int
	value  T
}

// uniform generates uniformly distributed numbers with the given number of bits. The integer generators of rapid prefer small
// numbers.
func uniform(bits int) *rapid.Generator[int] {
	return rapid.Custom(func(t *rapid.T) (n int) {
		for range bits {
			if n *= 2; rapid.Bool().Draw(t, "bit") {
				n++
			}
		}
		return n
	})
}

// draw draws one of the values according to their weights.
func draw[T any](t *rapid.T, values []weighted[T], what string) T {
	var all []T
	for _, c := range values {
		for range c.weight {
			all = append(all, c.value)
		}
	}
	return all[uniform(7).Draw(t, what)%len(all)]
}

// mostlyZero draws 0 in 13 of 16 cases, and otherwise a number up to 3.
func mostlyZero(t *rapid.T, what string) int { return max(uniform(4).Draw(t, what)-12, 0) }

// oneInEight draws true in one of eight cases.
func oneInEight(t *rapid.T, what string) bool { return uniform(3).Draw(t, what) == 7 }

var steps = rapid.Custom(func(t *rapid.T) step {
	s := step{action: draw(t, actions, "action")}
	s.browser = rapid.Bool().Draw(t, "browser")
	if s.action == "advance clock" {
		s.d = draw(t, clockMoves, "duration")
		return s
	}
	s.account, s.index, s.token = mostlyZero(t, "account"), mostlyZero(t, "index"), mostlyZero(t, "token")
	s.stolen, s.other = oneInEight(t, "stolen"), oneInEight(t, "other")
	s.purpose = draw(t, goals, "purpose")
	s.credential = credential{
		wrongPassword: oneInEight(t, "wrong password"), kind: draw(t, kinds, "kind"), index: mostlyZero(t, "index"),
		offset: []int{0, 0, 0, 0, 1, -1, 2, -2}[uniform(3).Draw(t, "offset")], foreign: oneInEight(t, "foreign"),
	}
	return s
})

// fromNewest returns the element at an index counted from the end, modulo the length, or the zero value if there are no
// elements.
func fromNewest[T any](all []T, index int) (one T) {
	if len(all) > 0 {
		one = all[len(all)-1-index%len(all)]
	}
	return one
}

// preferred returns the elements with the useful ones moved to the end, where fromNewest finds them first.
func preferred[T any](all []T, isUseful func(T) bool) []T {
	var sorted, serving []T
	for _, one := range all {
		if isUseful(one) {
			serving = append(serving, one)
			continue
		}
		sorted = append(sorted, one)
	}
	return append(sorted, serving...)
}
