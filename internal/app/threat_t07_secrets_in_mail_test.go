package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/test/apptest"
)

func TestT07_Secrets_MailNotLogged(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	url := strings.Replace(box.URL(), "smtp://", "smtp://mailuser:canary-of-the-mail-server@", 1)
	h := apptest.Start(t, "TWOFOLD_SMTP_URL="+url, "TWOFOLD_SMTP_TIMEOUT=200ms")
	h.Mailbox = box
	id := h.AddAccount(ada)
	reset := secret.Random("tf_l_")
	notice := notify.Notice{
		Kind: notify.MethodAdded, AccountID: id, Subject: apptest.UnknownID, Name: "canary-of-a-name", To: []string{ada, "not an address of " + bob},
		Links: []notify.Action{{Purpose: maillink.ResetPassword, Token: reset}},
	}
	h.Enqueue(notice)
	h.Deliver() // fails, because the mail server has no AUTH
	if len(box.All()) > 0 {
		t.Fatal("a mail was sent without signing in to the mail server")
	}
	h.Stop()

	again := apptest.StartIn(t, h.Dir, h.Clock, box.Setting(), "TWOFOLD_SMTP_TIMEOUT=200ms")
	again.Mailbox = box
	for _, trouble := range []func(){
		func() { box.Reject(450) }, func() { box.Reject(550) }, func() { again.Enqueue(notice); box.Accept(); box.Stall() }, box.Close, // 550 gave up the first
		func() {
			if err := box.Open(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		trouble()
		again.Clock.Advance(time.Hour)
		again.Deliver()
	}
	again.Clock.Advance(8 * 24 * time.Hour)
	again.Deliver()
	m := again.Mail(ada)
	found := apptest.Secrets{
		"the reset link's token": reset.Reveal(), "the not-me link's token": apptest.Token(m.Link("/not-me")), "an address": ada,
		"another": bob, "the mail server's password": "canary-of-the-mail-server", "a name in a mail": "canary-of-a-name",
	}
	for what, text := range found {
		if text == "" {
			t.Fatalf("no secret is listed for %s", what)
		}
	}
	log := h.Log.String() + again.Log.String()
	found.WantAbsent(t, "the log", log)
	for _, line := range []string{`"notice not sent yet"`, `"notice given up"`, `"notice sent"`, "replied 450", "replied 550", "sign in"} {
		if !strings.Contains(log, line) {
			t.Errorf("the log does not contain %s, so the test covers too little", line)
		}
	}
}
