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

// deeds are what administrators do, by the last part of their path.
var deeds = []string{"end-sessions", "disable", "enable", "reset-mfa"}

func TestT26_AdminAbuse_HiddenFromUsers(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	script, phone := withMFA(h, ada)
	for _, path := range []string{administration, o.at(grace, ""), o.at(ada, ""), o.at(grace, "activity"), administration + "/" + unknownID} {
		there, nowhereAtAll := script.Do("GET", path, nil).Require(404, "not_found"), script.Do("GET", "/api/v1/nothing", nil)
		if string(there.Body) != string(nowhereAtAll.Body) {
			t.Errorf("%s answers %s, what is not there %s", path, there.Body, nowhereAtAll.Body)
		}
	}
	for _, deed := range deeds {
		script.Do("POST", o.at(grace, deed), adminReason).Require(404, "not_found")
	}
	script.StepUp("admin.account", JSON{"code": phone.Code(), "target": o.id(grace)}).Require(404, "not_found")
}

func TestT26_AdminAbuse_NeedsTwoFactors(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.AddAccount(grace)
	grantAdmin(h, grace)
	o := &adminFixture{Server: h, t: t, grace: h.SignedIn(grace)}
	refused := func() {
		t.Helper()
		o.grace.Do("GET", administration, nil).Require(409, "mfa_required")
		o.grace.Do("GET", o.at(ada, ""), nil).Require(409, "mfa_required")
		o.grace.Do("POST", o.at(ada, "disable"), adminReason).Require(409, "mfa_required")
		o.grace.StepUp("admin.account", JSON{"target": o.id(ada)}).Require(409, "mfa_required")
	}
	refused()
	phone := o.grace.Enroll()
	o.grace.Do("GET", administration, nil).Require(200, "")

	// A session stays of two factors when its method goes. The office does not.
	token := stepUp(o.grace, "mfa.remove", JSON{"code": phone.Code()})
	o.grace.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
	refused()
}

func TestT26_AdminAbuse_StepUpForOneAccount(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	h.AddAccount(ada)
	h.AddAccount(bob)
	refused := o.grace.Do("POST", o.at(ada, "disable"), adminReason).Require(401, "step_up_required")
	if got := refused.Text("step_up", "target"); got != o.id(ada) || refused.Text("step_up", "acr") != "aal2" {
		t.Errorf("the challenge is %s", refused.Body)
	}
	token := o.adminStepUp(ada)
	for _, deed := range deeds {
		o.grace.Do("POST", o.at(bob, deed), adminReason, "Step-Up-Token", token).Require(401, "step_up_required")
	}
	o.grace.Do("POST", o.at(ada, "disable"), adminReason, "Step-Up-Token", token).Require(200, "")
	o.grace.Do("POST", o.at(ada, "enable"), adminReason, "Step-Up-Token", token).Require(401, "step_up_required")

	// What is for no account in particular is for none.
	code := o.phone.Code()
	for _, wrong := range []JSON{{"purpose": "admin.account"}, {"purpose": "mfa.remove", "target": o.id(ada)}} {
		wrong["password"], wrong["code"] = apptest.Password, code
		wantPointer(t, o.grace.Do("POST", "/api/v1/step-up", wrong).Require(400, "invalid_request"), "/target")
	}
}

func TestT26_AdminAbuse_DisabledAccountIndistinguishable(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	o := newAdminFixture(t, h)
	script, phone := withMFA(h, ada)
	pending := pendingSignIn(h, ada)
	link := resetToken(t, h, ada)
	token := stepUp(script, "mfa.remove", JSON{"code": phone.Code()})
	h.Clock.Advance(stepLength)
	done := o.adminAction("disable", ada).Require(200, "")
	if done.Int("sessions_ended") != 1 || done.Int("notices_sent") != 1 {
		t.Errorf("the receipt is %s", done.Body)
	}
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(401, "session_required")
	completeSignIn(h, pending, phone.Code()).Require(410, "sign_in_expired")
	h.Script("").Do("POST", resetComplete, JSON{"token": link, "new_password": extraSession}).Require(410, "link_expired")

	right := h.Script("").SignIn(ada, JSON{"code": phone.Code()}).Require(401, "credentials_rejected")
	wrong := h.Script("").SignIn(grace, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	if string(right.Body) != string(wrong.Body) {
		t.Errorf("a disabled account answers %s, a wrong password %s", right.Body, wrong.Body)
	}
	before := len(h.Mails(ada))
	h.Script("").Do("POST", resets, JSON{"email": ada}).Require(202, "")
	h.Deliver()
	if after := h.Mails(ada); len(after) != before {
		t.Errorf("a disabled account was mailed a link:\n%s", after[len(after)-1].Text)
	}

	o.adminAction("enable", ada).Require(200, "")
	reset(h, link, extraSession).Require(410, "link_expired") // which ended for good
	h.Deliver()
	mails := h.Mails(ada)
	if last := mails[len(mails)-1]; !strings.Contains(last.Text, "enabled your") {
		t.Errorf("the last mail is\n%s", last.Text)
	}
	h.SignedIn(ada, JSON{"code": phone.CodeIn(1)})
}

func TestT26_AdminAbuse_DisabledAccountKeepsMFA(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	o := newAdminFixture(t, l.Server)
	l.Script("").Do("POST", removal, JSON{"sign_in_token": pendingSignIn(l.Server, ada)}).Require(202, "")
	l.Deliver()
	o.adminAction("disable", ada).Require(200, "")
	if o.grace.Do("GET", o.at(ada, ""), nil).Require(200, "").Value("removal") != nil {
		t.Error("a removal is under way still")
	}
	o.adminAction("enable", ada).Require(200, "")
	if o.grace.Do("GET", o.at(ada, ""), nil).Require(200, "").Value("removal") != nil {
		t.Error("a removal goes on when the account is enabled again")
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
	script, phone := withMFA(h, ada)
	pending := pendingSignIn(h, ada)
	token := o.adminStepUp(ada)
	for _, none := range []any{JSON{}, JSON{"reason": ""}, JSON{"reason": "  "}, JSON{"reason": "two\nlines"}, nil} {
		o.grace.Do("POST", o.at(ada, "reset-mfa"), none, "Step-Up-Token", token).Require(400, "invalid_request")
	}
	link := resetToken(t, h, ada)
	done := o.grace.Do("POST", o.at(ada, "reset-mfa"), adminReason, "Step-Up-Token", token).Require(200, "")
	reset(h, link, extraSession).Require(410, "link_expired")
	if done.Int("sessions_ended") != 1 || done.Int("notices_sent") != 1 || done.Int("recovery_codes_left") != 0 {
		t.Errorf("the receipt is %s", done.Body)
	}
	script.Do("GET", current, nil).Require(401, "session_required")
	completeSignIn(h, pending, phone.Code()).Require(410, "sign_in_expired")
	h.Deliver()
	mails := h.Mails(ada)
	if last := mails[len(mails)-1]; !strings.Contains(last.Text, "An administrator removed all authenticator apps") {
		t.Errorf("the last mail is\n%s", last.Text)
	}

	// The owner reads who did it and why, an administrator who exactly.
	told := func(a apptest.Response) map[string]any {
		items, _ := a.Require(200, "").Value("items").([]any)
		i := slices.IndexFunc(items, func(item any) bool { return item.(map[string]any)["kind"] == "account.mfa_reset" })
		return items[i].(map[string]any)
	}
	owner := told(h.SignedIn(ada).Do("GET", account+"/activity", nil))
	if owner["by"] != "administrator" || owner["reason"] != adminReason["reason"] || owner["administrator_id"] != nil {
		t.Errorf("the owner reads %v", owner)
	}
	if seen := told(o.grace.Do("GET", o.at(ada, "activity"), nil)); seen["administrator_id"] != o.id(grace) {
		t.Errorf("an administrator reads %v", seen)
	}
	if !strings.Contains(h.Log.String(), `"event":"account.mfa_reset","account":"`+o.id(ada)+`","reason":"Ticket 4711: came by with a passport","actor":"`+o.id(grace)) {
		t.Error("the log does not say who did it and why")
	}
	if _, err := h.App.VerifyAudit(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestT26_AdminAbuse_OwnAccountOrLastAdmin(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	for _, deed := range deeds {
		o.adminAction(deed, grace).Require(409, "own_account")
	}
	// Another administrator can be disabled while one is left, and takes no part any more.
	bobs, _ := withMFA(h, bob)
	grantAdmin(h, bob)
	bobs.Do("GET", administration, nil).Require(200, "")
	o.adminAction("disable", bob).Require(200, "")
	bobs.Do("GET", administration, nil).Require(401, "session_required")
	// Even where there is nobody to ask whether they may.
	_, err := h.App.Administration.Disable(context.Background(), admin.Action{Target: o.id(grace), Reason: "a mistake"})
	if !errors.Is(err, admin.ErrLastAdministrator) {
		t.Errorf("disabling the last administrator answers %v", err)
	}
	o.grace.Do("GET", administration, nil).Require(200, "")
}

func TestT26_AdminAbuse_NoSecretsShown(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	script, phone := withMFA(h, ada)
	for range 5 {
		h.Script("").SignIn(ada, JSON{"code": phone.Wrong(), "deliver": "token"}).Require(401, "code_rejected")
	}
	state := o.grace.Do("GET", o.at(ada, ""), nil).Require(200, "")
	held, _ := state.Value("held_proofs").([]any)
	if len(held) != 1 || held[0].(map[string]any)["proof"] != "totp" || held[0].(map[string]any)["until"] == nil {
		t.Errorf("held are %v", held)
	}
	if state.Value("mfa_enabled") != true || state.Value("last_sign_in_at") == nil || state.Int("recovery_codes", "remaining") != 2 {
		t.Errorf("the state is %s", state.Body)
	}
	for _, path := range []string{administration, o.at(ada, ""), o.at(ada, "activity")} {
		body := string(o.grace.Do("GET", path, nil).Require(200, "").Body)
		for _, secret := range []string{"argon2", "secret", "otpauth", "sealed", "hash", "token", script.Bearer, phone.Code()} {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %q: %s", path, secret, body)
			}
		}
	}
}
