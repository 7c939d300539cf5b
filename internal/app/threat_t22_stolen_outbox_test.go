package app_test

import (
	"testing"

	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/test/apptest"
)

func TestT22_StolenDatabase_PendingMailSealed(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := h.OpenDatabase(t)
	reset := secret.Random("tf_l_")
	h.Enqueue(notify.Notice{
		Kind: notify.PasswordResetDone, AccountID: id, Name: "canary-of-a-name", To: []string{"canary@example.net"},
		Links: []notify.Action{{Purpose: maillink.ResetPassword, Token: reset}},
	})
	found := apptest.Secrets{"the link's token": reset.Reveal(), "the address": "canary@example.net", "the name": "canary-of-a-name"}
	db.WantOutbox(t, 1, 0, 0)
	found.WantNotStored(t, h)
	m := h.Mail("canary@example.net")
	found["the other link's token"] = apptest.Token(m.Link("/not-me"))
	if m.Link("/reset-password") != h.URL+"/reset-password#"+reset.Reveal() || found["the other link's token"] == "" {
		t.Fatalf("the mail has only the links %v", m.Links)
	}
	found.WantNotStored(t, h)
	db.WantOutbox(t, 0, 1, 0) // the contents of sent mails are deleted
}

func TestT22_StolenDatabase_MovedMessage(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	victim, attacker := h.AddAccount(ada), h.AddAccount(bob)
	db := h.OpenDatabase(t)
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: victim})
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: attacker})
	db.MustExec(t, `UPDATE outbox SET sealed = (SELECT sealed FROM outbox WHERE account_id = ?) WHERE account_id = ?`, victim, attacker)
	if sent := h.Deliver(); sent != 1 || len(h.Mailbox.To(ada)) != 1 || len(h.Mailbox.To(bob)) != 0 {
		t.Errorf("%d mails were sent, %d to one and %d to the other, want only the victim's own", sent, len(h.Mailbox.To(ada)), len(h.Mailbox.To(bob)))
	}
	db.WantOutbox(t, 1, 1, 0)
}
