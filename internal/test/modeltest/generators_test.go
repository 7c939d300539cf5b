package modeltest

import (
	"time"

	"pgregory.net/rapid"
)

// step is one thing that happens. What it is about is said by numbers, so that every step makes sense after every other:
// 0 is what serves best, and too large a number goes round.
type step struct {
	does    string
	browser bool // who does it: the browser or the script
	whose   int  // account
	which   int  // session of the script, sign-in, enrollment, method or link
	stolen  bool // the session is anybody's, also one that was given up
	token   int  // step-up token
	purpose string
	proof   proof
	other   bool // with the other second choice that the step has
	d       time.Duration
}

// GoString is what rapid says of a step; the history says more.
func (s step) GoString() string { return s.does }

// proof is the kind of credential that a client presents.
type proof struct {
	wrongPassword bool
	kind          string
	which         int  // of the account's phones, or recovery codes, the newest first
	away          int  // steps of the clock
	foreign       bool // it is somebody else's
}

// The kinds of a second proof. What fits is a code that was not used where one is needed, or else a recovery code.
const (
	fitting     = "fitting"
	none        = "none"
	aCode       = "code"
	wrongCode   = "wrong code"
	aRecovery   = "recovery code"
	wrongSheets = "wrong recovery code"
)

// The weights of the actions. A client that continues takes the action that leads to its goal: without that, hardly any
// history would come far.
var actions = []chance[string]{
	{30, "go on"}, {3, "sign in"}, {2, "finish"}, {3, "step up"}, {2, "begin"}, {2, "confirm"}, {1, "cancel"}, {2, "remove"}, {1, "generate"},
	{1, "look at session"}, {2, "look at MFA"}, {1, "list sessions"}, {1, "sign out"}, {1, "end session"}, {1, "end others"},
	{6, "wait"}, {1, "ask for removal"}, {2, "tick"}, {1, "complete removal"}, {2, "cancel removal"}, {1, "cancel by code"},
}

// minds lists the goals of a client.
var minds = []chance[string]{{2, "mfa.enroll"}, {2, "mfa.remove"}, {1, "mfa.recovery_codes"}, {2, "removal"}, {2, "guess"}}

// ways are how the clock moves; a code is good for half a minute.
var ways = []chance[time.Duration]{
	{10, 30 * time.Second}, {2, time.Second}, {2, time.Minute}, {2, 2 * time.Minute}, {3, 8 * time.Minute}, {2, 5 * time.Minute},
	{1, 10 * time.Minute}, {1, 30 * time.Minute}, {1, time.Hour}, {1, 12 * time.Hour}, {1, 24 * time.Hour},
	{2, -30 * time.Second}, {1, -time.Minute}, {1, -10 * time.Minute}, {1, -time.Hour}, {1, -24 * time.Hour},
}

var kinds = []chance[string]{{20, fitting}, {1, none}, {5, aCode}, {3, wrongCode}, {2, aRecovery}, {1, wrongSheets}}

// chance is something that is drawn so many times as often as something else.
type chance[T any] struct {
	weight int
	thing  T
}

// number is one of so many bits, each as likely as any other: rapid's own prefer small ones.
func number(bits int) *rapid.Generator[int] {
	return rapid.Custom(func(t *rapid.T) (n int) {
		for range bits {
			if n *= 2; rapid.Bool().Draw(t, "bit") {
				n++
			}
		}
		return n
	})
}

// drawn draws one of some things.
func drawn[T any](t *rapid.T, things []chance[T], what string) T {
	var all []T
	for _, c := range things {
		for range c.weight {
			all = append(all, c.thing)
		}
	}
	return all[number(7).Draw(t, what)%len(all)]
}

// seldom is a number that is mostly 0.
func seldom(t *rapid.T, what string) int { return max(number(4).Draw(t, what)-12, 0) }

// rarely is true once in eight times.
func rarely(t *rapid.T, what string) bool { return number(3).Draw(t, what) == 7 }

var steps = rapid.Custom(func(t *rapid.T) step {
	s := step{does: drawn(t, actions, "does")}
	s.browser = rapid.Bool().Draw(t, "browser")
	if s.does == "wait" {
		s.d = drawn(t, ways, "d")
		return s
	}
	s.whose, s.which, s.token = seldom(t, "whose"), seldom(t, "which"), seldom(t, "token")
	s.stolen, s.other = rarely(t, "stolen"), rarely(t, "other")
	s.purpose = drawn(t, minds, "purpose")
	s.proof = proof{
		wrongPassword: rarely(t, "wrong password"), kind: drawn(t, kinds, "kind"), which: seldom(t, "which"),
		away: []int{0, 0, 0, 0, 1, -1, 2, -2}[number(3).Draw(t, "away")], foreign: rarely(t, "foreign"),
	}
	return s
})

// newest is the one of a number, counted from the newest; the zero value where there is none.
func newest[T any](all []T, number int) (one T) {
	if len(all) > 0 {
		one = all[len(all)-1-number%len(all)]
	}
	return one
}

// best are the same, those that serve last.
func best[T any](all []T, serves func(T) bool) []T {
	var sorted, serving []T
	for _, one := range all {
		if serves(one) {
			serving = append(serving, one)
			continue
		}
		sorted = append(sorted, one)
	}
	return append(sorted, serving...)
}
