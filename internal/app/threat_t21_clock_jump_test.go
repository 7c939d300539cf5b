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
	live, phone := h.NewUser(ada).WithTOTP().Session()
	code := phone.Code()
	h.CompleteSignIn(h.PendingSignIn(ada), code).Require(201, "")

	h.Clock.Advance(-20 * time.Minute)
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(401, "code_used") // the phone's clock jumped back too
	h.CompleteSignIn(h.PendingSignIn(ada), code).Require(401, "code_rejected")
	live.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")

	h.Clock.Advance(20 * time.Minute)
	h.CompleteSignIn(h.PendingSignIn(ada), code).Require(401, "code_used")
	h.Clock.Advance(30 * time.Second)
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "")
}

func TestT21_ClockJump_BackExtendsNothing(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := script.StepUpToken("mfa.enroll")
	phone := script.Begin()

	h.Clock.Advance(-20 * time.Minute)
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required") // issued in the future
	script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	h.Clock.Advance(20*time.Minute + 10*time.Minute)
	script.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", token).Require(401, "step_up_required")
	h.Clock.Advance(time.Hour)
	script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}

func TestT21_ClockJump_YearAhead(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	live, phone := h.NewUser(ada).WithTOTP().Session()
	h.AddAccount(bob)
	other := h.SignedIn(bob)
	weak := other.StepUpToken("mfa.enroll")
	pending := other.Begin()
	token := h.PendingSignIn(ada)
	browser := h.Browser()
	browser.SignIn(bob).Require(201, "")

	h.Clock.Advance(365 * 24 * time.Hour)
	live.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	other.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", weak).Require(401, "session_required")
	other.Confirm(pending, pending.Code()).Require(401, "session_required")
	h.CompleteSignIn(token, phone.Code()).Require(410, "sign_in_expired")

	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "")
	again := h.SignedIn(bob)
	again.Confirm(pending, pending.Code()).Require(404, "not_found")
	again.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", weak).Require(401, "step_up_required")
	again.Enroll()
	if strings.Contains(h.Log.String(), `"msg":"panic"`) {
		t.Errorf("the server panicked:\n%s", h.Log)
	}
}
