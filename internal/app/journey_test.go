package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestJourney_EnrollToRemoval(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	other := h.SignedIn(ada)

	phone := browser.Begin()
	rejected := browser.Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
	if left := rejected.Int("attempts_left"); left != 4 {
		t.Errorf("attempts_left is %d after one wrong code, want 4", left)
	}
	confirmed := browser.Confirm(phone, phone.Code()).Require(201, "")
	if ended := confirmed.Int("receipt", "sessions_ended"); ended != 1 {
		t.Errorf("sessions_ended is %d, want 1", ended)
	}
	other.Do("GET", "/api/v1/mfa", nil).Require(401, "session_required")
	if acr := browser.Do("GET", "/api/v1/sessions/current", nil).Require(200, "").Text("acr"); acr != "aal2" {
		t.Errorf("the session is %s after confirming, want aal2", acr)
	}
	browser.Do("DELETE", "/api/v1/sessions/current", nil).Require(204, "")
	browser.Do("GET", "/api/v1/mfa", nil).Require(401, "session_required")

	h.Clock.Advance(30 * time.Second)
	if state := browser.SignIn(ada).Require(202, "").Text("state"); state != "second_factor_required" {
		t.Errorf("state is %s, want second_factor_required", state)
	}
	browser.Do("GET", "/api/v1/mfa", nil).Require(401, "session_required")
	browser.Do("POST", "/api/v1/sessions/second-factor", JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
	browser.Do("POST", "/api/v1/sessions/second-factor", JSON{"code": phone.Code()}).Require(201, "")

	remove := "/api/v1/mfa/methods/" + phone.ID
	refused := browser.Do("DELETE", remove, nil).Require(401, "step_up_required")
	if purpose := refused.Text("step_up", "purpose"); purpose != "mfa.remove" {
		t.Errorf("the challenge is for %s, want mfa.remove", purpose)
	}
	browser.StepUp("mfa.remove").Require(401, "code_required")
	h.Clock.Advance(30 * time.Second)
	token := browser.StepUp("mfa.remove", JSON{"code": phone.Code()}).Require(201, "").Text("step_up_token")
	browser.Do("DELETE", remove, nil, "Step-Up-Token", token).Require(200, "")
	if enabled := browser.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("enabled"); enabled != false {
		t.Errorf("enabled is %v after removing the only method, want false", enabled)
	}
	h.SignedIn(ada)
}
