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

// outbox counts messages that are waiting, sent and given up.
func outbox(t *testing.T, db *apptest.Database) (waiting, sent, givenUp int) {
	t.Helper()
	err := db.QueryRow(`SELECT count(*) FILTER (WHERE sent_at = 0 AND given_up = 0), count(*) FILTER (WHERE sent_at > 0),
		count(*) FILTER (WHERE given_up > 0) FROM outbox`).Scan(&waiting, &sent, &givenUp)
	if err != nil {
		t.Fatal(err)
	}
	return waiting, sent, givenUp
}

func wantOutbox(t *testing.T, db *apptest.Database, waiting, sent, givenUp int) {
	t.Helper()
	if w, s, g := outbox(t, db); w != waiting || s != sent || g != givenUp {
		t.Errorf("the outbox has %d waiting, %d sent, %d given up, want %d, %d, %d", w, s, g, waiting, sent, givenUp)
	}
	var left int
	if err := db.QueryRow(`SELECT count(*) FROM outbox WHERE length(sealed) > 0`).Scan(&left); err != nil || left != waiting {
		t.Errorf("%d messages can still be opened, %v, want the %d that are waiting", left, err, waiting)
	}
}

func TestAMailThatFailsIsTriedAgainAfterGrowingWaits(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := database(t, h)
	post(t, h, notify.Notice{Kind: notify.PasswordChanged, AccountID: id, Topic: "topic"})
	tries := func() (n int) {
		if err := db.QueryRow(`SELECT tries FROM outbox`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	h.Mailbox.FailInserts(450)
	for i, wait := range []time.Duration{
		0, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, time.Hour, time.Hour,
	} {
		h.Clock.Advance(wait - 1)
		if wait > 0 {
			h.Deliver()
		}
		if got := tries(); got != i {
			t.Errorf("%d tries shortly before wait %d is over, want %d", got, i, i)
		}
		h.Clock.Advance(1)
		if sent := h.Deliver(); sent != 0 || tries() != i+1 {
			t.Errorf("%d sent in %d tries after wait %d, want none in %d", sent, tries(), i, i+1)
		}
	}
	if done, err := h.App.Notices.Delivered(context.Background(), "topic"); err != nil || done {
		t.Errorf("delivered is %v, %v, want false", done, err)
	}
	h.Mailbox.Next()
	h.Clock.Advance(time.Hour)
	h.Mail(ada)
	wantOutbox(t, db, 0, 1, 0)
	if done, err := h.App.Notices.Delivered(context.Background(), "topic"); err != nil || !done {
		t.Errorf("delivered is %v, %v, want true", done, err)
	}
}

func TestAMailIsGivenUpAfterSevenDaysAndTheActivitySaysSo(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := database(t, h)
	post(t, h, notify.Notice{Kind: notify.PasswordChanged, AccountID: id, Topic: "topic"})
	h.Mailbox.FailInserts(550)
	h.Deliver()
	h.Clock.Advance(7*24*time.Hour - 1)
	h.Deliver()
	wantOutbox(t, db, 1, 0, 0)
	h.Clock.Advance(time.Hour)
	h.Deliver()
	wantOutbox(t, db, 0, 0, 1)
	h.Mailbox.Next()
	h.Clock.Advance(24 * time.Hour)
	if mails := h.Mails(ada); len(mails) > 0 {
		t.Errorf("a mail that was given up was sent: %s", mails[0].Subject)
	}
	entries, err := h.App.Notices.Audit.Entries(context.Background(), id, "", 1)
	if err != nil || len(entries) != 1 || entries[0].Kind != audit.NoticeUndelivered || entries[0].Reason != string(notify.PasswordChanged) {
		t.Errorf("the newest of the activity is %+v, %v, want %s", entries, err, audit.NoticeUndelivered)
	}
	if log := h.Log.String(); !strings.Contains(log, `"msg":"notice given up"`) || strings.Contains(log, ada) {
		t.Errorf("the log says it: %v, and to whom: %v", strings.Contains(log, "given up"), strings.Contains(log, ada))
	}
	if done, err := h.App.Notices.Delivered(context.Background(), "topic"); err != nil || done {
		t.Errorf("delivered is %v, %v: what is given up never is", done, err)
	}
}

func TestNoticesFromBeforeMailWasConfiguredAreSentForADay(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	id := h.AddAccount(ada)
	db := database(t, h)
	ctx := context.Background()
	for range 2 {
		if mails, err := h.App.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordChanged, AccountID: id}); err != nil || mails != 0 {
			t.Errorf("post: %d mails, %v: none are sent here", mails, err)
		}
		h.Deliver()
		h.Clock.Advance(12 * time.Hour)
	}
	wantOutbox(t, db, 2, 0, 0)
	h.Clock.Advance(time.Second)
	h.Stop()
	box := apptest.NewMailbox(t)
	again := apptest.StartIn(t, h.Dir, h.Clock, box.Setting())
	if sent := again.Deliver(); sent != 1 {
		t.Errorf("%d mails were sent, want the one of the last day", sent)
	}
	wantOutbox(t, db, 0, 1, 1)
	if entries, err := again.App.Notices.Audit.Entries(ctx, id, "", 1); err != nil || len(entries) != 1 || entries[0].Kind == audit.NoticeUndelivered {
		t.Errorf("the newest of the activity is %+v, %v: without mail nothing was undelivered", entries, err)
	}
}

func TestSeveralProcessesSendEachMailOnce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	houses := []*apptest.Server{h}
	for range 3 {
		houses = append(houses, apptest.StartIn(t, h.Dir, h.Clock, h.Mailbox.Setting()))
	}
	const mails = 24
	for i := range mails {
		post(t, h, notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: fmt.Sprintf("Phone %d", i)})
	}
	var working sync.WaitGroup
	for _, house := range houses {
		working.Go(func() { house.Deliver() })
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

func TestAClaimKeepsOthersOffUntilItIsOver(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	post(t, h, notify.Notice{Kind: notify.PasswordChanged, AccountID: id})
	ctx, now := context.Background(), h.Clock.Now()
	m, claimed, err := h.App.Notices.Store.Claim(ctx, now, now.Add(time.Minute)) // and then this process dies
	if err != nil || !claimed || m.Tries != 1 {
		t.Fatalf("claim: %+v, %v, %v", m, claimed, err)
	}
	h.Clock.Advance(time.Minute - 1)
	if sent := h.Deliver(); sent != 0 {
		t.Errorf("%d sent while another has it", sent)
	}
	h.Clock.Advance(1)
	if sent := h.Deliver(); sent != 1 {
		t.Errorf("%d sent when the claim is over, want 1", sent)
	}
	if err := h.App.Notices.Store.Retry(ctx, m, now); err != nil {
		t.Error(err)
	}
	if sent := h.Deliver(); sent != 0 {
		t.Errorf("who claimed it first had it sent again")
	}
}

func TestTheWorkerSendsAtOnceAndOutlivesAnything(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := database(t, h)
	real := h.App.Notices.Sender
	broken := make(chan string, 100)
	h.App.Notices.Sender = sender(func(ctx context.Context, m notify.Mail) error {
		if strings.Contains(m.Text, "Tablet") {
			broken <- m.ID
			panic(m.To)
		}
		return real.Send(ctx, m)
	})
	arrived := make(chan apptest.Mail, 100)
	h.Mailbox.Delivered(func(m apptest.Mail) { arrived <- m })
	ctx, stop := context.WithCancel(context.Background())
	worked := make(chan struct{})
	go func() { defer close(worked); h.App.RunWorkers(ctx) }()
	wait := func(arrived <-chan apptest.Mail) {
		t.Helper()
		select {
		case <-arrived:
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing has arrived\n%s", h.Log)
		}
	}
	logged := func(line string, times int) { // what the worker does after it has sent a mail has no other sign
		t.Helper()
		for end := time.Now().Add(20 * time.Second); strings.Count(h.Log.String(), line) < times; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the log does not say %d times %q\n%s", times, line, h.Log)
			}
		}
	}

	post(t, h, notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Tablet"})
	<-broken
	post(t, h, notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Phone"})
	wait(arrived)
	logged("notice sent", 1)

	execute(t, db, `ALTER TABLE outbox RENAME TO elsewhere`)
	h.App.Notices.Wake()
	logged("mail delivery failed", 1)
	execute(t, db, `ALTER TABLE elsewhere RENAME TO outbox`)
	post(t, h, notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Phone"})
	wait(arrived)

	// Another process has no worker to wake here: it is found all the same.
	other := apptest.StartIn(t, h.Dir, h.Clock, h.Mailbox.Setting())
	post(t, other, notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Phone"})
	wait(arrived)
	if strings.Contains(h.Log.String(), ada) {
		t.Error("the log says to whom a mail was that broke the sender")
	}

	logged("notice sent", 3)
	held := h.Mailbox.Stall()
	post(t, h, notify.Notice{Kind: notify.MethodAdded, AccountID: id, Name: "Laptop"})
	wait(held)
	stop()
	select {
	case <-worked:
	case <-time.After(10 * time.Second):
		t.Error("the worker does not stop while a mail server says nothing")
	}
	if waiting, _, _ := outbox(t, db); waiting != 2 {
		t.Errorf("%d mails wait for the next start, want 2: the one that broke, and the one that hung\n%s", waiting, h.Log)
	}
}

// sender is a function that sends.
type sender func(ctx context.Context, m notify.Mail) error

func (s sender) Send(ctx context.Context, m notify.Mail) error { return s(ctx, m) }

func TestAMailServerThatSaysNothingHoldsAMailForItsTimeoutOnly(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, "TWOFOLD_SMTP_TIMEOUT=200ms")
	id := h.AddAccount(ada)
	post(t, h, notify.Notice{Kind: notify.PasswordChanged, AccountID: id})
	h.Mailbox.Stall()
	if sent := h.Deliver(); sent != 0 {
		t.Errorf("%d sent to a server that says nothing", sent)
	}
	h.Mailbox.Next()
	h.Clock.Advance(5 * time.Second)
	if sent := h.Deliver(); sent != 1 {
		t.Errorf("%d sent once it answers, want 1", sent)
	}
}

func TestANoticeOfNobodyIsAnError(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	if _, err := h.App.Notices.Enqueue(context.Background(), notify.Notice{Kind: notify.PasswordChanged, AccountID: unknownID}); err == nil {
		t.Error("it was posted")
	}
	if err := h.App.Notices.Store.MarkSent(context.Background(), unknownID, h.Clock.Now()); err != nil {
		t.Errorf("marking what is not there: %v", err)
	}
}
