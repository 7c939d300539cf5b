package app_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// Responses do not disclose whether expired rows were purged.
func TestPurge_ResponsesUnchanged(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(bob)
	browser := h.Browser()
	browser.SignIn(bob).Require(201, "")
	script, phone := h.NewUser(ada).WithTOTP().Session()
	pending := h.PendingSignIn(ada)
	token := script.StepUpToken("account.email", JSON{"code": phone.Code()})
	script.Do("PUT", "/api/v1/account/notice-email", JSON{"email": secondAddress}, "Step-Up-Token", token).Require(202, "")
	h.Script("").Do("POST", "/api/v1/password-resets", JSON{"email": ada}).Require(202, "")
	if err := h.App.Passwords.ProcessResets(context.Background()); err != nil {
		t.Fatal(err)
	}
	reset := apptest.Token(h.MailedLink(ada, "reset-password"))
	confirm := apptest.Token(h.MailedLink(secondAddress, "confirm-address"))
	h.Clock.Advance(31 * day)
	again := h.SignedIn(ada, JSON{"code": phone.Code()})

	ask := func() []string {
		return []string{
			browser.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required").Comparable(),
			script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required").Comparable(),
			h.CompleteSignIn(pending, phone.Wrong()).Require(410, "sign_in_expired").Comparable(),
			again.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required").Comparable(),
			h.Script("").Do("POST", "/api/v1/password-resets/complete", JSON{"token": reset, "new_password": apptest.Password}).Require(410, "link_expired").Comparable(),
			h.Script("").Do("POST", "/api/v1/account/address-confirmations", JSON{"token": confirm}).Require(410, "link_expired").Comparable(),
			again.Do("GET", "/api/v1/account", nil).Require(200, "").Comparable(),
			again.Do("GET", "/api/v1/sessions", nil).Require(200, "").Comparable(),
			again.Do("GET", "/api/v1/mfa", nil).Require(200, "").Comparable(),
		}
	}
	before := ask()
	purged := h.Purge()
	for _, table := range []string{"sessions", "sign_ins", "pending_addresses", "links", "link_mails", "outbox"} {
		if n := h.Count("SELECT count(*) FROM " + table); n > map[string]int{"sessions": 1, "links": 1, "outbox": 1}[table] {
			t.Errorf("%d expired rows of %s are left: %v", n, table, purged)
		}
	}
	for i, after := range ask() {
		if after != before[i] {
			t.Errorf("response %d was\n%s\n\nbefore the purge and is\n%s", i+1, before[i], after)
		}
	}
}

// The expiry of an enrollment is recorded once, by the user's request or by the purge. While its session is valid, the
// response is 410 and not 404.
func TestPurge_RecordsExpiredEnrollment(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		settings []string
		found    bool // by a request, before the purge
		after    time.Duration
		left     bool
	}{
		"not found":                  {nil, false, day + 10*time.Minute, false},
		"found by its user":          {nil, true, day + 10*time.Minute, false},
		"just before":                {nil, false, day + 10*time.Minute - time.Microsecond, true},
		"while its session is valid": {[]string{"TWOFOLD_SESSION_AAL1_IDLE=80h", "TWOFOLD_SESSION_AAL1_ABSOLUTE=80h"}, false, 79 * time.Hour, true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t, c.settings...)
			id := h.AddAccount(ada)
			script := h.SignedIn(ada)
			phone := script.Begin()
			if c.found {
				h.Clock.Advance(10 * time.Minute)
				script.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
				h.Clock.Advance(-10 * time.Minute)
			}
			h.Clock.Advance(c.after)
			h.Purge()
			if left := h.Count("SELECT count(*) FROM enrollments") == 1; left != c.left {
				t.Errorf("the enrollment exists: %v, want %v", left, c.left)
			}
			if c.left && what == "while its session is valid" {
				script.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
			} else if n := h.Count("SELECT count(*) FROM activity WHERE account_id = ? AND kind = 'enrollment.expired' AND name <> ''", id); (n == 1) == c.left {
				t.Errorf("the expiry is recorded %d times", n)
			}
		})
	}
}

// After years without one, the next sign-in is not the account's first, which would send no notice.
func TestPurge_KeepsLastDevice(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	for range 3 {
		h.Browser().SignIn(ada).Require(201, "")
		h.Clock.Advance(time.Minute)
	}
	news := 0
	h.NewSubjects(ada, &news)
	for range 3 {
		h.Clock.Advance(year)
		h.Purge()
	}
	if n := h.Count("SELECT count(*) FROM devices"); n != 1 {
		t.Errorf("%d devices are left, want the last one", n)
	}
	h.Browser().SignIn(ada).Require(201, "")
	if got := h.NewSubjects(ada, &news); got != apptest.SubjectNewDevice {
		t.Errorf("got the notices %q, want %q", got, apptest.SubjectNewDevice)
	}
	if n := h.Count("SELECT count(*) FROM devices"); n != 1 {
		t.Errorf("%d devices after the sign-in, want the new one", n)
	}
}

// The removal is paused because its notices were given up.
func TestPurge_PausedRemoval(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t, "TWOFOLD_MAILS_KEPT=1h")
	l.Mailbox.Reject(550)
	l.request().Require(202, "")
	l.pass(8 * day)
	l.Mailbox.Accept()
	if _, _, givenUp := l.OpenDatabase(t).OutboxCounts(t); givenUp < 2 {
		t.Fatalf("%d notices were given up, want one per address", givenUp)
	}
	l.Clock.Advance(2 * time.Hour)
	l.Purge()
	if a := l.request().Require(202, ""); a.Value("stopped") != true {
		t.Errorf("the removal is not paused: %s", a.Body)
	}
	if _, sent, _ := l.OpenDatabase(t).OutboxCounts(t); sent > 0 {
		t.Errorf("%d sent mails are left", sent)
	}
	script := l.SignedIn(ada, JSON{"code": l.phone.Code()}) // which cancels the removal
	script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	l.Clock.Advance(2 * time.Hour)
	l.Purge()
	if _, _, givenUp := l.OpenDatabase(t).OutboxCounts(t); givenUp != 0 {
		t.Errorf("%d notices of an ended removal are left", givenUp)
	}
	if n := l.Count("SELECT count(*) FROM mfa_removals"); n != 1 {
		t.Error("the cooldown after a cancel was purged")
	}
	l.Clock.Advance(31 * day)
	l.Purge()
	if n := l.Count("SELECT count(*) FROM mfa_removals"); n != 0 {
		t.Error("a removal cancelled before the cooldown is left")
	}
}

func TestPurge_LeaseTakeover(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	first := apptest.Start(t)
	first.AddAccount(ada)
	first.SignedIn(ada)
	first.Clock.Advance(3 * day)
	second := apptest.StartIn(t, first.Dir, first.Clock)
	crashed := first.App.Retention
	now := first.Clock.Now()
	if acquired, err := crashed.Store.AcquireLease(context.Background(), "retention", crashed.Holder, now, now.Add(time.Minute)); err != nil || !acquired {
		t.Fatalf("the first process acquires the lease: %v, %v", acquired, err)
	}
	first.Stop()
	if purged := second.Purge(); len(purged) > 0 {
		t.Errorf("the second purged %v while the first holds the lease", purged)
	}
	second.Clock.Advance(time.Minute)
	if purged := second.Purge(); purged["sessions"] != 1 {
		t.Errorf("the second purged %v, want the session", purged)
	}
}

func TestPurge_InBackground(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.SignedIn(ada)
	h.Clock.Advance(3 * day)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		h.App.RunWorkers(ctx)
	}()
	for ctx.Err() == nil && !strings.Contains(h.Log.String(), `"msg":"purged expired rows","sessions":1`) {
		runtime.Gosched()
	}
	stop()
	<-worked
	if n := h.Count("SELECT count(*) FROM sessions"); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

// If the last entry of a page was purged, the next page is empty, because all older entries were purged too.
func TestListActivity_EndsAtPurge(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.SignedIn(ada)
	h.Clock.Advance(year - 2*day)
	h.SignedIn(ada)
	h.Clock.Advance(2*day - time.Hour)
	script := h.SignedIn(ada)
	page := script.Do("GET", "/api/v1/account/activity?limit=3", nil).Require(200, "")
	next, same := page.Text("next_cursor"), page.Comparable()
	h.Clock.Advance(2 * time.Minute)
	if h.Purge()["activity"] == 0 {
		t.Fatal("nothing was purged")
	}
	rest := script.Do("GET", "/api/v1/account/activity?cursor="+next, nil).Require(200, "")
	if items, _ := rest.Value("items").([]any); len(items) != 0 || rest.Value("next_cursor") != nil {
		t.Errorf("after the purge the next page is %s, want an end", rest.Body)
	}
	if again := script.Do("GET", "/api/v1/account/activity?limit=3", nil).Require(200, ""); again.Comparable() == same {
		t.Errorf("purged entries are still listed: %s", again.Body)
	}
}
