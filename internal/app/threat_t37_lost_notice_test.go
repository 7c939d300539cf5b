package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT37_LostNotice_ChangeRolledBack(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := h.OpenDatabase(t)
	hidden := func(table string) func() func() {
		return func() func() {
			db.MustExec(t, `ALTER TABLE `+table+` RENAME TO hidden`)
			return func() { db.MustExec(t, `ALTER TABLE hidden RENAME TO `+table) }
		}
	}
	for what, broken := range map[string]func() (mend func()){
		"no outbox":              hidden("outbox"),
		"no links":               hidden("links"),
		"an outbox that is full": func() func() { return db.FailInserts(t, "outbox") },
	} {
		mend := broken()
		if err := h.ChangePasswordWithNotice(id, apptest.NewPassword); err == nil {
			t.Errorf("%s: the change happened", what)
		}
		mend()
	}
	h.Script("").SignIn(ada, JSON{"password": apptest.NewPassword}).Require(401, "credentials_rejected")
	h.Script("").SignIn(ada).Require(201, "")
	if mails := h.Mails(ada); len(mails) > 0 {
		t.Errorf("a notice of a rolled-back change was sent: %s", mails[0].Subject)
	}
	if err := h.ChangePasswordWithNotice(id, apptest.NewPassword); err != nil {
		t.Fatal(err)
	}
	h.Script("").SignIn(ada, JSON{"password": apptest.NewPassword}).Require(201, "")
	h.Mail(ada)
}

func TestT37_LostNotice_MailOutage(t *testing.T) {
	t.Parallel()
	for outage, begin := range map[string]func(*apptest.Mailbox){
		"it is down":                   func(b *apptest.Mailbox) { b.Close() },
		"it refuses for now":           func(b *apptest.Mailbox) { b.Reject(451) },
		"it refuses to relay":          func(b *apptest.Mailbox) { b.Reject(530) },
		"it refuses this host":         func(b *apptest.Mailbox) { b.RejectEHLO(550) },
		"mail server does not respond": func(b *apptest.Mailbox) { b.Stall() },
	} {
		t.Run(outage, func(t *testing.T) {
			t.Parallel()
			h := apptest.StartWithMail(t, "TWOFOLD_SMTP_TIMEOUT=300ms")
			id := h.AddAccount(ada)
			begin(h.Mailbox)
			if err := h.ChangePasswordWithNotice(id, apptest.NewPassword); err != nil {
				t.Fatalf("the change waits for the mail server: %v", err)
			}
			h.Script("").SignIn(ada, JSON{"password": apptest.NewPassword}).Require(201, "")
			for range 5 {
				h.Deliver()
				h.Clock.Advance(time.Hour)
			}
			if n := len(h.Mailbox.All()); n > 0 {
				t.Fatalf("%d mails arrived while the mail server fails", n)
			}
			h.Stop() // the next process continues
			h.Mailbox.Accept()
			if outage == "it is down" {
				if err := h.Mailbox.Open(); err != nil {
					t.Fatal(err)
				}
			}
			again := apptest.StartIn(t, h.Dir, h.Clock, h.Mailbox.Setting())
			if sent := again.Deliver(); sent != 1 {
				t.Errorf("%d mails were sent, want 1", sent)
			}
			if got := h.Mailbox.To(ada); len(got) == 0 || got[len(got)-1].Subject != "Your password was changed" {
				t.Errorf("got %v", got)
			}
		})
	}
}
