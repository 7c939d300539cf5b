package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"twofold/internal/notify"
	"twofold/internal/test/apptest"
)

func TestNotice_MailedOnCommit(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	added := notify.Notice{Kind: notify.MethodAdded, AccountID: id, Subject: apptest.UnknownID, Name: "Phone"}

	refused := errors.New("the change does not happen")
	err := h.App.Notices.Store.InTx(context.Background(), func(ctx context.Context) error {
		if mails, err := h.App.Notices.Enqueue(ctx, added); err != nil || mails != 1 {
			t.Errorf("enqueue: %d mails, %v, want 1", mails, err)
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Fatalf("got %v, want the error of the change", err)
	}
	if mails := h.Mails(ada); len(mails) != 0 {
		t.Fatalf("a notice of a rolled-back change was sent: %s", mails[0].Text)
	}

	h.Enqueue(added)
	if sent := h.Deliver(); sent != 1 {
		t.Errorf("%d mails were sent, want 1", sent)
	}
	m := h.Mail(ada)
	if len(h.Mailbox.All()) != 1 || len(m.To) != 1 {
		t.Errorf("%d mails arrived, the last to %v, want one with one recipient", len(h.Mailbox.All()), m.To)
	}
	for _, want := range []string{"“Phone”", "23 November 2026, 09:30 UTC", "192.0.2.7", "Firefox on Linux", "This was not me", h.URL + "/not-me#tf_l_"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the mail does not contain %q:\n%s", want, m.Text)
		}
	}
	if got := m.Link("/not-me"); !strings.Contains(m.HTML, `<a href="`+got+`">`) {
		t.Errorf("the HTML part does not link to %s:\n%s", got, m.HTML)
	}
	for header, want := range map[string]string{
		"From": `"Twofold" <twofold@localhost>`, "To": "<" + ada + ">", "Auto-Submitted": "auto-generated", "Reply-To": "", "User-Agent": "", "X-Mailer": "",
		"Date": "Mon, 23 Nov 2026 09:30:05 +0000", "Subject": "A new authenticator app was added to your account",
	} {
		if got := m.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if id := m.Header.Get("Message-ID"); !strings.HasSuffix(id, "@localhost>") || len(id) < 40 {
		t.Errorf("Message-ID is %q, want an id at the public host", id)
	}
	h.Clock.Advance(30 * 24 * time.Hour)
	if sent := h.Deliver(); sent != 0 {
		t.Errorf("%d mails were sent again", sent)
	}
}
