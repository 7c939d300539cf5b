package modeltest

import (
	"fmt"
	"strings"
	"time"

	"twofold/internal/totp"
)

// invariants hold in every history, independent of the model: they are checked from the responses alone, or nearly so.
type invariants struct {
	p *run
	// Of each code that was accepted: at which steps of the clock.
	codes  map[string][]totp.Step
	sheets map[string]bool // recovery codes that were accepted
	spent  map[string]bool // step-up tokens
	levels map[string]string
	on     map[*account]int // methods, as the answers tell
	asked  map[*account]time.Duration
	wrong  map[string]streak
}

// streak is wrong guesses in a row.
type streak struct {
	number int
	last   time.Time
}

func newLaws(p *run) invariants {
	return invariants{
		p: p, codes: map[string][]totp.Step{}, sheets: map[string]bool{}, spent: map[string]bool{}, levels: map[string]string{},
		on: map[*account]int{}, asked: map[*account]time.Duration{}, wrong: map[string]streak{},
	}
}

// accepted records credentials that were accepted: no code works twice.
func (l *invariants) accepted(a *account, shown presented) {
	if shown.recovery != "" {
		if l.sheets[shown.recovery] {
			l.p.fail("the recovery code %s worked twice", shown.recovery)
		}
		l.sheets[shown.recovery] = true
		return
	}
	key, at := a.name+" "+shown.code, totp.StepAt(l.p.now)
	for _, before := range l.codes[key] {
		if max(at-before, before-at) <= 2*totp.Window {
			l.p.fail("the code %s worked twice", shown.code)
		}
	}
	l.codes[key] = append(l.codes[key], at)
}

// signedIn records a new session: with MFA on, a password alone never creates one.
func (l *invariants) signedIn(a *account, byCode bool, acr string) {
	if l.on[a] > 0 && !byCode {
		l.p.fail("a password alone signed %s in, who has MFA", a.name)
	}
	if (acr == "aal2") != (l.on[a] > 0) {
		l.p.fail("the session is %s, and %s has %d methods", acr, a.name, l.on[a])
	}
}

// added records a new method, which may replace another.
func (l *invariants) added(a *account, replaced bool) {
	if !replaced {
		l.on[a]++
	}
}

// issued records a step-up token.
func (l *invariants) issued(token, acr string) { l.levels[token] = acr }

// used records a consumed step-up: it was not used before, and not weaker than the account's level.
func (l *invariants) used(a *account, u *stepUp) {
	if u == nil {
		l.p.fail("something was changed without a step-up")
	}
	if l.spent[u.token] {
		l.p.fail("a step-up token worked twice")
	}
	l.spent[u.token] = true
	if l.on[a] > 0 && l.levels[u.token] != "aal2" {
		l.p.fail("a step-up of %s was enough for %s, who has MFA", l.levels[u.token], a.name)
	}
}

// requested records a started removal, completed a finished one: its delay has passed.
func (l *invariants) requested(a *account) { l.asked[a] = 0 }

func (l *invariants) completed(a *account) {
	if ran, asked := l.asked[a]; !asked || ran < removalDelay {
		l.p.fail("MFA of %s was removed %v after that was asked for", a.name, ran)
	}
	l.on[a] = 0
	for _, kind := range []string{kindTOTP, kindRecovery, kindRemovalCancel} {
		l.forgiven(a, kind)
	}
}

func (l *invariants) moved(d time.Duration) {
	for a := range l.asked {
		l.asked[a] += max(d, 0)
	}
}

// judged records a checked attempt: never during backoff, never more than the limit.
func (l *invariants) judged(a *account, kind, bucket string, right bool) {
	one, all := fmt.Sprintln(a.name, kind, bucket), fmt.Sprintln(a.name, kind, total)
	s := l.wrong[one]
	if s.number >= free && l.p.now.Before(s.last.Add(waitAfter(s.number))) {
		l.p.fail("a %s of %s was judged in a wait, as number %d in a row", kind, a.name, s.number+1)
	}
	if kind != kindPassword && l.wrong[all].number >= most {
		l.p.fail("a %s of %s was judged after %d failures", kind, a.name, most)
	}
	if right {
		delete(l.wrong, one)
		delete(l.wrong, all)
		return
	}
	l.wrong[one] = streak{s.number + 1, l.p.now}
	l.wrong[all] = streak{number: l.wrong[all].number + 1}
}

// forgiven records that the failures of a kind were cleared.
func (l *invariants) forgiven(a *account, kind string) {
	prefix := fmt.Sprint(a.name, " ", kind, " ")
	for key := range l.wrong {
		if strings.HasPrefix(key, prefix) {
			delete(l.wrong, key)
		}
	}
}
