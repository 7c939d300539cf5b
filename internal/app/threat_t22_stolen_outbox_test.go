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
	db := database(t, h)
	reset := secret.Random("tf_l_")
	post(t, h, notify.Notice{
		Kind: notify.PasswordResetDone, AccountID: id, Name: "canary-of-a-name", To: []string{"canary@example.net"},
		Links: []notify.Action{{Purpose: maillink.ResetPassword, Token: reset}},
	})
	found := secretMarkers{"the link's token": reset.Reveal(), "the address": "canary@example.net", "the name": "canary-of-a-name"}
	wantOutbox(t, db, 1, 0, 0)
	wantNothingKept(t, h, found)
	m := h.Mail("canary@example.net")
	found["the other link's token"] = apptest.Token(m.Link("/not-me"))
	if m.Link("/reset-password") != h.URL+"/reset-password#"+reset.Reveal() || found["the other link's token"] == "" {
		t.Fatalf("the mail has the links %v: the run proves nothing", m.Links)
	}
	wantNothingKept(t, h, found)
	wantOutbox(t, db, 0, 1, 0) // and of what was sent nothing is left to open
}

func TestT22_StolenDatabase_MovedMessage(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	victim, thief := h.AddAccount(ada), h.AddAccount(bob)
	db := database(t, h)
	post(t, h, notify.Notice{Kind: notify.PasswordChanged, AccountID: victim})
	post(t, h, notify.Notice{Kind: notify.PasswordChanged, AccountID: thief})
	execute(t, db, `UPDATE outbox SET sealed = (SELECT sealed FROM outbox WHERE account_id = ?) WHERE account_id = ?`, victim, thief)
	if sent := h.Deliver(); sent != 1 || len(h.Mailbox.To(ada)) != 1 || len(h.Mailbox.To(bob)) != 0 {
		t.Errorf("%d mails were sent, %d to the one and %d to the other, want only the victim's own", sent, len(h.Mailbox.To(ada)), len(h.Mailbox.To(bob)))
	}
	wantOutbox(t, db, 1, 1, 0)
}
