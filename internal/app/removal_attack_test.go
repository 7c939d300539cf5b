package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// The attack scenarios of docs/lost-everything.md.

func TestMFARemoval_PasswordAlone(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.pass(72*time.Hour + 7*24*time.Hour) // ada ignores the mails
	if l.active() || !l.enabled() {
		t.Error("MFA is disabled, or the removal is in progress")
	}
}

func TestMFARemoval_MailboxAlone(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.resetPassword()
	mallory := l.Script("")
	token := mallory.SignIn(ada, JSON{"password": apptest.NewPassword, "deliver": "token"}).Require(202, "").Text("sign_in_token")
	a := mallory.Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token}).Require(409, "removal_unavailable")
	if a.Text("reason") != "password_reset" {
		t.Errorf("the reason is %s", a.Body)
	}
	l.Clock.Advance(30*24*time.Hour - time.Minute)
	token = mallory.SignIn(ada, JSON{"password": apptest.NewPassword, "deliver": "token"}).Require(202, "").Text("sign_in_token")
	mallory.Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token}).Require(409, "removal_unavailable")
	l.Clock.Advance(time.Minute)
	mallory.Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token}).Require(202, "")
}

func TestMFARemoval_EndedByPasswordReset(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.pass(72 * time.Hour)
	token := l.link(ada, "complete-removal")
	l.resetPassword()
	l.Script("").Do("POST", apptest.PathCompleteRemoval, JSON{"token": token}).Require(410, "link_expired")
	l.tick()
	if l.active() {
		t.Error("the removal is still in progress")
	}
}

// An attacker with the password and the mailbox succeeds unless ada signs in with her phone once in three days.
func TestMFARemoval_CancelledBySignIn(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.pass(71 * time.Hour)
	l.SignedIn(ada, JSON{"code": l.phone.Code()})
	l.pass(30 * time.Hour)
	if l.link(ada, "complete-removal") != "" || l.active() {
		t.Fatal("Ada's sign-in did not cancel the removal")
	}
	l.request().Require(409, "removal_unavailable")
}

// A stolen session with two factors can neither shorten the removal nor redirect its last mail.
func TestMFARemoval_StolenSession(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	for _, c := range []struct{ method, path string }{
		{"PUT", "/api/v1/account/email"}, {"PUT", "/api/v1/account/notice-email"},
	} {
		l.script.Do(c.method, c.path, JSON{"email": "mallory@example.net"}).Require(401, "step_up_required")
	}
	l.script.Do("DELETE", "/api/v1/account/notice-email", nil).Require(401, "step_up_required")
	l.script.StepUp("account.email").Require(401, "code_required")
	if !l.active() {
		t.Error("refused requests cancelled the removal")
	}
}

// While failed attempts keep ada from signing in, the removal is paused.
func TestMFARemoval_PausedByBackoff(t *testing.T) {
	t.Parallel()
	for what, failAttempts := range map[string]func(l *lostFactorFixture){
		"of the code": func(l *lostFactorFixture) {
			for range 5 {
				l.CompleteSignIn(l.PendingSignIn(ada), l.phone.Wrong())
			}
		},
		"of the recovery codes": func(l *lostFactorFixture) {
			for range 5 {
				l.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": l.PendingSignIn(ada), "recovery_code": "0000-0000-0000-0000"})
			}
		},
		"of codes that cancel": func(l *lostFactorFixture) {
			token := l.PendingSignIn(ada)
			for range 5 {
				l.Script("").Do("POST", apptest.PathCancelRemovalByCode, JSON{"sign_in_token": token, "code": l.phone.Wrong()})
			}
		},
		"of the password": func(l *lostFactorFixture) {
			for range 5 {
				l.Script("").SignIn(ada, JSON{"password": "not her password, certainly"})
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l := newLostFactorFixture(t)
			l.request().Require(202, "")
			l.Deliver()
			failAttempts(l)
			l.Clock.Advance(20 * time.Second)
			l.tick()
			shown := l.script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
			if shown.Value("removal", "stopped") != true || shown.Value("removal", "remaining_seconds") != float64(72*3600) {
				t.Errorf("the removal is %s", shown.Body)
			}
			l.Clock.Advance(time.Minute)
			l.tick()
			l.Clock.Advance(time.Minute)
			l.tick()
			shown = l.script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
			if shown.Value("removal", "stopped") != false || shown.Value("removal", "remaining_seconds") != float64(72*3600-60) {
				t.Errorf("after the backoff the removal is %s", shown.Body)
			}
		})
	}
}

// The removal is paused while the mail server accepts nothing, and continues when the mails are delivered.
func TestMFARemoval_PausedWithoutMail(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.Mailbox.Reject(450)
	l.request().Require(202, "")
	l.pass(5 * 24 * time.Hour)
	if a := l.request().Require(202, ""); a.Value("stopped") != true || a.Int("remaining_seconds") != 72*3600 {
		t.Errorf("after five days without mail the removal is %s", a.Body)
	}
	l.Mailbox.Accept()
	l.Clock.Advance(time.Hour) // the delay of the next retry
	l.Deliver()
	l.pass(time.Hour)
	if a := l.request().Require(202, ""); a.Value("stopped") != false || a.Int("remaining_seconds") != 71*3600 {
		t.Errorf("after an hour with mail the removal is %s", a.Body)
	}
}

// The link works only after every mail has been delivered.
func TestMFARemoval_CompletionWaitsForMails(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.pass(72 * time.Hour)
	token := l.link(ada, "complete-removal")
	l.Mailbox.Reject(450)
	l.pass(24 * time.Hour) // a reminder is pending
	l.Script("").Do("POST", apptest.PathCompleteRemoval, JSON{"token": token}).Require(503, "unavailable")
	l.Mailbox.Accept()
	l.pass(2 * time.Hour)
	l.Script("").Do("POST", apptest.PathCompleteRemoval, JSON{"token": token}).Require(200, "")
}

func TestMFARemoval_DowntimeNotCounted(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.Deliver()
	l.Clock.Advance(10 * 24 * time.Hour)
	l.tick()
	if a := l.request().Require(202, ""); a.Int("remaining_seconds") != 71*3600 {
		t.Errorf("after ten days without a running server the removal is %s", a.Body)
	}
}

// Without the password, the response discloses neither whether removals are enabled nor whether one is in progress.
func TestMFARemoval_HiddenWithoutPassword(t *testing.T) {
	t.Parallel()
	with := newLostFactorFixture(t)
	with.request().Require(202, "")
	without := apptest.Start(t)
	without.NewUser(ada).WithTOTP()
	for name, h := range map[string]*apptest.Server{"in progress": with.Server, "disabled": without} {
		for what, body := range map[string]any{
			"no token": nil, "another": JSON{"sign_in_token": "tf_i_another"}, "a session's": JSON{"sign_in_token": with.script.Bearer},
		} {
			if a := h.Script("").Do("POST", apptest.PathRemoval, body); a.Code() != "sign_in_expired" {
				t.Errorf("%s, %s: got %d %s", name, what, a.Status, a.Body)
			}
		}
	}
	a := without.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": without.PendingSignIn(ada)}).Require(409, "removal_unavailable")
	if a.Text("reason") != "off" {
		t.Errorf("without mail the reason is %s", a.Body)
	}
	off := newLostFactorFixture(t, "TWOFOLD_REMOVAL_DELAY=0")
	if a := off.request().Require(409, "removal_unavailable"); a.Text("reason") != "off" {
		t.Errorf("with removals disabled the reason is %s", a.Body)
	}
}

func TestMFARemoval_OtherCarrier(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	browser := l.Browser()
	browser.SignIn(ada).Require(202, "")
	token := browser.Cookie("twofold_signin")
	l.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token}).Require(410, "sign_in_expired")
	script := l.Browser()
	script.SetCookie("twofold_signin", l.PendingSignIn(ada))
	script.Do("POST", apptest.PathRemoval, nil).Require(410, "sign_in_expired")
	if l.active() {
		t.Error("a removal was requested")
	}
	l.Clock.Advance(5 * time.Minute)
	browser.Do("POST", apptest.PathRemoval, nil).Require(410, "sign_in_expired")
}

func TestMFARemoval_ConcurrentRequests(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	l := newLostFactorFixture(t)
	token := l.PendingSignIn(ada)
	before := len(l.Mails(ada))
	responses := apptest.Concurrently(20, func(int) apptest.Response {
		return l.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token})
	})
	apptest.WantOutcomes(t, responses, map[string]int{"202": 20})
	if n := len(l.Mails(ada)) - before; n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	l.CompleteSignIn(token, l.phone.Code()).Require(201, "") // the pending sign-in is still valid
}

func TestMFARemoval_AddressLimit(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t, "TWOFOLD_IP_SIGN_IN_LIMIT=5")
	l.Clock.Advance(time.Minute)
	token := l.PendingSignIn(ada)
	ask := func() apptest.Response {
		return l.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token})
	}
	for range 4 {
		ask().Require(202, "")
	}
	ask().Require(429, "too_many_requests")
}
