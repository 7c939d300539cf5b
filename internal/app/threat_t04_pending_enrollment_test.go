package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT04_APendingEnrollmentTouchesNoMethod(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := withMFA(h, ada)
	pending := script.Begin(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)

	t.Run("its key signs nobody in", func(t *testing.T) {
		completeSignIn(h, pendingSignIn(h, ada), pending.Code()).Require(401, "code_rejected")
		script.WithT(t).StepUp("mfa.remove", JSON{"code": pending.Code()}).Require(401, "code_rejected")
	})
	t.Run("the old method still does", func(t *testing.T) {
		completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(201, "")
	})
	t.Run("it is no method and cannot be removed as one", func(t *testing.T) {
		c := script.WithT(t)
		h.Clock.Advance(30 * time.Second)
		token := stepUp(c, "mfa.remove", JSON{"code": phone.Code()})
		c.Do("DELETE", methods+pending.ID, nil, "Step-Up-Token", token).Require(404, "not_found")
		if got := len(c.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any)); got != 1 {
			t.Errorf("the account has %d methods, want 1", got)
		}
	})
	t.Run("a canceled one is gone", func(t *testing.T) {
		c := script.WithT(t)
		c.Do("DELETE", enrollments+"/"+pending.ID, nil).Require(204, "")
		c.Confirm(pending, pending.Code()).Require(404, "not_found")
		c.Do("DELETE", enrollments+"/"+pending.ID, nil).Require(404, "not_found")
	})
}

func TestT04_ASecondBeginKillsTheFirst(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	first, second := script.Begin(), script.Begin()
	script.Confirm(first, first.Code()).Require(404, "not_found")
	script.Confirm(second, first.Code()).Require(422, "code_rejected")
	script.Confirm(second, second.Code()).Require(201, "")
	script.Confirm(second, second.Code()).Require(404, "not_found")
}

func TestT04_AnEnrollmentEnds(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)

	t.Run("a moment before ten minutes it is alive", func(t *testing.T) {
		c := script.WithT(t)
		phone := c.Begin()
		h.Clock.Advance(10*time.Minute - time.Second)
		c.Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
		h.Clock.Advance(time.Second)
		c.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
		if pending := c.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("pending_enrollment"); pending != nil {
			t.Errorf("an expired enrollment is shown: %v", pending)
		}
	})
	t.Run("after five tries", func(t *testing.T) {
		c := script.WithT(t)
		phone := c.Begin()
		for left := range 4 {
			a := c.Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
			if got, want := a.Int("attempts_left"), 3-left; got != want {
				t.Errorf("attempts_left is %d, want %d", got, want)
			}
		}
		// One failure is left of the enrollment before: it is the account that counts, too.
		h.Clock.Advance(30 * time.Second)
		c.Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
		h.Clock.Advance(time.Minute)
		c.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
	})
}

func TestT04_AnEnrollmentIsItsSessionsAlone(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	mine, also, other := h.SignedIn(ada), h.SignedIn(ada), h.SignedIn(bob)
	phone := mine.Begin()
	for name, c := range map[string]*apptest.Client{"another session's of the account": also, "another account's": other} {
		t.Run(name, func(t *testing.T) {
			c.WithT(t).Confirm(phone, phone.Code()).Require(404, "not_found")
		})
	}
	other.Do("DELETE", enrollments+"/"+phone.ID, nil).Require(404, "not_found")
	mine.Confirm(phone, phone.Code()).Require(201, "")
}

func TestT04_ARightCodeConfirmsOnce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	answers := apptest.Concurrently(20, func(int) apptest.Response { return script.Confirm(phone, phone.Code()) })
	tally := apptest.CountByOutcome(answers)
	if tally["201"] != 1 {
		t.Errorf("got %v, want one 201", tally)
	}
	a := script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if got := len(a.Value("methods").([]any)); got != 1 {
		t.Errorf("the account has %d methods, want 1", got)
	}
}

func TestT04_NobodyBringsAKeyOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := stepUp(script, "mfa.enroll")
	const key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for _, member := range []string{"secret", "key", "otpauth_uri", "id", "algorithm", "digits", "period", "account_id", "session_id"} {
		t.Run(member, func(t *testing.T) {
			a := script.WithT(t).Do("POST", enrollments, JSON{member: key}, "Step-Up-Token", token).Require(400, "invalid_request")
			wantPointer(t, a, "/"+member)
		})
	}
	phone := h.PhoneFrom(script.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(201, ""))
	a := script.Do("POST", enrollments+"/"+phone.ID+"/confirm", JSON{"code": phone.Code(), "secret": key}).Require(400, "invalid_request")
	wantPointer(t, a, "/secret")
	script.Confirm(phone, phone.Code()).Require(201, "")
}
