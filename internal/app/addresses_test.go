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

func TestAnAddressChangesWhenTheNewOneIsConfirmed(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	id := h.AddAccount(ada)
	script, other := h.SignedIn(ada), h.SignedIn(ada)
	step := stepUp(script, "account.email")
	a := script.Do("PUT", email, JSON{"email": "  ADA@New.Example "}, "Step-Up-Token", step).Require(202, "")
	expires := h.Clock.Now().Add(24 * time.Hour).Format(time.RFC3339)
	if a.Text("kind") != "email" || a.Text("email") != newAddress || a.Text("expires_at") != expires {
		t.Errorf("got %s, want %s until %s", a.Body, newAddress, expires)
	}
	waiting := script.Do("GET", account, nil).Require(200, "")
	if waiting.Text("email") != ada || waiting.Text("pending_address", "email") != newAddress {
		t.Errorf("while it waits the account is %s", waiting.Body)
	}
	script.Do("PUT", email, JSON{"email": bob}, "Step-Up-Token", step).Require(401, "step_up_required")
	if got, want := told(t, h), []string{ada + " email_change_asked", newAddress + " confirm_email"}; !slices.Equal(got, want) {
		t.Errorf("told: %v, want %v", got, want)
	}
	h.Script("").SignIn(newAddress).Require(401, "credentials_rejected")
	h.SignedIn(ada)

	token := mailed(t, h, "confirm_email", newAddress).token("confirm_address")
	done := confirm(h, token).Require(200, "")
	if done.Text("kind") != "email" || done.Text("email") != newAddress {
		t.Errorf("confirmed: %s", done.Body)
	}
	confirm(h, token).Require(410, "link_expired")
	for _, c := range []*apptest.Client{script, other} {
		if got := c.Do("GET", account, nil).Require(200, ""); got.Text("email") != newAddress || got.Value("pending_address") != nil {
			t.Errorf("the account is %s", got.Body)
		}
	}
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	h.SignedIn(newAddress)
	for _, to := range []string{ada, newAddress} {
		mailed(t, h, "email_changed", to)
	}
	for _, kind := range []string{"email.change_requested", "email.changed"} {
		if got := kinds(t, h, id); !slices.Contains(got, kind) {
			t.Errorf("the activity is %v, without %s", got, kind)
		}
	}
}

func TestTheAddressThereIsIsNoNewOne(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	confirm(h, confirmToken(t, h, script, noticeEmail, newAddress)).Require(200, "")
	step := stepUp(script, "account.email")
	for path, address := range map[string]string{email: " ADA@example.com", noticeEmail: strings.ToUpper(newAddress)} {
		wantPointer(t, script.Do("PUT", path, JSON{"email": address}, "Step-Up-Token", step).Require(400, "invalid_request"), "/email")
	}
	wantPointer(t, script.Do("PUT", noticeEmail, JSON{"email": ada}, "Step-Up-Token", step).Require(400, "invalid_request"), "/email")
	script.Do("PUT", email, JSON{"email": newAddress}, "Step-Up-Token", step).Require(202, "") // notFound spent it
	confirm(h, mailed(t, h, "confirm_email", newAddress).token("confirm_address")).Require(200, "")
	if a := script.Do("GET", account, nil).Require(200, ""); a.Text("email") != newAddress || a.Value("notice_email") != nil {
		t.Errorf("the account is %s: the second address is the first now", a.Body)
	}
}

func TestOneAddressWaitsAtATime(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	first := confirmToken(t, h, script, email, newAddress)
	second := confirmToken(t, h, script, noticeEmail, "ada@second.example")
	confirm(h, first).Require(410, "link_expired")
	if kind := script.Do("GET", account, nil).Text("pending_address", "kind"); kind != "notice_email" {
		t.Errorf("what waits is the %s", kind)
	}
	script.Do("DELETE", pending, nil).Require(204, "")
	script.Do("DELETE", pending, nil).Require(404, "not_found")
	confirm(h, second).Require(410, "link_expired")
	if a := script.Do("GET", account, nil); a.Text("email") != ada || a.Value("notice_email") != nil {
		t.Errorf("the account is %s", a.Body)
	}
}

func TestALinkConfirmsNoOtherAddressThanItsOwn(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	changeTo(script, email, newAddress).Require(202, "")
	stray, err := h.App.Accounts.Links.Issue(context.Background(), id, maillink.ConfirmAddress, unknownID, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	confirm(h, stray.Reveal()).Require(410, "link_expired")
	confirm(h, mailed(t, h, "confirm_email", newAddress).token("confirm_address")).Require(200, "")
}

func TestAnAddressWaitsForADay(t *testing.T) {
	t.Parallel()
	h := withMail(t, "TWOFOLD_SESSION_AAL1_IDLE=48h", "TWOFOLD_SESSION_AAL1_ABSOLUTE=48h")
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	token := confirmToken(t, h, script, email, newAddress)
	h.Clock.Advance(24*time.Hour - time.Second)
	script.Do("GET", account, nil).Require(200, "").Text("pending_address", "email")
	h.Clock.Advance(time.Second)
	confirm(h, token).Require(410, "link_expired")
	if a := script.Do("GET", account, nil); a.Value("pending_address") != nil {
		t.Errorf("it still waits: %s", a.Body)
	}
	script.Do("DELETE", pending, nil).Require(404, "not_found")
	token = confirmToken(t, h, script, email, newAddress)
	confirm(h, token).Require(200, "")
}

func TestAnAddressThatSomebodyTookMeanwhileIsTaken(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := withMail(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	adas, bobs := h.SignedIn(ada), h.SignedIn(bob)
	tokens := []string{confirmToken(t, h, adas, email, newAddress), confirmToken(t, h, bobs, email, newAddress)}
	answers := apptest.Concurrently(2, func(i int) apptest.Response { return confirm(h, tokens[i]) })
	wantTally(t, answers, map[string]int{"200": 1, "409 email_taken": 1})
	winner, loser, still := adas, bobs, bob
	if answers[1].Status == 200 {
		winner, loser, still = bobs, adas, ada
	}
	if got := winner.Do("GET", account, nil).Text("email"); got != newAddress {
		t.Errorf("who was first has %s", got)
	}
	if got := loser.Do("GET", account, nil).Text("email"); got != still {
		t.Errorf("who came second has %s, want %s", got, still)
	}
	h.SignedIn(still)
}

func TestASecondAddressGetsEveryNotice(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	step := stepUp(script, "account.email")
	script.Do("DELETE", noticeEmail, nil, "Step-Up-Token", step).Require(404, "not_found")
	confirm(h, confirmToken(t, h, script, noticeEmail, newAddress)).Require(200, "")
	if got := script.Do("GET", account, nil).Text("notice_email"); got != newAddress {
		t.Errorf("the second address is %s", got)
	}
	for _, to := range []string{ada, newAddress} {
		mailed(t, h, "notice_email_changed", to)
	}
	h.Script("").SignIn(newAddress).Require(401, "credentials_rejected") // it does not sign in
	askReset(h, newAddress)
	token := resetToken(t, h, ada)
	for _, l := range letters(t, h) {
		if l.Kind == "password_reset_link" && l.To != ada {
			t.Errorf("a reset link went to %s", l.To)
		}
	}
	reset(h, token, extraSession).Require(200, "")
	for _, to := range []string{ada, newAddress} {
		mailed(t, h, "password_reset_done", to)
	}

	script = h.Script(withPassword(h, ada, extraSession).Require(201, "").Text("session_token"))
	step = stepUp(script, "account.email", JSON{"password": extraSession})
	a := script.Do("DELETE", noticeEmail, nil, "Step-Up-Token", step).Require(200, "")
	if sent, ended := a.Int("notices_sent"), a.Int("sessions_ended"); sent != 2 || ended != 0 {
		t.Errorf("the receipt says %d notices and %d sessions, want 2 and 0", sent, ended)
	}
	for _, to := range []string{ada, newAddress} {
		mailed(t, h, "notice_email_removed", to)
	}
	before := len(letters(t, h))
	changeTo(script, email, "ada@third.example", JSON{"password": extraSession}).Require(202, "")
	for _, l := range letters(t, h)[before:] {
		if l.To == newAddress {
			t.Errorf("it still gets %s", l.Kind)
		}
	}
	for _, kind := range []string{"notice_email.change_requested", "notice_email.changed", "notice_email.removed"} {
		if got := kinds(t, h, id); !slices.Contains(got, kind) {
			t.Errorf("the activity is %v, without %s", got, kind)
		}
	}
}

func TestANewAddressEndsTheLinksThatWentToTheOldOne(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	token := resetToken(t, h, ada)
	confirm(h, confirmToken(t, h, h.SignedIn(ada), email, newAddress)).Require(200, "")
	reset(h, token, extraSession).Require(410, "link_expired")
	reset(h, resetToken(t, h, newAddress), extraSession).Require(200, "")
}

func TestANewAddressForgivesNoWrongPassword(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	token := confirmToken(t, h, h.SignedIn(ada), email, newAddress)
	for range 3 {
		withPassword(h, ada, "certainly not this one").Require(401, "credentials_rejected")
	}
	confirm(h, token).Require(200, "")
	if left := withPassword(h, newAddress, "certainly not this one").Require(401, "").Int("attempts_left"); left != 1 {
		t.Errorf("%d attempts are left, want 1", left)
	}
}

func TestAProfileIsWhatThePersonChooses(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	id := h.AddAccount(ada)
	script := h.SignedIn(ada)
	a := script.Do("PATCH", account, JSON{"display_name": "  Zoe\u0308 🔐 ", "language": "de"}).Require(200, "")
	if a.Text("display_name") != "Zoë 🔐" || a.Text("language") != "de" || a.Text("email") != ada {
		t.Errorf("got %s", a.Body)
	}
	before := len(kinds(t, h, id))
	for _, body := range []JSON{{}, {"language": "de"}, {"display_name": "Zoë 🔐"}} {
		script.Do("PATCH", account, body).Require(200, "")
	}
	if got := kinds(t, h, id); len(got) != before || got[0] != "profile.changed" {
		t.Errorf("the activity is %v, want one change", got)
	}
	for what, name := range map[string]string{
		"65 code points": strings.Repeat("é", 65), "a line break": "Ada\nBcc: eve", "a control": "Ada\u009b", "a line separator": "Ada\u2028Bcc: eve",
		"longer in NFC": strings.Repeat("\u0958", 33), // two code points each
	} {
		t.Run(what, func(t *testing.T) {
			wantPointer(t, script.WithT(t).Do("PATCH", account, JSON{"display_name": name}).Require(400, "invalid_request"), "/display_name")
		})
	}
	wantPointer(t, script.Do("PATCH", account, JSON{"language": "tlh"}).Require(400, "invalid_request"), "/language")
	if got := script.Do("GET", account, nil); got.Text("display_name") != "Zoë 🔐" || got.Text("language") != "de" {
		t.Errorf("got %s", got.Body)
	}
	if got := script.Do("PATCH", account, JSON{"display_name": " "}).Require(200, "").Text("display_name"); got != "" {
		t.Errorf("without a name it is %q", got)
	}
	long := strings.Repeat("🔐", 64)
	if got := script.Do("PATCH", account, JSON{"display_name": long}).Require(200, "").Text("display_name"); got != long {
		t.Errorf("got %q", got)
	}
	changeTo(script, email, newAddress).Require(202, "")
	if got := mailed(t, h, "email_change_asked", ada).Name; got != long {
		t.Errorf("the mail is to %q", got)
	}
}

func TestTheServiceSaysWhatItCanDo(t *testing.T) {
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

func TestAnAccountInvitesTenNewAddressesAnHour(t *testing.T) {
	t.Parallel()
	h := withMail(t, "TWOFOLD_ADDRESS_MAILS=2")
	h.AddAccount(ada)
	c := h.SignedIn(ada)
	ask := func(token string) apptest.Response {
		return c.Do("PUT", "/api/v1/account/notice-email", JSON{"email": "stranger@example.com"}, "Step-Up-Token", token)
	}
	ask(stepUp(c, "account.email")).Require(202, "")
	ask(stepUp(c, "account.email")).Require(202, "")
	token := stepUp(c, "account.email")
	if got := ask(token).Require(429, "too_many_requests").Header.Get("Retry-After"); got != "3600" {
		t.Errorf("Retry-After is %s, want an hour", got)
	}
	h.Clock.Advance(4 * time.Minute)
	ask(token).Require(429, "too_many_requests") // and nothing spent it
	h.Clock.Advance(time.Hour - 4*time.Minute)
	c = h.SignedIn(ada)
	ask(stepUp(c, "account.email")).Require(202, "")
}

func TestASecondAddressDecidesNothingAboutItself(t *testing.T) {
	t.Parallel()
	h := withMail(t)
	h.AddAccount(ada)
	c := h.SignedIn(ada)
	second := "second@example.com"
	c.Do("PUT", "/api/v1/account/notice-email", JSON{"email": second}, "Step-Up-Token", stepUp(c, "account.email")).Require(202, "")
	confirm := JSON{"token": mailed(t, h, "confirm_notice_email", second).token("confirm_address")}
	h.Script("").Do("POST", "/api/v1/account/address-confirmations", confirm).Require(200, "")
	c.Do("DELETE", "/api/v1/account/notice-email", nil, "Step-Up-Token", stepUp(c, "account.email")).Require(200, "")
	for _, kind := range []string{"notice_email_changed", "notice_email_removed"} {
		if mailed(t, h, kind, ada).token("not_me") == "" {
			t.Errorf("%s: who signs in cannot deny it", kind)
		}
		if token := mailed(t, h, kind, second).token("not_me"); token != "" {
			t.Errorf("%s: the second address can deny it", kind)
		}
	}
}
