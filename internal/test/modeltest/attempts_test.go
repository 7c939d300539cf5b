package modeltest

import (
	"fmt"
	"slices"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/totp"
)

// The rules of guessing.
const (
	free              = 3 // the failure of this number starts a wait
	most              = 7 // failures of a kind that has an end
	anyone            = "anyone"
	total             = "*" // of a kind, over all buckets
	waited            = "-" // the end of the last wait that was forgiven
	kindPassword      = "password"
	kindTOTP          = "totp"
	kindRecovery      = "recovery_code"
	kindRemovalCancel = "removal_cancel"
)

// waits is how long the failure of each number from free on has the next one wait; the last stands for all later ones.
var waits = []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute}

func waitAfter(failures int) time.Duration { return waits[min(failures-free, len(waits)-1)] }

// attempts are counted by kind and bucket.
type attempts map[[2]string]count

type count struct {
	failures int
	until    time.Time
}

// verdict is what an answer must be. A zero one lets pass.
type verdict struct {
	status int
	code   string
	left   int // attempts, where the answer says so
	counts bool
}

func (v verdict) passes() bool { return v.status == 0 }

func refuse(status int, code string) verdict { return verdict{status: status, code: code} }

func wrong(status int, code string, left int) verdict {
	return verdict{status: status, code: code, left: left, counts: true}
}

// allows reports whether an attempt is checked.
func (a *account) allows(kind, bucket string, now time.Time) verdict {
	full := kind != kindPassword && a.attempts[[2]string{kind, total}].failures >= most
	if full || a.attempts[[2]string{kind, bucket}].until.After(now) {
		return refuse(429, "too_many_attempts")
	}
	return verdict{}
}

// reserve counts a failure, and answers how many tries are left.
func (a *account) reserve(kind, bucket string, now time.Time) (left int) {
	c, all := a.attempts[[2]string{kind, bucket}], a.attempts[[2]string{kind, total}]
	c.failures++
	all.failures++
	failures := c.failures
	if kind != kindPassword && bucket == anyone {
		failures = max(failures, all.failures)
	}
	if c.until = (time.Time{}); failures >= free {
		c.until = now.Add(waitAfter(failures))
	}
	a.attempts[[2]string{kind, bucket}] = c
	left = max(free-failures, 0)
	if kind == kindPassword {
		return left
	}
	a.attempts[[2]string{kind, total}] = all
	return min(left, most-all.failures)
}

// forgive forgets the failures of a bucket, and with them those of the kind; not that there was a wait.
func (a *account) forgive(kind, bucket string) {
	until := a.attempts[[2]string{kind, bucket}].until
	delete(a.attempts, [2]string{kind, bucket})
	delete(a.attempts, [2]string{kind, total})
	if until.After(a.attempts[[2]string{kind, waited}].until) {
		a.attempts[[2]string{kind, waited}] = count{until: until}
	}
}

// revive forgets everything about a kind.
func (a *account) revive(kind string) {
	for key := range a.attempts {
		if key[0] == kind {
			delete(a.attempts, key)
		}
	}
}

// held reports whether the owner's credentials were in backoff after since, or are locked out.
func (a *account) held(since time.Time) bool {
	for key, c := range a.attempts {
		if c.until.After(since) || key[1] == total && c.failures >= most {
			return true
		}
	}
	return false
}

// bucketOf returns the bucket that an attempt of a kind is counted in.
func (w *modelState) bucketOf(a *account, s *session, browser, kind string) string {
	if s != nil && s.aal2 {
		return fmt.Sprint("session ", s.number)
	}
	if d := w.known(a, browser); d != nil && (kind == kindPassword || d.aal2) {
		return fmt.Sprint("device ", d.number)
	}
	return anyone
}

// presented is what a client presents.
type presented struct {
	wrongPassword  bool
	code, recovery string
}

// judgeCode checks a code of an authenticator app; within is the sign-in that it is for, if it is for one.
func (w *modelState) judgeCode(a *account, kind, bucket, code string, within *signIn) verdict {
	if v := a.allows(kind, bucket, w.now); !v.passes() {
		return v
	}
	used, fits := true, false
	for _, m := range a.methods {
		step := matching(m.phone, code, w.now)
		if step == 0 {
			continue
		}
		if fits = true; m.lastStep < step {
			m.lastStep, used = step, false
			break
		}
	}
	if fits && !used {
		a.forgive(kind, bucket)
		return verdict{}
	}
	left := w.fail(a, kind, bucket, within)
	if fits {
		return refuse(401, "code_used")
	}
	return wrong(401, "code_rejected", left)
}

// judgeRecovery checks a recovery code.
func (w *modelState) judgeRecovery(a *account, kind, bucket, code string, within *signIn) verdict {
	if v := a.allows(kind, bucket, w.now); !v.passes() {
		return v
	}
	left := w.fail(a, kind, bucket, within)
	at := slices.IndexFunc(a.codes, func(c *recoveryCode) bool { return c.text == code })
	switch {
	case at < 0:
		return wrong(401, "code_rejected", left)
	case a.codes[at].used:
		return refuse(401, "code_used")
	}
	a.codes[at].used = true
	if a.attempts[[2]string{kindTOTP, total}].failures >= most {
		a.revive(kindTOTP)
	}
	a.forgive(kind, bucket)
	return verdict{}
}

// fail counts a failure, for the account and for what it was tried at.
func (w *modelState) fail(a *account, kind, bucket string, within *signIn) (left int) {
	left = a.reserve(kind, bucket, w.now)
	if within == nil {
		return left
	}
	within.tries++
	return min(left, signInTries-within.tries)
}

// prove checks a password and, where the account has MFA, what comes with it. half is a right password without.
func (w *modelState) prove(a *account, s *session, browser string, p presented) (v verdict, aal2, half bool) {
	bucket := w.bucketOf(a, s, browser, kindPassword)
	if v := a.allows(kindPassword, bucket, w.now); !v.passes() {
		return v, false, false
	}
	left := a.reserve(kindPassword, bucket, w.now)
	if p.wrongPassword {
		return wrong(401, "credentials_rejected", left), false, false
	}
	a.forgive(kindPassword, bucket)
	switch {
	case !a.enabled():
		return verdict{}, false, false
	case p.recovery != "":
		v = w.judgeRecovery(a, kindRecovery, w.bucketOf(a, s, browser, kindRecovery), p.recovery, nil)
	case p.code != "":
		v = w.judgeCode(a, kindTOTP, w.bucketOf(a, s, browser, kindTOTP), p.code, nil)
	default:
		return verdict{}, false, true
	}
	return v, v.passes(), false
}

// matching is the last step around now at which a phone shows a code; zero: at none. The phone goes by the same clock.
func matching(p *apptest.Phone, code string, now time.Time) (last totp.Step) {
	for beside := -totp.Window; beside <= totp.Window; beside++ {
		if p.CodeIn(beside) == code {
			last = totp.StepAt(now) + totp.Step(beside)
		}
	}
	return last
}
