package app_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

const day = 24 * time.Hour

// Nobody can tell whether what is over is still there.
func TestAPurgeChangesNoAnswer(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(bob)
	browser := h.Browser()
	browser.SignIn(bob).Require(201, "")
	script, phone := withMFA(h, ada)
	pending := pendingSignIn(h, ada)
	token := stepUp(script, "account.email", JSON{"code": phone.Code()})
	script.Do("PUT", "/api/v1/account/notice-email", JSON{"email": adasOther}, "Step-Up-Token", token).Require(202, "")
	h.Script("").Do("POST", "/api/v1/password-resets", JSON{"email": ada}).Require(202, "")
	if err := h.App.Passwords.ProcessResets(context.Background()); err != nil {
		t.Fatal(err)
	}
	reset := apptest.Token(h.Mail(ada).Link("reset-password"))
	confirm := apptest.Token(h.Mail(adasOther).Link("confirm-address"))
	h.Clock.Advance(31 * day)
	again := h.SignedIn(ada, JSON{"code": phone.Code()})

	ask := func() []string {
		return []string{
			seen(browser.Do("GET", current, nil).Require(401, "session_required")),
			seen(script.Do("GET", current, nil).Require(401, "session_required")),
			seen(completeSignIn(h, pending, phone.Wrong()).Require(410, "sign_in_expired")),
			seen(again.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(401, "step_up_required")),
			seen(h.Script("").Do("POST", "/api/v1/password-resets/complete", JSON{"token": reset, "new_password": apptest.Password}).Require(410, "link_expired")),
			seen(h.Script("").Do("POST", "/api/v1/account/address-confirmations", JSON{"token": confirm}).Require(410, "link_expired")),
			seen(again.Do("GET", "/api/v1/account", nil).Require(200, "")),
			seen(again.Do("GET", "/api/v1/sessions", nil).Require(200, "")),
			seen(again.Do("GET", "/api/v1/mfa", nil).Require(200, "")),
		}
	}
	before := ask()
	purged := purge(t, h)
	for _, table := range []string{"sessions", "sign_ins", "pending_addresses", "links", "link_mails", "outbox"} {
		if n := count(t, h, "SELECT count(*) FROM "+table); n > map[string]int{"sessions": 1, "links": 1, "outbox": 1}[table] {
			t.Errorf("%d rows of %s are left, though nothing but a session and its notice is young: %v", n, table, purged)
		}
	}
	for i, after := range ask() {
		if after != before[i] {
			t.Errorf("answer %d was\n%s\n\nand is\n%s", i+1, before[i], after)
		}
	}
}

// An enrollment's end is told once, whoever finds it; and while its session lives, that it is over and not that it never was.
func TestAnEnrollmentThatNobodyConfirmedIsToldOfBeforeItGoes(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		settings []string
		found    bool // by the person, before the purge
		after    time.Duration
		left     bool
	}{
		"found by nobody":         {nil, false, day + 10*time.Minute, false},
		"found by who began it":   {nil, true, day + 10*time.Minute, false},
		"a moment before":         {nil, false, day + 10*time.Minute - time.Microsecond, true},
		"while its session lives": {[]string{"TWOFOLD_SESSION_AAL1_IDLE=80h", "TWOFOLD_SESSION_AAL1_ABSOLUTE=80h"}, false, 79 * time.Hour, true},
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
			purge(t, h)
			if left := count(t, h, "SELECT count(*) FROM enrollments") == 1; left != c.left {
				t.Errorf("it is there: %v, want %v", left, c.left)
			}
			if c.left && what == "while its session lives" {
				script.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
			} else if told := count(t, h, "SELECT count(*) FROM activity WHERE account_id = ? AND kind = 'enrollment.expired' AND name <> ''", id); (told == 1) == c.left {
				t.Errorf("its end is told %d times", told)
			}
		})
	}
}

// Years of silence do not make the next sign-in an account's first, of which there is no news.
func TestAfterYearsASignInFromElsewhereIsStillTold(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	for range 3 {
		h.Browser().SignIn(ada).Require(201, "")
		h.Clock.Advance(time.Minute)
	}
	news := 0
	heard(h, ada, &news)
	for range 3 {
		h.Clock.Advance(year)
		purge(t, h)
	}
	if n := count(t, h, "SELECT count(*) FROM devices"); n != 1 {
		t.Errorf("%d devices are left, want the last one", n)
	}
	h.Browser().SignIn(ada).Require(201, "")
	if got := heard(h, ada, &news); got != newDevice {
		t.Errorf("told %q, want %q", got, newDevice)
	}
	if n := count(t, h, "SELECT count(*) FROM devices"); n != 1 {
		t.Errorf("%d devices after that, want the new one", n)
	}
}

// A removal stands still for a notice that was given up, and for no other reason in this test.
func TestAPurgeDoesNotMoveARemovalThatStandsStill(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t, "TWOFOLD_MAILS_KEPT=1h")
	l.Mailbox.FailInserts(550)
	l.ask().Require(202, "")
	l.pass(8 * day)
	l.Mailbox.Next()
	if _, _, givenUp := outbox(t, database(t, l.Server)); givenUp < 2 {
		t.Fatalf("%d notices were given up, want those to both addresses", givenUp)
	}
	l.Clock.Advance(2 * time.Hour)
	purge(t, l.Server)
	if a := l.ask().Require(202, ""); a.Value("stopped") != true {
		t.Errorf("it goes on: %s", a.Body)
	}
	if _, sent, _ := outbox(t, database(t, l.Server)); sent > 0 {
		t.Errorf("%d mails that were sent are left", sent)
	}
	script := l.SignedIn(ada, JSON{"code": l.phone.Code()}) // and that ends it
	script.Do("GET", current, nil).Require(200, "")
	l.Clock.Advance(2 * time.Hour)
	purge(t, l.Server)
	if _, _, givenUp := outbox(t, database(t, l.Server)); givenUp != 0 {
		t.Errorf("%d notices of a removal that is over are left", givenUp)
	}
	if n := count(t, l.Server, "SELECT count(*) FROM mfa_removals"); n != 1 {
		t.Error("the pause after a cancel is forgotten")
	}
	l.Clock.Advance(31 * day)
	purge(t, l.Server)
	if n := count(t, l.Server, "SELECT count(*) FROM mfa_removals"); n != 0 {
		t.Error("what was cancelled longer ago than the pause is left")
	}
}

func TestOfTwoHousesOverOneFileTheSecondFollowsTheFirstThatDies(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	first := apptest.Start(t)
	first.AddAccount(ada)
	first.SignedIn(ada)
	first.Clock.Advance(3 * day)
	second := apptest.StartIn(t, first.Dir, first.Clock)
	dies := first.App.Retention
	now := first.Clock.Now()
	if taken, err := dies.Store.AcquireLease(context.Background(), "retention", dies.Holder, now, now.Add(time.Minute)); err != nil || !taken {
		t.Fatalf("the first gets %v, %v", taken, err)
	}
	first.Stop()
	if purged := purge(t, second); len(purged) > 0 {
		t.Errorf("the second purged %v while the first holds the lease", purged)
	}
	second.Clock.Advance(time.Minute)
	if purged := purge(t, second); purged["sessions"] != 1 {
		t.Errorf("the second purged %v, want the session", purged)
	}
}

func TestWhatIsOverIsPurgedWhileTheHouseWorks(t *testing.T) {
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
	if n := count(t, h, "SELECT count(*) FROM sessions"); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

// A page that ends with an entry that is purged meanwhile is followed by none: whatever is older went before.
func TestTheActivityEndsWhereItWasPurged(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.SignedIn(ada)
	h.Clock.Advance(year - 2*day)
	h.SignedIn(ada)
	h.Clock.Advance(2*day - time.Hour)
	script := h.SignedIn(ada)
	page := script.Do("GET", "/api/v1/account/activity?limit=3", nil).Require(200, "")
	next, same := page.Text("next_cursor"), seen(page)
	h.Clock.Advance(2 * time.Minute)
	if purge(t, h)["activity"] == 0 {
		t.Fatal("nothing went")
	}
	rest := script.Do("GET", "/api/v1/account/activity?cursor="+next, nil).Require(200, "")
	if items, _ := rest.Value("items").([]any); len(items) != 0 || rest.Value("next_cursor") != nil {
		t.Errorf("after the purge the next page is %s, want an end", rest.Body)
	}
	if again := script.Do("GET", "/api/v1/account/activity?limit=3", nil).Require(200, ""); seen(again) == same {
		t.Errorf("what was purged is still listed: %s", again.Body)
	}
}
