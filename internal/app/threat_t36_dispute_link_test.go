package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

const (
	notMe = "/api/v1/notices/not-me"
	week  = 7 * 24 * time.Hour
)

// deny presses "this was not me" in the newest mail of a kind.
func deny(t *testing.T, h *apptest.Server, kind, to string) apptest.Response {
	t.Helper()
	return h.Script("").WithT(t).Do("POST", notMe, JSON{"token": mailed(t, h, kind, to).token("not_me")})
}

func TestT36_Dispute_LaterMethodSuspended(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	thief, phone := withMFA(h, ada)
	theirs := thief.Enroll(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)

	done := deny(t, h, "method_added", ada).Require(200, "")
	if done.Text("method") != "suspended" || done.Int("sessions_ended") != 1 || done.Value("password_reset") != false {
		t.Errorf("got %s, want the method suspended, one session ended, and the password as it was", done.Body)
	}
	thief.Do("GET", current, nil).Require(401, "session_required")
	completeSignIn(h, pendingSignIn(h, ada), theirs.Code()).Require(401, "code_rejected")
	owner := h.Script(completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(201, "").Text("session_token"))
	listed, _ := owner.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any)
	for _, m := range listed {
		if m, _ := m.(map[string]any); m["suspended"] != (m["id"] == theirs.ID) {
			t.Errorf("got %v: theirs alone is suspended", m)
		}
	}
	mailed(t, h, "method_suspended", ada)
}

func TestT36_Dispute_MFAStaysOn(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	thief, phone := withMFA(h, ada)
	theirs := thief.Enroll(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)
	remove := stepUp(thief, "mfa.remove", JSON{"code": theirs.Code()})
	thief.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", remove).Require(200, "")
	h.Clock.Advance(30 * time.Second)

	if got := deny(t, h, "method_added", ada).Require(200, "").Text("method"); got != "suspended" {
		t.Errorf("the method is %s, want it suspended: it is the only one, and not the first", got)
	}
	pending := h.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(202, "")
	if got, _ := pending.Value("methods").([]any); len(got) != 1 || got[0] != "recovery_code" {
		t.Errorf("signing in takes %v, want a recovery code", got)
	}
	completeSignIn(h, pending.Text("sign_in_token"), theirs.Code()).Require(401, "code_rejected")
}

func TestT36_Dispute_YoungFirstMethodRemoved(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	_, phone := withMFA(h, ada)
	h.Clock.Advance(week - time.Minute)
	thief := h.Script(completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(201, "").Text("session_token"))

	done := deny(t, h, "method_added", ada).Require(200, "")
	if done.Text("method") != "removed" || done.Value("password_reset") != true {
		t.Errorf("got %s, want the method removed and the password taken away", done.Body)
	}
	thief.Do("GET", current, nil).Require(401, "session_required")
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	reset := JSON{"token": mailed(t, h, "password_reset_forced", ada).token("reset_password"), "new_password": extraSession}
	h.Script("").Do("POST", "/api/v1/password-resets/complete", reset).Require(200, "")
	h.Script("").SignIn(ada, JSON{"password": extraSession}).Require(201, "")
}

func TestT36_Dispute_PostOnceWithinSevenDays(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	script, _ := withMFA(h, ada)
	token := mailed(t, h, "method_added", ada).token("not_me")
	before := state(t, h)
	for _, verb := range []string{"GET", "HEAD", "OPTIONS"} {
		h.Script("").Do(verb, notMe+"?token="+token, nil)
		h.Script("").Do(verb, "/not-me?token="+token, nil)
	}
	if after := state(t, h); after["links"] != before["links"] || after["sessions"] != before["sessions"] {
		t.Errorf("reading changed something: %v, was %v", after, before)
	}
	script.Do("GET", current, nil).Require(200, "")

	h.Script("").Do("POST", notMe, JSON{"token": token}).Require(200, "")
	h.Script("").Do("POST", notMe, JSON{"token": token}).Require(410, "link_expired")

	h.AddAccount(bob)
	bobs := h.SignedIn(bob)
	bobs.Enroll()
	late := mailed(t, h, "method_added", bob).token("not_me")
	h.Clock.Advance(week)
	h.Script("").Do("POST", notMe, JSON{"token": late}).Require(410, "link_expired")
}

func TestT36_Dispute_PasswordRemoved(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	h.SignedIn(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	done := deny(t, h, "new_device", ada).Require(200, "")
	if done.Value("password_reset") != true || done.Int("sessions_ended") != 2 || done.Value("method") != nil {
		t.Errorf("got %s, want two sessions ended, no method named, and the password taken away", done.Body)
	}
	browser.Do("GET", current, nil).Require(401, "session_required")
	browser.SignIn(ada).Require(401, "credentials_rejected")
}

func TestT36_Dispute_RecoveryCodesInvalidated(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	thief, phone := withMFA(h, ada)
	token := stepUp(thief, "mfa.recovery_codes", JSON{"code": phone.Code()})
	codes, _ := thief.Do("POST", "/api/v1/mfa/recovery-codes", nil, "Step-Up-Token", token).Require(201, "").Value("recovery_codes").([]any)
	h.Clock.Advance(30 * time.Second)
	deny(t, h, "recovery_codes_generated", ada).Require(200, "")

	reset := JSON{"token": mailed(t, h, "password_reset_forced", ada).token("reset_password"), "new_password": extraSession}
	h.Script("").Do("POST", "/api/v1/password-resets/complete", reset).Require(200, "")
	half := h.Script("").SignIn(ada, JSON{"password": extraSession, "deliver": "token"}).Require(202, "").Text("sign_in_token")
	h.Script("").Do("POST", complete, JSON{"sign_in_token": half, "recovery_code": codes[0]}).Require(401, "code_rejected")
	completeSignIn(h, half, phone.Code()).Require(201, "")
}

// A change of address that waits is part of what somebody else may have begun.
func TestT36_Dispute_PendingAddressForgotten(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	thief := h.SignedIn(ada)
	token := stepUp(thief, "account.email")
	thief.Do("PUT", "/api/v1/account/email", JSON{"email": "thief@example.com"}, "Step-Up-Token", token).Require(202, "")
	deny(t, h, "email_change_asked", ada).Require(200, "")
	confirm := JSON{"token": mailed(t, h, "confirm_email", "thief@example.com").token("confirm_address")}
	h.Script("").Do("POST", "/api/v1/account/address-confirmations", confirm).Require(410, "link_expired")
}

func TestT36_Dispute_AddressRestored(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	thief := h.SignedIn(ada)
	token := stepUp(thief, "account.email")
	thief.Do("PUT", "/api/v1/account/email", JSON{"email": "thief@example.com"}, "Step-Up-Token", token).Require(202, "")
	confirm := JSON{"token": mailed(t, h, "confirm_email", "thief@example.com").token("confirm_address")}
	h.Script("").Do("POST", "/api/v1/account/address-confirmations", confirm).Require(200, "")
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")

	deny(t, h, "email_changed", ada).Require(200, "")
	reset := JSON{"token": mailed(t, h, "password_reset_forced", ada).token("reset_password"), "new_password": extraSession}
	h.Script("").Do("POST", "/api/v1/password-resets/complete", reset).Require(200, "")
	h.Script("").SignIn(ada, JSON{"password": extraSession}).Require(201, "")
	h.Script("").SignIn("thief@example.com").Require(401, "credentials_rejected")
}
