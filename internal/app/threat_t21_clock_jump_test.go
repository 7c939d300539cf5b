package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT21_ClockJump_BackKeepsCodesUsed(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	live, phone := withMFA(h, ada)
	code := phone.Code()
	completeSignIn(h, pendingSignIn(h, ada), code).Require(201, "")

	h.Clock.Advance(-20 * time.Minute)
	completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(401, "code_used") // the phone's clock went back too
	completeSignIn(h, pendingSignIn(h, ada), code).Require(401, "code_rejected")
	live.Do("GET", current, nil).Require(200, "")

	h.Clock.Advance(20 * time.Minute)
	completeSignIn(h, pendingSignIn(h, ada), code).Require(401, "code_used")
	h.Clock.Advance(30 * time.Second)
	completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(201, "")
}

func TestT21_ClockJump_BackExtendsNothing(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := stepUp(script, "mfa.enroll")
	phone := script.Begin()

	h.Clock.Advance(-20 * time.Minute)
	script.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required") // from the future
	script.Do("GET", current, nil).Require(200, "")
	h.Clock.Advance(20*time.Minute + 10*time.Minute)
	script.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
	script.Do("POST", enrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	h.Clock.Advance(time.Hour)
	script.Do("GET", current, nil).Require(401, "session_required")
}

func TestT21_ClockJump_YearAhead(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	live, phone := withMFA(h, ada)
	h.AddAccount(bob)
	other := h.SignedIn(bob)
	weak := stepUp(other, "mfa.enroll")
	pending := other.Begin()
	token := pendingSignIn(h, ada)
	browser := h.Browser()
	browser.SignIn(bob).Require(201, "")

	h.Clock.Advance(365 * 24 * time.Hour)
	live.Do("GET", current, nil).Require(401, "session_required")
	browser.Do("GET", current, nil).Require(401, "session_required")
	other.Do("POST", enrollments, nil, "Step-Up-Token", weak).Require(401, "session_required")
	other.Confirm(pending, pending.Code()).Require(401, "session_required")
	completeSignIn(h, token, phone.Code()).Require(410, "sign_in_expired")

	completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(201, "")
	again := h.SignedIn(bob)
	again.Confirm(pending, pending.Code()).Require(404, "not_found")
	again.Do("POST", enrollments, nil, "Step-Up-Token", weak).Require(401, "step_up_required")
	again.Enroll()
	if strings.Contains(h.Log.String(), `"msg":"panic"`) {
		t.Errorf("it panicked:\n%s", h.Log)
	}
}
