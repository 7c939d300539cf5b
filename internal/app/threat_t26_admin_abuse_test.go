package app_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/admin"
	"twofold/internal/test/apptest"
)

// adminActions are the actions on an account, by the last segment of their path.
var adminActions = []string{"end-sessions", "disable", "enable", "reset-mfa", "reset-password"}

func TestT26_AdminAbuse_HiddenFromUsers(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	for _, path := range []string{apptest.PathAdminAccounts, o.path(grace, ""), o.path(ada, ""), o.path(grace, "activity"), apptest.PathAdminAccounts + "/" + apptest.UnknownID} {
		there, unknown := script.Do("GET", path, nil).Require(404, "not_found"), script.Do("GET", "/api/v1/nothing", nil)
		if string(there.Body) != string(unknown.Body) {
			t.Errorf("%s returned %s, an unknown path %s", path, there.Body, unknown.Body)
		}
	}
	for _, action := range adminActions {
		script.Do("POST", o.path(grace, action), adminReason).Require(404, "not_found")
	}
	script.StepUp("admin.account", JSON{"code": phone.Code(), "target": o.AccountID(grace)}).Require(404, "not_found")
}

func TestT26_AdminAbuse_NeedsTwoFactors(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.AddAccount(grace)
	h.GrantAdmin(grace)
	o := &adminFixture{Server: h, t: t, grace: h.SignedIn(grace)}
	refused := func() {
		t.Helper()
		o.grace.Do("GET", apptest.PathAdminAccounts, nil).Require(409, "mfa_required")
		o.grace.Do("GET", o.path(ada, ""), nil).Require(409, "mfa_required")
		o.grace.Do("POST", o.path(ada, "disable"), adminReason).Require(409, "mfa_required")
		o.grace.StepUp("admin.account", JSON{"target": o.AccountID(ada)}).Require(409, "mfa_required")
	}
	refused()
	phone := o.grace.Enroll()
	o.grace.Do("GET", apptest.PathAdminAccounts, nil).Require(200, "")

	// The session stays aal2 when its method is removed, but the administrator needs MFA now.
	token := o.grace.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	o.grace.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
	refused()
}

func TestT26_AdminAbuse_StepUpForOneAccount(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	h.AddAccount(ada)
	h.AddAccount(bob)
	refused := o.grace.Do("POST", o.path(ada, "disable"), adminReason).Require(401, "step_up_required")
	if got := refused.Text("step_up", "target"); got != o.AccountID(ada) || refused.Text("step_up", "acr") != "aal2" {
		t.Errorf("the challenge is %s", refused.Body)
	}
	token := o.stepUp(ada)
	for _, action := range adminActions {
		o.grace.Do("POST", o.path(bob, action), adminReason, "Step-Up-Token", token).Require(401, "step_up_required")
	}
	o.grace.Do("POST", o.path(ada, "disable"), adminReason, "Step-Up-Token", token).Require(200, "")
	o.grace.Do("POST", o.path(ada, "enable"), adminReason, "Step-Up-Token", token).Require(401, "step_up_required")

	// The purpose needs a target, and other purposes take none.
	code := o.phone.Code()
	for _, wrong := range []JSON{{"purpose": "admin.account"}, {"purpose": "mfa.remove", "target": o.AccountID(ada)}} {
		wrong["password"], wrong["code"] = apptest.Password, code
		apptest.WantPointer(t, o.grace.Do("POST", "/api/v1/step-up", wrong).Require(400, "invalid_request"), "/target")
	}
}

func TestT26_AdminAbuse_DisabledAccountIndistinguishable(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	o := newAdminFixture(t, h)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	pending := h.PendingSignIn(ada)
	link := h.PasswordResetToken(ada)
	token := script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	h.Clock.Advance(apptest.CodePeriod)
	done := o.act("disable", ada).Require(200, "")
	if done.Int("sessions_ended") != 1 || done.Int("notices_sent") != 1 {
		t.Errorf("the receipt is %s", done.Body)
	}
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(401, "session_required")
	h.CompleteSignIn(pending, phone.Code()).Require(410, "sign_in_expired")
	h.Script("").Do("POST", apptest.PathCompletePasswordReset, JSON{"token": link, "new_password": apptest.NewPassword}).Require(410, "link_expired")

	right := h.Script("").SignIn(ada, JSON{"code": phone.Code()}).Require(401, "credentials_rejected")
	wrong := h.Script("").SignIn(grace, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	if string(right.Body) != string(wrong.Body) {
		t.Errorf("a disabled account got %s, a wrong password %s", right.Body, wrong.Body)
	}
	before := len(h.Mails(ada))
	h.Script("").Do("POST", apptest.PathPasswordResets, JSON{"email": ada}).Require(202, "")
	h.Deliver()
	if after := h.Mails(ada); len(after) != before {
		t.Errorf("a disabled account was mailed a link:\n%s", after[len(after)-1].Text)
	}

	o.act("enable", ada).Require(200, "")
	h.ResetPassword(link, apptest.NewPassword).Require(410, "link_expired") // which stays revoked
	h.Deliver()
	mails := h.Mails(ada)
	if last := mails[len(mails)-1]; !strings.Contains(last.Text, "enabled your") {
		t.Errorf("the last mail is\n%s", last.Text)
	}
	h.SignedIn(ada, JSON{"code": phone.CodeIn(1)})
}

func TestT26_AdminAbuse_DisabledAccountKeepsMFA(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	o := newAdminFixture(t, l.Server)
	l.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": l.PendingSignIn(ada)}).Require(202, "")
	l.Deliver()
	o.act("disable", ada).Require(200, "")
	if o.grace.Do("GET", o.path(ada, ""), nil).Require(200, "").Value("removal") != nil {
		t.Error("a removal is still in progress")
	}
	o.act("enable", ada).Require(200, "")
	if o.grace.Do("GET", o.path(ada, ""), nil).Require(200, "").Value("removal") != nil {
		t.Error("the removal continues after the account is enabled")
	}
	l.pass(96 * time.Hour)
	if l.link(ada, "complete-removal") != "" {
		t.Error("the mail that completes a removal was sent")
	}
}

func TestT26_AdminAbuse_ResetNeedsReason(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	o := newAdminFixture(t, h)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	pending := h.PendingSignIn(ada)
	token := o.stepUp(ada)
	for _, none := range []any{JSON{}, JSON{"reason": ""}, JSON{"reason": "  "}, JSON{"reason": "\u200b\u3164"}, JSON{"reason": "two\nlines"}, nil} {
		o.grace.Do("POST", o.path(ada, "reset-mfa"), none, "Step-Up-Token", token).Require(400, "invalid_request")
	}
	link := h.PasswordResetToken(ada)
	done := o.grace.Do("POST", o.path(ada, "reset-mfa"), adminReason, "Step-Up-Token", token).Require(200, "")
	h.ResetPassword(link, apptest.NewPassword).Require(410, "link_expired")
	if done.Int("sessions_ended") != 1 || done.Int("notices_sent") != 1 || done.Int("recovery_codes_left") != 0 {
		t.Errorf("the receipt is %s", done.Body)
	}
	script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	h.CompleteSignIn(pending, phone.Code()).Require(410, "sign_in_expired")
	h.Deliver()
	mails := h.Mails(ada)
	if last := mails[len(mails)-1]; !strings.Contains(last.Text, "An administrator removed all authenticator apps") {
		t.Errorf("the last mail is\n%s", last.Text)
	}

	// The owner sees the reason and that it was an administrator; administrators see which one.
	entry := func(a apptest.Response) map[string]any {
		items, _ := a.Require(200, "").Value("items").([]any)
		i := slices.IndexFunc(items, func(item any) bool { return item.(map[string]any)["kind"] == "account.mfa_reset" })
		return items[i].(map[string]any)
	}
	owner := entry(h.SignedIn(ada).Do("GET", apptest.PathAccount+"/activity", nil))
	if owner["by"] != "administrator" || owner["reason"] != adminReason["reason"] || owner["administrator_id"] != nil {
		t.Errorf("the owner sees %v", owner)
	}
	if shown := entry(o.grace.Do("GET", o.path(ada, "activity"), nil)); shown["administrator_id"] != o.AccountID(grace) {
		t.Errorf("an administrator sees %v", shown)
	}
	if !strings.Contains(h.Log.String(), `"event":"account.mfa_reset","account":"`+o.AccountID(ada)+`","reason":"Ticket 4711: came by with a passport","actor":"`+o.AccountID(grace)) {
		t.Error("the log does not have the administrator and the reason")
	}
	if _, err := h.App.VerifyAudit(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestT26_AdminAbuse_OwnAccountOrLastAdmin(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	for _, action := range adminActions {
		o.act(action, grace).Require(409, "own_account")
	}
	// Another administrator can be disabled while one is left, and loses access.
	bobs, _ := h.NewUser(bob).WithTOTP().Session()
	h.GrantAdmin(bob)
	bobs.Do("GET", apptest.PathAdminAccounts, nil).Require(200, "")
	o.act("disable", bob).Require(200, "")
	bobs.Do("GET", apptest.PathAdminAccounts, nil).Require(401, "session_required")
	// The domain refuses it too, without the checks of the API.
	_, err := h.App.Administration.Disable(context.Background(), admin.Action{Target: o.AccountID(grace), Reason: "a mistake"})
	if !errors.Is(err, admin.ErrLastAdministrator) {
		t.Errorf("disabling the last administrator returned %v", err)
	}
	o.grace.Do("GET", apptest.PathAdminAccounts, nil).Require(200, "")
}

func TestT26_AdminAbuse_NoSecretsShown(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	for range 5 {
		h.Script("").SignIn(ada, JSON{"code": phone.Wrong(), "deliver": "token"}).Require(401, "code_rejected")
	}
	state := o.grace.Do("GET", o.path(ada, ""), nil).Require(200, "")
	held, _ := state.Value("held_proofs").([]any)
	if len(held) != 1 || held[0].(map[string]any)["proof"] != "totp" || held[0].(map[string]any)["until"] == nil {
		t.Errorf("locked factors: %v", held)
	}
	if state.Value("mfa_enabled") != true || state.Value("last_sign_in_at") == nil || state.Int("recovery_codes", "remaining") != 2 {
		t.Errorf("the state is %s", state.Body)
	}
	for _, path := range []string{apptest.PathAdminAccounts, o.path(ada, ""), o.path(ada, "activity")} {
		body := string(o.grace.Do("GET", path, nil).Require(200, "").Body)
		for _, secret := range []string{"argon2", "secret", "otpauth", "sealed", "hash", "token", script.Bearer, phone.Code()} {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %q: %s", path, secret, body)
			}
		}
	}
}
