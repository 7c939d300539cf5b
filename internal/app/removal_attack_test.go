package app_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// The scenarios of docs/lost-everything.md.

func TestThePasswordAloneRemovesNothing(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	l.pass(72*time.Hour + 7*24*time.Hour) // all mail goes to Ada
	if l.underWay() || !l.on() {
		t.Error("MFA is off, or the removal goes on")
	}
}

func TestTheMailboxAloneRemovesNothing(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	resetByMail(l)
	mallory := l.Script("")
	token := mallory.SignIn(ada, JSON{"password": newPassword, "deliver": "token"}).Require(202, "").Text("sign_in_token")
	a := mallory.Do("POST", removal, JSON{"sign_in_token": token}).Require(409, "removal_unavailable")
	if a.Text("reason") != "password_reset" {
		t.Errorf("the reason is %s", a.Body)
	}
	l.Clock.Advance(30*24*time.Hour - time.Minute)
	token = mallory.SignIn(ada, JSON{"password": newPassword, "deliver": "token"}).Require(202, "").Text("sign_in_token")
	mallory.Do("POST", removal, JSON{"sign_in_token": token}).Require(409, "removal_unavailable")
	l.Clock.Advance(time.Minute)
	mallory.Do("POST", removal, JSON{"sign_in_token": token}).Require(202, "")
}

func TestAResetOfThePasswordEndsARemovalUnderWay(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	l.pass(72 * time.Hour)
	token := l.link(ada, "complete-removal")
	resetByMail(l)
	l.Script("").Do("POST", completeIt, JSON{"token": token}).Require(410, "link_expired")
	l.tick()
	if l.underWay() {
		t.Error("it goes on")
	}
}

// Who has both, and whose mails nobody else sees, gets there unless Ada uses her phone once in three days.
func TestPasswordAndMailboxTakeThreeDaysInWhichOneSignInWins(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	l.pass(71 * time.Hour)
	l.SignedIn(ada, JSON{"code": l.phone.Code()})
	l.pass(30 * time.Hour)
	if l.link(ada, "complete-removal") != "" || l.underWay() {
		t.Fatal("Ada's sign-in did not stop it")
	}
	l.ask().Require(409, "removal_unavailable")
}

// A stolen session of two factors makes it no shorter, and sends the last mail nowhere else.
func TestAStolenSessionReroutesNothing(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	for _, c := range []struct{ method, path string }{
		{"PUT", "/api/v1/account/email"}, {"PUT", "/api/v1/account/notice-email"},
	} {
		l.script.Do(c.method, c.path, JSON{"email": "mallory@example.net"}).Require(401, "step_up_required")
	}
	l.script.Do("DELETE", "/api/v1/account/notice-email", nil).Require(401, "step_up_required")
	l.script.StepUp("account.email").Require(401, "code_required")
	if !l.underWay() {
		t.Error("the refusals ended it")
	}
}

// Wrong tries keep Ada from signing in, and the time stands still meanwhile.
func TestWhoSpendsTheTriesStopsTheTime(t *testing.T) {
	t.Parallel()
	for what, spend := range map[string]func(l *lostFactorFixture){
		"of the code": func(l *lostFactorFixture) {
			for range 5 {
				completeSignIn(l.Server, pendingSignIn(l.Server, ada), l.phone.Wrong())
			}
		},
		"of the recovery codes": func(l *lostFactorFixture) {
			for range 5 {
				l.Script("").Do("POST", complete, JSON{"sign_in_token": pendingSignIn(l.Server, ada), "recovery_code": "0000-0000-0000-0000"})
			}
		},
		"of codes that cancel": func(l *lostFactorFixture) {
			token := pendingSignIn(l.Server, ada)
			for range 5 {
				l.Script("").Do("POST", cancelByCode, JSON{"sign_in_token": token, "code": l.phone.Wrong()})
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
			l := loseAllFactors(t)
			l.ask().Require(202, "")
			l.Deliver()
			spend(l)
			l.Clock.Advance(20 * time.Second)
			l.tick()
			shown := l.script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
			if shown.Value("removal", "stopped") != true || shown.Value("removal", "remaining_seconds") != float64(72*3600) {
				t.Errorf("it shows %s", shown.Body)
			}
			l.Clock.Advance(time.Minute)
			l.tick()
			l.Clock.Advance(time.Minute)
			l.tick()
			shown = l.script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
			if shown.Value("removal", "stopped") != false || shown.Value("removal", "remaining_seconds") != float64(72*3600-60) {
				t.Errorf("after the wait it shows %s", shown.Body)
			}
		})
	}
}

// A server of mail that takes nothing stops the time; the mails arrive later, and it goes on.
func TestNothingGoesOnWhileMailDoesNotArrive(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.Mailbox.FailInserts(450)
	l.ask().Require(202, "")
	l.pass(5 * 24 * time.Hour)
	if a := l.ask().Require(202, ""); a.Value("stopped") != true || a.Int("remaining_seconds") != 72*3600 {
		t.Errorf("after five days without mail it is %s", a.Body)
	}
	l.Mailbox.Next()
	l.Clock.Advance(time.Hour) // the mails are tried again after that long
	l.Deliver()
	l.pass(time.Hour)
	if a := l.ask().Require(202, ""); a.Value("stopped") != false || a.Int("remaining_seconds") != 71*3600 {
		t.Errorf("after an hour with mail it is %s", a.Body)
	}
}

// Nothing is removed before every mail, the last ones included, has arrived; the link works then.
func TestTheLastLinkWaitsForTheOtherMails(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	l.pass(72 * time.Hour)
	token := l.link(ada, "complete-removal")
	l.Mailbox.FailInserts(450)
	l.pass(24 * time.Hour) // a reminder is on its way
	l.Script("").Do("POST", completeIt, JSON{"token": token}).Require(503, "unavailable")
	l.Mailbox.Next()
	l.pass(2 * time.Hour)
	l.Script("").Do("POST", completeIt, JSON{"token": token}).Require(200, "")
}

func TestATimeInWhichTheServerWasDownIsNotCounted(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	l.Deliver()
	l.Clock.Advance(10 * 24 * time.Hour)
	l.tick()
	if a := l.ask().Require(202, ""); a.Int("remaining_seconds") != 71*3600 {
		t.Errorf("after ten days without a server it is %s", a.Body)
	}
}

// Who does not have the password learns nothing: neither whether removals are offered nor whether one is under way.
func TestWithoutThePasswordEveryAnswerIsTheSame(t *testing.T) {
	t.Parallel()
	with := loseAllFactors(t)
	with.ask().Require(202, "")
	without := apptest.Start(t)
	withMFA(without, ada)
	for name, h := range map[string]*apptest.Server{"under way": with.Server, "off": without} {
		for what, body := range map[string]any{
			"no token": nil, "another": JSON{"sign_in_token": "tf_i_another"}, "a session's": JSON{"sign_in_token": with.script.Bearer},
		} {
			if a := h.Script("").Do("POST", removal, body); a.Code() != "sign_in_expired" {
				t.Errorf("%s, %s: got %d %s", name, what, a.Status, a.Body)
			}
		}
	}
	a := without.Script("").Do("POST", removal, JSON{"sign_in_token": pendingSignIn(without, ada)}).Require(409, "removal_unavailable")
	if a.Text("reason") != "off" {
		t.Errorf("without mail the reason is %s", a.Body)
	}
	off := loseAllFactors(t, "TWOFOLD_REMOVAL_DELAY=0")
	if a := off.ask().Require(409, "removal_unavailable"); a.Text("reason") != "off" {
		t.Errorf("switched off, the reason is %s", a.Body)
	}
}

func TestASignInTokenAsksThroughItsOwnCarrierOnly(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	browser := l.Browser()
	browser.SignIn(ada).Require(202, "")
	token := browser.Cookie("twofold_signin")
	l.Script("").Do("POST", removal, JSON{"sign_in_token": token}).Require(410, "sign_in_expired")
	script := l.Browser()
	script.SetCookie("twofold_signin", pendingSignIn(l.Server, ada))
	script.Do("POST", removal, nil).Require(410, "sign_in_expired")
	if l.underWay() {
		t.Error("one was asked for")
	}
	l.Clock.Advance(5 * time.Minute)
	browser.Do("POST", removal, nil).Require(410, "sign_in_expired")
}

func TestManyWhoAskAtOnceGetOneRemoval(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	l := loseAllFactors(t)
	token := pendingSignIn(l.Server, ada)
	before := len(l.Mails(ada))
	answers := apptest.Concurrently(20, func(int) apptest.Response {
		return l.Script("").Do("POST", removal, JSON{"sign_in_token": token})
	})
	wantTally(t, answers, map[string]int{"202": 20})
	if n := len(l.Mails(ada)) - before; n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	completeSignIn(l.Server, token, l.phone.Code()).Require(201, "") // the sign-in stayed
}

func TestAskingIsBoundedPerAddress(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t, "TWOFOLD_IP_SIGN_IN_LIMIT=5")
	l.Clock.Advance(time.Minute)
	token := pendingSignIn(l.Server, ada)
	ask := func() apptest.Response { return l.Script("").Do("POST", removal, JSON{"sign_in_token": token}) }
	for range 4 {
		ask().Require(202, "")
	}
	ask().Require(429, "too_many_requests")
}

// newPassword is what resetByMail sets.
const newPassword = "an otter counts nine lamps tonight"

// resetByMail is a reset of the password by somebody who reads Ada's mail.
func resetByMail(l *lostFactorFixture) {
	l.t.Helper()
	l.Clock.Advance(time.Second)
	l.Script("").Do("POST", "/api/v1/password-resets", JSON{"email": ada}).Require(202, "")
	if err := l.App.Passwords.ProcessResets(context.Background()); err != nil {
		l.t.Fatal(err)
	}
	token := regexp.MustCompile(`reset-password#(tf_l_[\w-]+)`).FindStringSubmatch(l.Mail(ada).Text)
	if token == nil {
		l.t.Fatal("no link to reset the password")
	}
	l.Script("").Do("POST", "/api/v1/password-resets/complete", JSON{"token": token[1], "new_password": newPassword}).Require(200, "")
}
