package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

func TestT26_AdminAbuse_PasswordResetShowsNoLink(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	o := newAdminFixture(t, h)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	script.MoveAddress(apptest.PathNoticeEmail, newAddress, JSON{"code": phone.Code()})
	h.Clock.Advance(apptest.CodePeriod)
	older, pending := h.PasswordResetToken(ada), h.PendingSignIn(ada)

	done := o.act("reset-password", ada).Require(200, "")
	if strings.Contains(string(done.Body), "tf_l_") || done.Int("sessions_ended") != 1 || done.Int("notices_sent") != 2 {
		t.Errorf("the receipt is %s", done.Body)
	}
	script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	h.CompleteSignIn(pending, phone.Code()).Require(410, "sign_in_expired")
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	h.ResetPassword(older, apptest.NewPassword).Require(410, "link_expired")
	if state := o.grace.Do("GET", o.path(ada, ""), nil).Require(200, ""); state.Value("has_password") != false {
		t.Errorf("the state is %s", state.Body)
	}
	if second := h.Queued("password_reset_by_admin", newAddress); len(second.Links) > 0 {
		t.Errorf("the notice address gets %v", second.Links)
	}

	// Only the owner gets the link, and signing in still takes the second factor (T-24).
	h.ResetPassword(h.Queued("password_reset_by_admin", ada).Token("reset_password"), apptest.NewPassword).Require(200, "")
	next := h.SignInWith(ada, apptest.NewPassword).Require(202, "").Text("sign_in_token")
	owner := h.Script(h.CompleteSignIn(next, phone.Code()).Require(201, "").Text("session_token"))
	items, _ := owner.Do("GET", apptest.PathAccount+"/activity", nil).Require(200, "").Value("items").([]any)
	i := slices.IndexFunc(items, func(item any) bool { return item.(map[string]any)["kind"] == "account.password_reset" })
	if i < 0 {
		t.Fatalf("the activity is %v", items)
	}
	if item := items[i].(map[string]any); item["by"] != "administrator" || item["reason"] != adminReason["reason"] || item["administrator_id"] != nil {
		t.Errorf("the owner sees %v", item)
	}
}

// An attacker who reads the mailbox and persuades an administrator has a password, but not the second factor.
func TestT26_AdminAbuse_PasswordResetBarsRemoval(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	o := newAdminFixture(t, h)
	h.NewUser(ada).WithTOTP()
	o.act("reset-password", ada).Require(200, "")
	h.ResetPassword(apptest.Token(h.MailedLink(ada, "/reset-password")), apptest.NewPassword).Require(200, "")
	token := h.SignInWith(ada, apptest.NewPassword).Require(202, "").Text("sign_in_token")
	refused := h.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token}).Require(409, "removal_unavailable")
	if refused.Text("reason") != "password_reset" {
		t.Errorf("the removal is refused with %s", refused.Body)
	}
}

func TestT26_AdminAbuse_PasswordResetWithoutMail(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	h.AddAccount(ada)
	token := o.stepUp(ada)
	before := h.RowCounts()
	o.grace.Do("POST", o.path(ada, "reset-password"), adminReason, "Step-Up-Token", token).Require(409, "mail_unavailable")
	if changed := apptest.RowDifference(before, h.RowCounts()); changed != "" {
		t.Errorf("it changed %s", changed)
	}
	h.SignedIn(ada)

	// An operator gets the link, on the machine.
	link, sessions, err := h.App.ResetPassword(context.Background(), ada, "seen in person", false)
	if err != nil || sessions != 1 {
		t.Fatalf("got %d sessions ended, %v", sessions, err)
	}
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	url := link.Reveal()
	if !strings.HasPrefix(url, h.URL+"/reset-password#tf_l_") {
		t.Fatalf("the link is %s", url)
	}
	h.ResetPassword(apptest.Token(url), apptest.NewPassword).Require(200, "")
	h.ResetPassword(apptest.Token(url), "a lamp counts nine otters").Require(410, "link_expired")
	h.SignInWith(ada, apptest.NewPassword).Require(201, "")
}

func TestResetPassword_DisabledAccountGetsNoLink(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	o := newAdminFixture(t, h)
	h.AddAccount(ada)
	o.act("disable", ada).Require(200, "")
	o.act("reset-password", ada).Require(200, "")
	if mail := h.Queued("password_reset_by_admin", ada); len(mail.Links) > 0 {
		t.Errorf("it gets %v", mail.Links)
	}
	link, _, err := h.App.ResetPassword(context.Background(), ada, "seen in person", true)
	if err != nil || !link.IsZero() {
		t.Errorf("an operator got a link, %v", err)
	}
	o.act("enable", ada).Require(200, "")
	h.ResetPassword(h.PasswordResetToken(ada), apptest.NewPassword).Require(200, "")
	h.SignInWith(ada, apptest.NewPassword).Require(201, "")
}
