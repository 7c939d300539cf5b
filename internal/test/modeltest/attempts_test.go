package modeltest

import (
	"fmt"
	"slices"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/totp"
)

// The limits of attempts, and the keys under which failures are counted.
const (
	freeFailures      = 3 // the failure with this number begins the first backoff
	maxFailures       = 7 // failures until lockout, for the kinds that have one
	anonymousBucket   = "anyone"
	allBuckets        = "*" // bucket that counts the failures of a kind over all buckets
	clearedBackoff    = "-" // bucket that holds the end of the last backoff that was cleared
	kindPassword      = "password"
	kindTOTP          = "totp"
	kindRecovery      = "recovery_code"
	kindRemovalCancel = "removal_cancel"
)

// backoffs holds the backoffs after the failures from number freeFailures on. The last one applies to all later failures.
var backoffs = []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute}

func backoffAfter(failures int) time.Duration {
	return backoffs[min(failures-freeFailures, len(backoffs)-1)]
}

// attempts holds the failures by kind and bucket.
type attempts map[[2]string]count

type count struct {
	failures int
	until    time.Time
}

// prediction is the response that the model predicts. The zero value stands for success.
type prediction struct {
	status int
	code   string
	left   int  // value of attempts_left
	counts bool // the response has attempts_left
}

func (v prediction) ok() bool { return v.status == 0 }

func refuse(status int, code string) prediction { return prediction{status: status, code: code} }

func reject(status int, code string, left int) prediction {
	return prediction{status: status, code: code, left: left, counts: true}
}

// allows returns a refusal if the account is in backoff or locked out, so that the attempt is not checked.
func (a *account) allows(kind, bucket string, now time.Time) prediction {
	full := kind != kindPassword && a.attempts[[2]string{kind, allBuckets}].failures >= maxFailures
	if full || a.attempts[[2]string{kind, bucket}].until.After(now) {
		return refuse(429, "too_many_attempts")
	}
	return prediction{}
}

// countFailure counts a failure and returns the number of attempts left.
func (a *account) countFailure(kind, bucket string, now time.Time) (left int) {
	c, all := a.attempts[[2]string{kind, bucket}], a.attempts[[2]string{kind, allBuckets}]
	c.failures++
	all.failures++
	failures := c.failures
	if kind != kindPassword && bucket == anonymousBucket {
		failures = max(failures, all.failures)
	}
	if c.until = (time.Time{}); failures >= freeFailures {
		c.until = now.Add(backoffAfter(failures))
	}
	a.attempts[[2]string{kind, bucket}] = c
	left = max(freeFailures-failures, 0)
	if kind == kindPassword {
		return left
	}
	a.attempts[[2]string{kind, allBuckets}] = all
	return min(left, maxFailures-all.failures)
}

// clearFailures clears the failures of a bucket and the total of its kind. It keeps the end of the last backoff, see
// lockedSince.
func (a *account) clearFailures(kind, bucket string) {
	until := a.attempts[[2]string{kind, bucket}].until
	delete(a.attempts, [2]string{kind, bucket})
	delete(a.attempts, [2]string{kind, allBuckets})
	if until.After(a.attempts[[2]string{kind, clearedBackoff}].until) {
		a.attempts[[2]string{kind, clearedBackoff}] = count{until: until}
	}
}

// clearKind clears all failures of a kind.
func (a *account) clearKind(kind string) {
	for key := range a.attempts {
		if key[0] == kind {
			delete(a.attempts, key)
		}
	}
}

// lockedSince reports whether the owner's credentials were in backoff after since, or are locked out.
func (a *account) lockedSince(since time.Time) bool {
	for key, c := range a.attempts {
		if c.until.After(since) || key[1] == allBuckets && c.failures >= maxFailures {
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
	if d := w.deviceOf(a, browser); d != nil && (kind == kindPassword || d.aal2) {
		return fmt.Sprint("device ", d.number)
	}
	return anonymousBucket
}

// credentials holds the credentials of a request.
type credentials struct {
	wrongPassword  bool
	code, recovery string
}

// checkCode checks a TOTP code. pending is the pending sign-in that it completes, if any.
func (w *modelState) checkCode(a *account, kind, bucket, code string, pending *signIn) prediction {
	if v := a.allows(kind, bucket, w.now); !v.ok() {
		return v
	}
	used, matches := true, false
	for _, m := range a.methods {
		step := matchingStep(m.phone, code, w.now)
		if step == 0 {
			continue
		}
		if matches = true; m.lastStep < step {
			m.lastStep, used = step, false
			break
		}
	}
	if matches && !used {
		a.clearFailures(kind, bucket)
		return prediction{}
	}
	left := w.countFailure(a, kind, bucket, pending)
	if matches {
		return refuse(401, "code_used")
	}
	return reject(401, "code_rejected", left)
}

// checkRecoveryCode checks a recovery code. pending is the pending sign-in that it completes, if any.
func (w *modelState) checkRecoveryCode(a *account, kind, bucket, code string, pending *signIn) prediction {
	if v := a.allows(kind, bucket, w.now); !v.ok() {
		return v
	}
	left := w.countFailure(a, kind, bucket, pending)
	at := slices.IndexFunc(a.codes, func(c *recoveryCode) bool { return c.text == code })
	switch {
	case at < 0:
		return reject(401, "code_rejected", left)
	case a.codes[at].used:
		return refuse(401, "code_used")
	}
	a.codes[at].used = true
	if a.attempts[[2]string{kindTOTP, allBuckets}].failures >= maxFailures {
		a.clearKind(kindTOTP)
	}
	a.clearFailures(kind, bucket)
	return prediction{}
}

// countFailure counts a failure for the account and for the pending sign-in, if any. It returns the number of attempts left.
func (w *modelState) countFailure(a *account, kind, bucket string, pending *signIn) (left int) {
	left = a.countFailure(kind, bucket, w.now)
	if pending == nil {
		return left
	}
	pending.tries++
	return min(left, signInTries-pending.tries)
}

// authenticate checks a password and, if the account has MFA, a second factor. passwordOnly reports that the password is right
// and the second factor missing.
func (w *modelState) authenticate(a *account, s *session, browser string, p credentials) (v prediction, aal2, passwordOnly bool) {
	bucket := w.bucketOf(a, s, browser, kindPassword)
	if v := a.allows(kindPassword, bucket, w.now); !v.ok() {
		return v, false, false
	}
	left := a.countFailure(kindPassword, bucket, w.now)
	if p.wrongPassword {
		return reject(401, "credentials_rejected", left), false, false
	}
	a.clearFailures(kindPassword, bucket)
	switch {
	case !a.enabled():
		return prediction{}, false, false
	case p.recovery != "":
		v = w.checkRecoveryCode(a, kindRecovery, w.bucketOf(a, s, browser, kindRecovery), p.recovery, nil)
	case p.code != "":
		v = w.checkCode(a, kindTOTP, w.bucketOf(a, s, browser, kindTOTP), p.code, nil)
	default:
		return prediction{}, false, true
	}
	return v, v.ok(), false
}

// matchingStep returns the last time step in the window around now at which a phone shows the code, or zero if there is none.
func matchingStep(p *apptest.Phone, code string, now time.Time) (last totp.Step) {
	for offset := -totp.Window; offset <= totp.Window; offset++ {
		if p.CodeIn(offset) == code {
			last = totp.StepAt(now) + totp.Step(offset)
		}
	}
	return last
}
