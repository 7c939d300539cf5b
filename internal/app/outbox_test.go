package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/test/apptest"
)

func TestMailDelivery_RetryBackoff(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := h.OpenDatabase(t)
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: id, Topic: "topic"})
	tries := func() (n int) {
		if err := db.QueryRow(`SELECT tries FROM outbox`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	h.Mailbox.Reject(450)
	for i, wait := range []time.Duration{
		0, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, time.Hour, time.Hour,
	} {
		h.Clock.Advance(wait - 1)
		if wait > 0 {
			h.Deliver()
		}
		if got := tries(); got != i {
			t.Errorf("%d attempts just before the end of backoff %d, want %d", got, i, i)
		}
		h.Clock.Advance(1)
		if sent := h.Deliver(); sent != 0 || tries() != i+1 {
			t.Errorf("%d sent in %d attempts after backoff %d, want none in %d", sent, tries(), i, i+1)
		}
	}
	if done, err := h.App.Notices.Delivered(context.Background(), "topic"); err != nil || done {
		t.Errorf("delivered is %v, %v, want false", done, err)
	}
	h.Mailbox.Accept()
	h.Clock.Advance(time.Hour)
	h.Mail(ada)
	db.WantOutbox(t, 0, 1, 0)
	if done, err := h.App.Notices.Delivered(context.Background(), "topic"); err != nil || !done {
		t.Errorf("delivered is %v, %v, want true", done, err)
	}
}

func TestMailDelivery_GivenUpAfterSevenDays(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := h.OpenDatabase(t)
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: id, Topic: "topic"})
	h.Mailbox.Reject(450)
	h.Deliver()
	h.Clock.Advance(7*24*time.Hour - 1)
	h.Deliver()
	db.WantOutbox(t, 1, 0, 0)
	h.Clock.Advance(time.Hour)
	h.Deliver()
	wantGivenUp(t, h, db, id)
}

func TestMailDelivery_GivenUpAtOnceWhenRejectedForGood(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: id, Topic: "topic"})
	h.Mailbox.Reject(550)
	h.Deliver()
	wantGivenUp(t, h, h.OpenDatabase(t), id)
}

// wantGivenUp checks that the only mail was given up, is not sent any more, and is in the activity.
func wantGivenUp(t *testing.T, h *apptest.Server, db *apptest.Database, id string) {
	t.Helper()
	db.WantOutbox(t, 0, 0, 1)
	h.Mailbox.Accept()
	h.Clock.Advance(24 * time.Hour)
	if mails := h.Mails(ada); len(mails) > 0 {
		t.Errorf("a mail that was given up was sent: %s", mails[0].Subject)
	}
	entries, err := h.App.Notices.Audit.Entries(context.Background(), id, "", 1)
	if err != nil || len(entries) != 1 || entries[0].Kind != audit.NoticeUndelivered || entries[0].Reason != string(notify.PasswordChanged) {
		t.Errorf("the newest activity entry is %+v, %v, want %s", entries, err, audit.NoticeUndelivered)
	}
	if log := h.Log.String(); !strings.Contains(log, `"msg":"notice given up"`) || strings.Contains(log, ada) {
		t.Errorf("logged: %v, with the recipient: %v", strings.Contains(log, "given up"), strings.Contains(log, ada))
	}
	if done, err := h.App.Notices.Delivered(context.Background(), "topic"); err != nil || done {
		t.Errorf("delivered is %v, %v, want false for a mail that was given up", done, err)
	}
}

func TestMailDelivery_SenderAndEHLO(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		settings   []string
		ehlo, from string
	}{
		{nil, "[127.0.0.1]", "twofold@localhost"},
		{[]string{"TWOFOLD_PUBLIC_URL=https://account.example.com"}, "account.example.com", "twofold@account.example.com"},
		{[]string{"TWOFOLD_PUBLIC_URL=https://192.0.2.10"}, "[192.0.2.10]", "twofold@[192.0.2.10]"},
		{[]string{"TWOFOLD_PUBLIC_URL=https://[2001:db8::1]"}, "[IPv6:2001:db8::1]", "twofold@[IPv6:2001:db8::1]"},
		{[]string{"TWOFOLD_MAIL_FROM=Bücher <konto@bücher.example>"}, "xn--bcher-kva.example", "konto@xn--bcher-kva.example"},
		{[]string{"TWOFOLD_SMTP_EHLO=mail.example.com"}, "mail.example.com", "twofold@localhost"},
	} {
		h := apptest.StartWithMail(t, c.settings...)
		h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: h.AddAccount(ada)})
		if m := h.Mail(ada); m.EHLO != c.ehlo || m.From != c.from {
			t.Errorf("%v: EHLO %s from %s, want EHLO %s from %s", c.settings, m.EHLO, m.From, c.ehlo, c.from)
		}
	}
}

func TestMailDelivery_WithoutEncryption(t *testing.T) {
	t.Parallel()
	box := apptest.NewMailbox(t)
	h := apptest.Start(t, box.Setting()+"?tls=off")
	h.Mailbox = box
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: h.AddAccount(ada)})
	h.Mail(ada)
	if !strings.Contains(h.Log.String(), "mails are sent unencrypted") {
		t.Error("the log does not mention it")
	}
}

func TestMailDelivery_MailConfiguredLater(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	id := h.AddAccount(ada)
	db := h.OpenDatabase(t)
	ctx := context.Background()
	for range 2 {
		if mails, err := h.App.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordChanged, AccountID: id}); err != nil || mails != 0 {
			t.Errorf("enqueue: %d mails, %v, want none without a mail server", mails, err)
		}
		h.Deliver()
		h.Clock.Advance(12 * time.Hour)
	}
	db.WantOutbox(t, 2, 0, 0)
	h.Clock.Advance(time.Second)
	h.Stop()
	box := apptest.NewMailbox(t)
	again := apptest.StartIn(t, h.Dir, h.Clock, box.Setting())
	if sent := again.Deliver(); sent != 1 {
		t.Errorf("%d mails were sent, want only that of the last day", sent)
	}
	db.WantOutbox(t, 0, 1, 1)
	if entries, err := again.App.Notices.Audit.Entries(ctx, id, "", 1); err != nil || len(entries) != 1 || entries[0].Kind == audit.NoticeUndelivered {
		t.Errorf("the newest activity entry is %+v, %v, want none about undelivered mail", entries, err)
	}
}

func TestMailDelivery_SeveralProcesses(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	servers := []*apptest.Server{h}
	for range 3 {
		servers = append(servers, apptest.StartIn(t, h.Dir, h.Clock, h.Mailbox.Setting()))
	}
	const mails = 24
	for i := range mails {
		h.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: fmt.Sprintf("Phone %d", i)})
	}
	var working sync.WaitGroup
	for _, server := range servers {
		working.Go(func() { server.Deliver() })
	}
	working.Wait()
	seen := make(map[string]bool)
	for _, m := range h.Mailbox.To(ada) {
		seen[m.Header.Get("Message-ID")] = true
	}
	if got := len(h.Mailbox.All()); got != mails || len(seen) != mails {
		t.Errorf("%d mails arrived, %d different ones, want %d", got, len(seen), mails)
	}
}

func TestMailDelivery_ClaimLease(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: id})
	ctx, now := context.Background(), h.Clock.Now()
	m, claimed, err := h.App.Notices.Store.Claim(ctx, now, now.Add(time.Minute)) // as if this process died then
	if err != nil || !claimed || m.Tries != 1 {
		t.Fatalf("claim: %+v, %v, %v", m, claimed, err)
	}
	h.Clock.Advance(time.Minute - 1)
	if sent := h.Deliver(); sent != 0 {
		t.Errorf("%d sent while another process has the claim", sent)
	}
	h.Clock.Advance(1)
	if sent := h.Deliver(); sent != 1 {
		t.Errorf("%d sent after the claim expired, want 1", sent)
	}
	if err := h.App.Notices.Store.Retry(ctx, m, now); err != nil {
		t.Error(err)
	}
	if sent := h.Deliver(); sent != 0 {
		t.Errorf("the mail was sent again after the claim expired")
	}
}

func TestMailDelivery_WorkerSurvivesFailures(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := h.OpenDatabase(t)
	real := h.App.Notices.Sender
	broken := make(chan string, 100)
	h.App.Notices.Sender = senderFunc(func(ctx context.Context, m notify.Mail) error {
		if strings.Contains(m.Text, "Tablet") {
			broken <- m.ID
			panic(m.To)
		}
		return real.Send(ctx, m)
	})
	arrived := make(chan apptest.Mail, 100)
	h.Mailbox.OnDelivery(func(m apptest.Mail) { arrived <- m })
	ctx, stop := context.WithCancel(context.Background())
	worked := make(chan struct{})
	go func() { defer close(worked); h.App.RunWorkers(ctx) }()
	wait := func(arrived <-chan apptest.Mail) {
		t.Helper()
		select {
		case <-arrived:
		case <-time.After(20 * time.Second):
			t.Fatalf("no mail has arrived\n%s", h.Log)
		}
	}
	logged := func(line string, times int) { // the only sign of what the worker does after sending a mail
		t.Helper()
		for end := time.Now().Add(20 * time.Second); strings.Count(h.Log.String(), line) < times; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the log does not contain %d times %q\n%s", times, line, h.Log)
			}
		}
	}

	h.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Tablet"})
	<-broken
	h.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Phone"})
	wait(arrived)
	logged("notice sent", 1)

	db.MustExec(t, `ALTER TABLE outbox RENAME TO hidden_outbox`)
	h.App.Notices.Wake()
	logged("mail delivery failed", 1)
	db.MustExec(t, `ALTER TABLE hidden_outbox RENAME TO outbox`)
	h.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Phone"})
	wait(arrived)

	// The worker also finds notices of another process, which cannot wake it.
	other := apptest.StartIn(t, h.Dir, h.Clock, h.Mailbox.Setting())
	other.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Phone"})
	wait(arrived)
	if strings.Contains(h.Log.String(), ada) {
		t.Error("the log has the recipient of the failed mail")
	}

	logged("notice sent", 3)
	held := h.Mailbox.Stall()
	h.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Laptop"})
	wait(held)
	stop()
	select {
	case <-worked:
	case <-time.After(10 * time.Second):
		t.Error("the worker does not stop while the mail server stalls")
	}
	if waiting, _, _ := db.OutboxCounts(t); waiting != 2 {
		t.Errorf("%d mails are pending for the next start, want 2: the one that panicked, and the stalled one\n%s", waiting, h.Log)
	}
}

// senderFunc is a mail sender.
type senderFunc func(ctx context.Context, m notify.Mail) error

func (s senderFunc) Send(ctx context.Context, m notify.Mail) error { return s(ctx, m) }

func TestMailDelivery_Timeout(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, "TWOFOLD_SMTP_TIMEOUT=200ms")
	id := h.AddAccount(ada)
	h.Enqueue(notify.Notice{Kind: notify.PasswordChanged, AccountID: id})
	h.Mailbox.Stall()
	if sent := h.Deliver(); sent != 0 {
		t.Errorf("%d mails were sent to a stalled server", sent)
	}
	h.Mailbox.Accept()
	h.Clock.Advance(5 * time.Second)
	if sent := h.Deliver(); sent != 1 {
		t.Errorf("%d sent after the stall, want 1", sent)
	}
}

func TestNotice_UnknownAccount(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	if _, err := h.App.Notices.Enqueue(context.Background(), notify.Notice{Kind: notify.PasswordChanged, AccountID: apptest.UnknownID}); err == nil {
		t.Error("a mail was enqueued")
	}
	if err := h.App.Notices.Store.MarkSent(context.Background(), apptest.UnknownID, h.Clock.Now()); err != nil {
		t.Errorf("marking an unknown mail: %v", err)
	}
}
