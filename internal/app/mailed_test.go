package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestMailedLinks_FollowedByUser(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, "TWOFOLD_SUPPORT=it-help@example.com")
	h.AddAccount(ada)
	if a := h.Script("").Do("GET", "/api/v1/service", nil); a.Value("mail") != true || a.Text("support") != "it-help@example.com" {
		t.Errorf("the service is %s", a.Body)
	}
	h.RequestPasswordReset(ada)
	link := h.MailedLink(ada, "/reset-password")
	if !strings.HasPrefix(link, h.URL+"/reset-password#") {
		t.Fatalf("the mail links to %q:\n%s", link, h.Mail(ada).Text)
	}
	h.Browser().Do("POST", apptest.PathCompletePasswordReset, JSON{"token": apptest.Token(link), "new_password": apptest.NewPassword}).Require(200, "")
	if done := h.Mail(ada); !strings.Contains(done.Subject, "password") || done.Link("/reset-password") != "" {
		t.Errorf("the last mail is %s\n%s", done.Subject, done.Text)
	}

	script := h.Script(h.SignInWith(ada, apptest.NewPassword).Require(201, "").Text("session_token"))
	script.ChangeAddress(apptest.PathEmail, newAddress, JSON{"password": apptest.NewPassword}).Require(202, "")
	link = h.MailedLink(newAddress, "/confirm-address")
	for _, m := range h.Mails(ada) {
		if m.Link("/confirm-address") != "" {
			t.Errorf("the old address can confirm the new one:\n%s", m.Text)
		}
	}
	h.ConfirmAddress(apptest.Token(link)).Require(200, "")
	for _, to := range []string{ada, newAddress} {
		if got := h.Mail(to); !strings.Contains(got.Text, newAddress) || got.Link("/confirm-address") != "" {
			t.Errorf("%s: subject %s\n%s", to, got.Subject, got.Text)
		}
	}
	h.SignInWith(newAddress, apptest.NewPassword).Require(201, "")
}

func TestPasswordReset_UnknownAddressGetsNoMail(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	for _, address := range []string{unknownEmail, "ada@example.co", "xada@example.com"} {
		h.RequestPasswordReset(address)
	}
	h.Deliver()
	if all := h.Mailbox.All(); len(all) > 0 {
		t.Errorf("mails were sent: %+v", all)
	}
}

func TestPasswordReset_ResolvedInBackground(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	arrived := make(chan apptest.Mail, 1)
	h.Mailbox.OnDelivery(func(m apptest.Mail) { arrived <- m })
	h.RequestPasswordReset(ada)
	ctx, stop := context.WithCancel(context.Background())
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		h.App.RunWorkers(ctx)
	}()
	defer func() {
		stop()
		<-worked
	}()
	select {
	case m := <-arrived:
		h.ResetPassword(apptest.Token(m.Link("/reset-password")), apptest.NewPassword).Require(200, "")
	case <-time.After(time.Minute):
		t.Error("no mail was received")
	}
}

func TestT30_MailInjection_DisplayName(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	script.Do("PATCH", apptest.PathAccount, JSON{"display_name": "Ada <eve@evil.example>, <b>x</b> https://evil.example"}).Require(200, "")
	script.ChangeAddress(apptest.PathEmail, "o'ada+x@new.example").Require(202, "")
	h.RequestPasswordReset(ada)
	h.Deliver()
	all := h.Mailbox.All()
	if len(all) != 3 {
		t.Errorf("%d mails, want an invitation, a notice and a reset", len(all))
	}
	for _, m := range all {
		if len(m.To) != 1 || strings.Contains(strings.Join(m.To, " "), "evil") {
			t.Errorf("%s goes to %v", m.Subject, m.To)
		}
		for name, values := range m.Header {
			if strings.Contains(strings.Join(values, " "), "evil") || name == "Bcc" || name == "Cc" {
				t.Errorf("%s: %v", name, values)
			}
		}
		for _, l := range m.Links {
			if !strings.HasPrefix(l, h.URL+"/") {
				t.Errorf("%s links to %s", m.Subject, l)
			}
		}
		if strings.Contains(m.HTML, "<b>x") {
			t.Errorf("a name is not escaped in the HTML of %s", m.Subject)
		}
	}
}
