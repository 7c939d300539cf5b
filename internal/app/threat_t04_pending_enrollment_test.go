package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT04_PendingEnrollment_MethodsUnchanged(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	pending := script.Begin(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)

	t.Run("pending key does not sign in", func(t *testing.T) {
		h.CompleteSignIn(h.PendingSignIn(ada), pending.Code()).Require(401, "code_rejected")
		script.WithT(t).StepUp("mfa.remove", JSON{"code": pending.Code()}).Require(401, "code_rejected")
	})
	t.Run("old method signs in", func(t *testing.T) {
		h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "")
	})
	t.Run("pending enrollment is not a method", func(t *testing.T) {
		c := script.WithT(t)
		h.Clock.Advance(30 * time.Second)
		token := c.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
		c.Do("DELETE", apptest.PathMethods+pending.ID, nil, "Step-Up-Token", token).Require(404, "not_found")
		if got := len(c.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any)); got != 1 {
			t.Errorf("the account has %d methods, want 1", got)
		}
	})
	t.Run("cancelled enrollment is deleted", func(t *testing.T) {
		c := script.WithT(t)
		c.Do("DELETE", apptest.PathEnrollments+"/"+pending.ID, nil).Require(204, "")
		c.Confirm(pending, pending.Code()).Require(404, "not_found")
		c.Do("DELETE", apptest.PathEnrollments+"/"+pending.ID, nil).Require(404, "not_found")
	})
}

func TestT04_PendingEnrollment_ReplacedBySecond(t *testing.T) {
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

func TestT04_PendingEnrollment_Expiry(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)

	t.Run("expired after ten minutes", func(t *testing.T) {
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
	t.Run("expired after five attempts", func(t *testing.T) {
		c := script.WithT(t)
		phone := c.Begin()
		for left := range 4 {
			a := c.Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
			if got, want := a.Int("attempts_left"), 3-left; got != want {
				t.Errorf("attempts_left is %d, want %d", got, want)
			}
		}
		// One failure of the previous enrollment still counts for the account.
		h.Clock.Advance(30 * time.Second)
		c.Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
		h.Clock.Advance(time.Minute)
		c.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
	})
}

func TestT04_PendingEnrollment_OtherSession(t *testing.T) {
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
	other.Do("DELETE", apptest.PathEnrollments+"/"+phone.ID, nil).Require(404, "not_found")
	mine.Confirm(phone, phone.Code()).Require(201, "")
}

func TestT04_PendingEnrollment_ConfirmedOnce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	responses := apptest.Concurrently(20, func(int) apptest.Response { return script.Confirm(phone, phone.Code()) })
	outcomes := apptest.CountByOutcome(responses)
	if outcomes["201"] != 1 {
		t.Errorf("got %v, want one 201", outcomes)
	}
	a := script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if got := len(a.Value("methods").([]any)); got != 1 {
		t.Errorf("the account has %d methods, want 1", got)
	}
}

func TestT04_PendingEnrollment_ClientSuppliedKey(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := script.StepUpToken("mfa.enroll")
	const key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for _, member := range []string{"secret", "key", "otpauth_uri", "id", "algorithm", "digits", "period", "account_id", "session_id"} {
		t.Run(member, func(t *testing.T) {
			a := script.WithT(t).Do("POST", apptest.PathEnrollments, JSON{member: key}, "Step-Up-Token", token).Require(400, "invalid_request")
			apptest.WantPointer(t, a, "/"+member)
		})
	}
	phone := h.PhoneFrom(script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(201, ""))
	a := script.Do("POST", apptest.PathEnrollments+"/"+phone.ID+"/confirm", JSON{"code": phone.Code(), "secret": key}).Require(400, "invalid_request")
	apptest.WantPointer(t, a, "/secret")
	script.Confirm(phone, phone.Code()).Require(201, "")
}
