package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/maillink"
	"twofold/internal/test/apptest"
)

func TestChangeEmail_Confirmed(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	id := h.AddAccount(ada)
	script, other := h.SignedIn(ada), h.SignedIn(ada)
	step := script.StepUpToken("account.email")
	a := script.Do("PUT", apptest.PathEmail, JSON{"email": "  ADA@New.Example "}, "Step-Up-Token", step).Require(202, "")
	expires := h.Clock.Now().Add(24 * time.Hour).Format(time.RFC3339)
	if a.Text("kind") != "email" || a.Text("email") != newAddress || a.Text("expires_at") != expires {
		t.Errorf("got %s, want %s until %s", a.Body, newAddress, expires)
	}
	waiting := script.Do("GET", apptest.PathAccount, nil).Require(200, "")
	if waiting.Text("email") != ada || waiting.Text("pending_address", "email") != newAddress {
		t.Errorf("with a pending address the account is %s", waiting.Body)
	}
	script.Do("PUT", apptest.PathEmail, JSON{"email": bob}, "Step-Up-Token", step).Require(401, "step_up_required")
	if got, want := h.QueuedKinds(), []string{ada + " email_change_asked", newAddress + " confirm_email"}; !slices.Equal(got, want) {
		t.Errorf("queued: %v, want %v", got, want)
	}
	h.Script("").SignIn(newAddress).Require(401, "credentials_rejected")
	h.SignedIn(ada)

	token := h.Queued("confirm_email", newAddress).Token("confirm_address")
	done := h.ConfirmAddress(token).Require(200, "")
	if done.Text("kind") != "email" || done.Text("email") != newAddress {
		t.Errorf("confirmed: %s", done.Body)
	}
	h.ConfirmAddress(token).Require(410, "link_expired")
	for _, c := range []*apptest.Client{script, other} {
		if got := c.Do("GET", apptest.PathAccount, nil).Require(200, ""); got.Text("email") != newAddress || got.Value("pending_address") != nil {
			t.Errorf("the account is %s", got.Body)
		}
	}
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	h.SignedIn(newAddress)
	for _, to := range []string{ada, newAddress} {
		h.Queued("email_changed", to)
	}
	for _, kind := range []string{"email.change_requested", "email.changed"} {
		if got := h.ActivityKinds(id); !slices.Contains(got, kind) {
			t.Errorf("the activity is %v, want an entry %s", got, kind)
		}
	}
}

func TestChangeEmail_SameAddress(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	h.ConfirmAddress(script.AddressToken(apptest.PathNoticeEmail, newAddress)).Require(200, "")
	step := script.StepUpToken("account.email")
	for path, address := range map[string]string{apptest.PathEmail: " ADA@example.com", apptest.PathNoticeEmail: strings.ToUpper(newAddress)} {
		apptest.WantPointer(t, script.Do("PUT", path, JSON{"email": address}, "Step-Up-Token", step).Require(400, "invalid_request"), "/email")
	}
	apptest.WantPointer(t, script.Do("PUT", apptest.PathNoticeEmail, JSON{"email": ada}, "Step-Up-Token", step).Require(400, "invalid_request"), "/email")
	script.Do("PUT", apptest.PathEmail, JSON{"email": newAddress}, "Step-Up-Token", step).Require(202, "") // no refusal consumed it
	h.ConfirmAddress(h.Queued("confirm_email", newAddress).Token("confirm_address")).Require(200, "")
	if a := script.Do("GET", apptest.PathAccount, nil).Require(200, ""); a.Text("email") != newAddress || a.Value("notice_email") != nil {
		t.Errorf("the account is %s, want the notice address as the sign-in address", a.Body)
	}
}

func TestChangeEmail_ReplacesPending(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	first := script.AddressToken(apptest.PathEmail, newAddress)
	second := script.AddressToken(apptest.PathNoticeEmail, "ada@second.example")
	h.ConfirmAddress(first).Require(410, "link_expired")
	if kind := script.Do("GET", apptest.PathAccount, nil).Text("pending_address", "kind"); kind != "notice_email" {
		t.Errorf("the pending address is the %s", kind)
	}
	script.Do("DELETE", apptest.PathPendingAddress, nil).Require(204, "")
	script.Do("DELETE", apptest.PathPendingAddress, nil).Require(404, "not_found")
	h.ConfirmAddress(second).Require(410, "link_expired")
	if a := script.Do("GET", apptest.PathAccount, nil); a.Text("email") != ada || a.Value("notice_email") != nil {
		t.Errorf("the account is %s", a.Body)
	}
}

func TestConfirmAddress_OtherAddress(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	script.ChangeAddress(apptest.PathEmail, newAddress).Require(202, "")
	stray, err := h.App.Accounts.Links.Issue(context.Background(), id, maillink.ConfirmAddress, apptest.UnknownID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	h.ConfirmAddress(stray.Reveal()).Require(410, "link_expired")
	h.ConfirmAddress(h.Queued("confirm_email", newAddress).Token("confirm_address")).Require(200, "")
}

func TestConfirmAddress_ExpiresAfterOneDay(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t, "TWOFOLD_SESSION_AAL1_IDLE=48h", "TWOFOLD_SESSION_AAL1_ABSOLUTE=48h")
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := script.AddressToken(apptest.PathEmail, newAddress)
	h.Clock.Advance(24*time.Hour - time.Second)
	script.Do("GET", apptest.PathAccount, nil).Require(200, "").Text("pending_address", "email")
	h.Clock.Advance(time.Second)
	h.ConfirmAddress(token).Require(410, "link_expired")
	if a := script.Do("GET", apptest.PathAccount, nil); a.Value("pending_address") != nil {
		t.Errorf("the address is still pending: %s", a.Body)
	}
	script.Do("DELETE", apptest.PathPendingAddress, nil).Require(404, "not_found")
	token = script.AddressToken(apptest.PathEmail, newAddress)
	h.ConfirmAddress(token).Require(200, "")
}

func TestConfirmAddress_TakenMeanwhile(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	adas, bobs := h.SignedIn(ada), h.SignedIn(bob)
	tokens := []string{adas.AddressToken(apptest.PathEmail, newAddress), bobs.AddressToken(apptest.PathEmail, newAddress)}
	responses := apptest.Concurrently(2, func(i int) apptest.Response { return h.ConfirmAddress(tokens[i]) })
	apptest.WantOutcomes(t, responses, map[string]int{"200": 1, "409 email_taken": 1})
	winner, loser, still := adas, bobs, bob
	if responses[1].Status == 200 {
		winner, loser, still = bobs, adas, ada
	}
	if got := winner.Do("GET", apptest.PathAccount, nil).Text("email"); got != newAddress {
		t.Errorf("the first to confirm has %s", got)
	}
	if got := loser.Do("GET", apptest.PathAccount, nil).Text("email"); got != still {
		t.Errorf("the other account has %s, want %s", got, still)
	}
	h.SignedIn(still)
}

func TestNoticeEmail_GetsEveryNotice(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	step := script.StepUpToken("account.email")
	script.Do("DELETE", apptest.PathNoticeEmail, nil, "Step-Up-Token", step).Require(404, "not_found")
	h.ConfirmAddress(script.AddressToken(apptest.PathNoticeEmail, newAddress)).Require(200, "")
	if got := script.Do("GET", apptest.PathAccount, nil).Text("notice_email"); got != newAddress {
		t.Errorf("the second address is %s", got)
	}
	for _, to := range []string{ada, newAddress} {
		h.Queued("notice_email_changed", to)
	}
	h.Script("").SignIn(newAddress).Require(401, "credentials_rejected") // a notice address cannot sign in
	h.RequestPasswordReset(newAddress)
	token := h.PasswordResetToken(ada)
	for _, l := range h.Outbox() {
		if l.Kind == "password_reset_link" && l.To != ada {
			t.Errorf("a reset link went to %s", l.To)
		}
	}
	h.ResetPassword(token, apptest.NewPassword).Require(200, "")
	for _, to := range []string{ada, newAddress} {
		h.Queued("password_reset_done", to)
	}

	script = h.Script(h.SignInWith(ada, apptest.NewPassword).Require(201, "").Text("session_token"))
	step = script.StepUpToken("account.email", JSON{"password": apptest.NewPassword})
	a := script.Do("DELETE", apptest.PathNoticeEmail, nil, "Step-Up-Token", step).Require(200, "")
	if sent, ended := a.Int("notices_sent"), a.Int("sessions_ended"); sent != 2 || ended != 0 {
		t.Errorf("the receipt has %d notices and %d sessions, want 2 and 0", sent, ended)
	}
	for _, to := range []string{ada, newAddress} {
		h.Queued("notice_email_removed", to)
	}
	before := len(h.Outbox())
	script.ChangeAddress(apptest.PathEmail, "ada@third.example", JSON{"password": apptest.NewPassword}).Require(202, "")
	for _, l := range h.Outbox()[before:] {
		if l.To == newAddress {
			t.Errorf("the removed address still receives %s", l.Kind)
		}
	}
	for _, kind := range []string{"notice_email.change_requested", "notice_email.changed", "notice_email.removed"} {
		if got := h.ActivityKinds(id); !slices.Contains(got, kind) {
			t.Errorf("the activity is %v, want an entry %s", got, kind)
		}
	}
}

func TestChangeEmail_RevokesOldLinks(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	token := h.PasswordResetToken(ada)
	h.ConfirmAddress(h.SignedIn(ada).AddressToken(apptest.PathEmail, newAddress)).Require(200, "")
	h.ResetPassword(token, apptest.NewPassword).Require(410, "link_expired")
	h.ResetPassword(h.PasswordResetToken(newAddress), apptest.NewPassword).Require(200, "")
}

func TestChangeEmail_KeepsPasswordFailures(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	token := h.SignedIn(ada).AddressToken(apptest.PathEmail, newAddress)
	for range 3 {
		h.SignInWith(ada, "certainly not this one").Require(401, "credentials_rejected")
	}
	h.ConfirmAddress(token).Require(200, "")
	if left := h.SignInWith(newAddress, "certainly not this one").Require(401, "").Int("attempts_left"); left != 1 {
		t.Errorf("%d attempts are left, want 1", left)
	}
}

func TestUpdateAccount_Profile(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	a := script.Do("PATCH", apptest.PathAccount, JSON{"display_name": "  Zoe\u0308 🔐 ", "language": "de"}).Require(200, "")
	if a.Text("display_name") != "Zoë 🔐" || a.Text("language") != "de" || a.Text("email") != ada {
		t.Errorf("got %s", a.Body)
	}
	before := len(h.ActivityKinds(id))
	for _, body := range []JSON{{}, {"language": "de"}, {"display_name": "Zoë 🔐"}} {
		script.Do("PATCH", apptest.PathAccount, body).Require(200, "")
	}
	if got := h.ActivityKinds(id); len(got) != before || got[0] != "profile.changed" {
		t.Errorf("the activity is %v, want one change", got)
	}
	for what, name := range map[string]string{
		"65 code points": strings.Repeat("é", 65), "a line break": "Ada\nBcc: eve", "a control": "Ada\u009b", "a line separator": "Ada\u2028Bcc: eve",
		"nothing visible": "\u200b\u3164", "longer in NFC": strings.Repeat("\u0958", 33), // two code points each
	} {
		t.Run(what, func(t *testing.T) {
			apptest.WantPointer(t, script.WithT(t).Do("PATCH", apptest.PathAccount, JSON{"display_name": name}).Require(400, "invalid_request"), "/display_name")
		})
	}
	apptest.WantPointer(t, script.Do("PATCH", apptest.PathAccount, JSON{"language": "tlh"}).Require(400, "invalid_request"), "/language")
	if got := script.Do("GET", apptest.PathAccount, nil); got.Text("display_name") != "Zoë 🔐" || got.Text("language") != "de" {
		t.Errorf("got %s", got.Body)
	}
	if got := script.Do("PATCH", apptest.PathAccount, JSON{"display_name": " "}).Require(200, "").Text("display_name"); got != "" {
		t.Errorf("without a name the display name is %q", got)
	}
	long := strings.Repeat("🔐", 64)
	if got := script.Do("PATCH", apptest.PathAccount, JSON{"display_name": long}).Require(200, "").Text("display_name"); got != long {
		t.Errorf("got %q", got)
	}
	script.ChangeAddress(apptest.PathEmail, newAddress).Require(202, "")
	if got := h.Queued("email_change_asked", ada).Name; got != long {
		t.Errorf("the mail is to %q", got)
	}
}

func TestGetService_Capabilities(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_ISSUER=Example & Söhne")
	a := h.Script("").Do("GET", "/api/v1/service", nil).Require(200, "")
	if a.Text("name") != "Example & Söhne" || a.Value("mail") != false || a.Value("mfa_removal") != false {
		t.Errorf("got %s", a.Body)
	}
	if a.Int("password", "min_length") != 15 || a.Int("password", "max_length") != 128 || len(a.Value("languages").([]any)) != 2 {
		t.Errorf("got %s", a.Body)
	}
}

func TestNoticeEmail_MailLimit(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t, "TWOFOLD_ADDRESS_MAILS=2")
	h.AddAccount(ada)
	c := h.SignedIn(ada)
	ask := func(token string) apptest.Response {
		return c.Do("PUT", "/api/v1/account/notice-email", JSON{"email": "other@example.com"}, "Step-Up-Token", token)
	}
	ask(c.StepUpToken("account.email")).Require(202, "")
	ask(c.StepUpToken("account.email")).Require(202, "")
	token := c.StepUpToken("account.email")
	if got := ask(token).Require(429, "too_many_requests").Header.Get("Retry-After"); got != "3600" {
		t.Errorf("Retry-After is %s, want an hour", got)
	}
	h.Clock.Advance(4 * time.Minute)
	ask(token).Require(429, "too_many_requests") // the token is still valid
	h.Clock.Advance(time.Hour - 4*time.Minute)
	c = h.SignedIn(ada)
	ask(c.StepUpToken("account.email")).Require(202, "")
}

func TestNoticeEmail_CannotDispute(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	c := h.SignedIn(ada)
	second := "second@example.com"
	c.Do("PUT", "/api/v1/account/notice-email", JSON{"email": second}, "Step-Up-Token", c.StepUpToken("account.email")).Require(202, "")
	confirm := JSON{"token": h.Queued("confirm_notice_email", second).Token("confirm_address")}
	h.Script("").Do("POST", "/api/v1/account/address-confirmations", confirm).Require(200, "")
	c.Do("DELETE", "/api/v1/account/notice-email", nil, "Step-Up-Token", c.StepUpToken("account.email")).Require(200, "")
	for _, kind := range []string{"notice_email_changed", "notice_email_removed"} {
		if h.Queued(kind, ada).Token("not_me") == "" {
			t.Errorf("%s: the notice to the sign-in address has no dispute link", kind)
		}
		if token := h.Queued(kind, second).Token("not_me"); token != "" {
			t.Errorf("%s: the notice to the notice address has a dispute link", kind)
		}
	}
}
