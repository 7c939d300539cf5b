package modeltest

import (
	"fmt"
	"strings"
	"time"

	"twofold/internal/totp"
)

// invariants checks rules that hold in every history. It is independent of the model and uses little more than the responses.
type invariants struct {
	p             *run
	codes         map[string][]totp.Step     // time steps at which each TOTP code was accepted
	recoveryCodes map[string]bool            // accepted recovery codes
	usedStepUps   map[string]bool            // used step-up tokens
	levels        map[string]string          // acr of each step-up token
	methods       map[*account]int           // number of methods, according to the responses
	removals      map[*account]time.Duration // time since a removal was requested
	failures      map[string]streak          // by account, kind and bucket
}

// streak counts consecutive failures.
type streak struct {
	number int
	last   time.Time
}

func newInvariants(p *run) invariants {
	return invariants{
		p: p, codes: map[string][]totp.Step{}, recoveryCodes: map[string]bool{}, usedStepUps: map[string]bool{}, levels: map[string]string{},
		methods: map[*account]int{}, removals: map[*account]time.Duration{}, failures: map[string]streak{},
	}
}

// accepted records credentials that were accepted: no code works twice.
func (l *invariants) accepted(a *account, creds credentials) {
	if creds.recovery != "" {
		if l.recoveryCodes[creds.recovery] {
			l.p.fail("the recovery code %s worked twice", creds.recovery)
		}
		l.recoveryCodes[creds.recovery] = true
		return
	}
	key, at := a.name+" "+creds.code, totp.StepAt(l.p.now)
	for _, before := range l.codes[key] {
		if max(at-before, before-at) <= 2*totp.Window {
			l.p.fail("the code %s worked twice", creds.code)
		}
	}
	l.codes[key] = append(l.codes[key], at)
}

// signedIn records a new session: with MFA on, a password alone never creates one.
func (l *invariants) signedIn(a *account, byCode bool, acr string) {
	if l.methods[a] > 0 && !byCode {
		l.p.fail("a password alone created a session of %s, which has MFA", a.name)
	}
	if (acr == "aal2") != (l.methods[a] > 0) {
		l.p.fail("the session is %s, but %s has %d methods", acr, a.name, l.methods[a])
	}
}

// added records a new method, which may replace another.
func (l *invariants) added(a *account, replaced bool) {
	if !replaced {
		l.methods[a]++
	}
}

// issued records a step-up token.
func (l *invariants) issued(token, acr string) { l.levels[token] = acr }

// used records a consumed step-up: it was not used before, and not weaker than the account's level.
func (l *invariants) used(a *account, u *stepUp) {
	if u == nil {
		l.p.fail("a change succeeded without a step-up")
	}
	if l.usedStepUps[u.token] {
		l.p.fail("a step-up token worked twice")
	}
	l.usedStepUps[u.token] = true
	if l.methods[a] > 0 && l.levels[u.token] != "aal2" {
		l.p.fail("a step-up with %s permitted a change of %s, which has MFA", l.levels[u.token], a.name)
	}
}

// requested records a requested removal.
func (l *invariants) requested(a *account) { l.removals[a] = 0 }

// completed records a completed removal: its delay has passed.
func (l *invariants) completed(a *account) {
	if elapsed, requested := l.removals[a]; !requested || elapsed < removalDelay {
		l.p.fail("MFA of %s was removed %v after the request", a.name, elapsed)
	}
	l.methods[a] = 0
	for _, kind := range []string{kindTOTP, kindRecovery, kindRemovalCancel} {
		l.failuresCleared(a, kind)
	}
}

// moved records a movement of the clock.
func (l *invariants) moved(d time.Duration) {
	for a := range l.removals {
		l.removals[a] += max(d, 0)
	}
}

// attemptChecked records a checked attempt: none is checked during backoff or after lockout.
func (l *invariants) attemptChecked(a *account, kind, bucket string, right bool) {
	one, all := fmt.Sprintln(a.name, kind, bucket), fmt.Sprintln(a.name, kind, allBuckets)
	s := l.failures[one]
	if s.number >= freeFailures && l.p.now.Before(s.last.Add(backoffAfter(s.number))) {
		l.p.fail("a %s of %s was checked during backoff, as attempt %d", kind, a.name, s.number+1)
	}
	if kind != kindPassword && l.failures[all].number >= maxFailures {
		l.p.fail("a %s of %s was checked after %d failures", kind, a.name, maxFailures)
	}
	if right {
		delete(l.failures, one)
		delete(l.failures, all)
		return
	}
	l.failures[one] = streak{s.number + 1, l.p.now}
	l.failures[all] = streak{number: l.failures[all].number + 1}
}

// failuresCleared records that the failures of a kind were cleared.
func (l *invariants) failuresCleared(a *account, kind string) {
	prefix := fmt.Sprint(a.name, " ", kind, " ")
	for key := range l.failures {
		if strings.HasPrefix(key, prefix) {
			delete(l.failures, key)
		}
	}
}
