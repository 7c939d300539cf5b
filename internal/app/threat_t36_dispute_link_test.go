package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT36_Dispute_LaterMethodSuspended(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	attacker, phone := h.NewUser(ada).WithTOTP().Session()
	theirs := attacker.Enroll(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)

	done := h.Dispute("method_added", ada).Require(200, "")
	if done.Text("method") != "suspended" || done.Int("sessions_ended") != 1 || done.Value("password_reset") != false {
		t.Errorf("got %s, want the method suspended, one session ended, and the password unchanged", done.Body)
	}
	attacker.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	h.CompleteSignIn(h.PendingSignIn(ada), theirs.Code()).Require(401, "code_rejected")
	owner := h.Script(h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "").Text("session_token"))
	listed, _ := owner.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any)
	for _, m := range listed {
		if m, _ := m.(map[string]any); m["suspended"] != (m["id"] == theirs.ID) {
			t.Errorf("got %v, want only the attacker's method suspended", m)
		}
	}
	h.Queued("method_suspended", ada)
}

func TestT36_Dispute_MFAStaysOn(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	attacker, phone := h.NewUser(ada).WithTOTP().Session()
	theirs := attacker.Enroll(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)
	remove := attacker.StepUpToken("mfa.remove", JSON{"code": theirs.Code()})
	attacker.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", remove).Require(200, "")
	h.Clock.Advance(30 * time.Second)

	if got := h.Dispute("method_added", ada).Require(200, "").Text("method"); got != "suspended" {
		t.Errorf("the method is %s, want the only, but not the first method suspended", got)
	}
	pending := h.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(202, "")
	if got, _ := pending.Value("methods").([]any); len(got) != 1 || got[0] != "recovery_code" {
		t.Errorf("sign-in offers %v, want a recovery code", got)
	}
	h.CompleteSignIn(pending.Text("sign_in_token"), theirs.Code()).Require(401, "code_rejected")
}

func TestT36_Dispute_YoungFirstMethodRemoved(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	h.Clock.Advance(week - time.Minute)
	attacker := h.Script(h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "").Text("session_token"))

	done := h.Dispute("method_added", ada).Require(200, "")
	if done.Text("method") != "removed" || done.Value("password_reset") != true {
		t.Errorf("got %s, want the method and the password removed", done.Body)
	}
	attacker.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	reset := JSON{"token": h.Queued("password_reset_forced", ada).Token("reset_password"), "new_password": apptest.NewPassword}
	h.Script("").Do("POST", "/api/v1/password-resets/complete", reset).Require(200, "")
	h.Script("").SignIn(ada, JSON{"password": apptest.NewPassword}).Require(201, "")
}

func TestT36_Dispute_PostOnceWithinSevenDays(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	script, _ := h.NewUser(ada).WithTOTP().Session()
	token := h.Queued("method_added", ada).Token("not_me")
	before := h.RowCounts()
	for _, verb := range []string{"GET", "HEAD", "OPTIONS"} {
		h.Script("").Do(verb, apptest.PathNotMe+"?token="+token, nil)
		h.Script("").Do(verb, "/not-me?token="+token, nil)
	}
	if after := h.RowCounts(); after["links"] != before["links"] || after["sessions"] != before["sessions"] {
		t.Errorf("reading changed the data: %v, was %v", after, before)
	}
	script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")

	h.Script("").Do("POST", apptest.PathNotMe, JSON{"token": token}).Require(200, "")
	h.Script("").Do("POST", apptest.PathNotMe, JSON{"token": token}).Require(410, "link_expired")

	h.AddAccount(bob)
	bobs := h.SignedIn(bob)
	bobs.Enroll()
	late := h.Queued("method_added", bob).Token("not_me")
	h.Clock.Advance(week)
	h.Script("").Do("POST", apptest.PathNotMe, JSON{"token": late}).Require(410, "link_expired")
}

func TestT36_Dispute_PasswordRemoved(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	h.SignedIn(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	done := h.Dispute("new_device", ada).Require(200, "")
	if done.Value("password_reset") != true || done.Int("sessions_ended") != 2 || done.Value("method") != nil {
		t.Errorf("got %s, want two sessions ended, no method named, and the password removed", done.Body)
	}
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	browser.SignIn(ada).Require(401, "credentials_rejected")
}

func TestT36_Dispute_RecoveryCodesInvalidated(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	attacker, phone := h.NewUser(ada).WithTOTP().Session()
	token := attacker.StepUpToken("mfa.recovery_codes", JSON{"code": phone.Code()})
	codes, _ := attacker.Do("POST", "/api/v1/mfa/recovery-codes", nil, "Step-Up-Token", token).Require(201, "").Value("recovery_codes").([]any)
	h.Clock.Advance(30 * time.Second)
	h.Dispute("recovery_codes_generated", ada).Require(200, "")

	reset := JSON{"token": h.Queued("password_reset_forced", ada).Token("reset_password"), "new_password": apptest.NewPassword}
	h.Script("").Do("POST", "/api/v1/password-resets/complete", reset).Require(200, "")
	half := h.Script("").SignIn(ada, JSON{"password": apptest.NewPassword, "deliver": "token"}).Require(202, "").Text("sign_in_token")
	h.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": half, "recovery_code": codes[0]}).Require(401, "code_rejected")
	h.CompleteSignIn(half, phone.Code()).Require(201, "")
}

// The attacker may have requested a change of address, so a dispute cancels it.
func TestT36_Dispute_PendingAddressForgotten(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	attacker := h.SignedIn(ada)
	token := attacker.StepUpToken("account.email")
	attacker.Do("PUT", "/api/v1/account/email", JSON{"email": "attacker@example.com"}, "Step-Up-Token", token).Require(202, "")
	h.Dispute("email_change_asked", ada).Require(200, "")
	confirm := JSON{"token": h.Queued("confirm_email", "attacker@example.com").Token("confirm_address")}
	h.Script("").Do("POST", "/api/v1/account/address-confirmations", confirm).Require(410, "link_expired")
}

func TestT36_Dispute_AddressRestored(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	attacker := h.SignedIn(ada)
	token := attacker.StepUpToken("account.email")
	attacker.Do("PUT", "/api/v1/account/email", JSON{"email": "attacker@example.com"}, "Step-Up-Token", token).Require(202, "")
	confirm := JSON{"token": h.Queued("confirm_email", "attacker@example.com").Token("confirm_address")}
	h.Script("").Do("POST", "/api/v1/account/address-confirmations", confirm).Require(200, "")
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")

	h.Dispute("email_changed", ada).Require(200, "")
	reset := JSON{"token": h.Queued("password_reset_forced", ada).Token("reset_password"), "new_password": apptest.NewPassword}
	h.Script("").Do("POST", "/api/v1/password-resets/complete", reset).Require(200, "")
	h.Script("").SignIn(ada, JSON{"password": apptest.NewPassword}).Require(201, "")
	h.Script("").SignIn("attacker@example.com").Require(401, "credentials_rejected")
}
