package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/test/apptest"
)

func TestWhoLostEverythingIsBackAfterThreeDaysOfWarnings(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	if on, _ := l.Script("").Do("GET", "/api/v1/service", nil).Require(200, "").Value("mfa_removal").(bool); !on {
		t.Error("the service does not say that MFA can be removed")
	}
	before := map[string]int{ada: len(l.Mails(ada)), adasOther: len(l.Mails(adasOther))}

	browser := l.Browser()
	browser.SignIn(ada).Require(202, "")
	asked := browser.Do("POST", removal, nil).Require(202, "")
	if asked.Int("remaining_seconds") != 72*3600 || asked.Value("ready") != false || asked.Value("stopped") != true {
		t.Errorf("before its notices are sent it is %s", asked.Body)
	}
	l.Deliver()
	again := browser.Do("POST", removal, JSON{}).Require(202, "")
	if again.Value("stopped") != false || again.Text("requested_at") != asked.Text("requested_at") {
		t.Errorf("asking again answered %s", again.Body)
	}
	shown := l.script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if shown.Value("removal", "remaining_seconds") != float64(72*3600) {
		t.Errorf("getMfa shows %s", shown.Body)
	}

	l.pass(72*time.Hour - time.Minute)
	if l.link(ada, "complete-removal") != "" {
		t.Fatal("the last mail came early")
	}
	l.pass(time.Minute)
	want := []string{
		"Request to remove multi-factor authentication from your account",
		"Multi-factor authentication will be removed from your account",
		"Multi-factor authentication will be removed from your account",
		"Multi-factor authentication can now be removed from your account",
	}
	for _, address := range []string{ada, adasOther} {
		if diff := cmp.Diff(want, l.subjects(address, before[address])); diff != "" {
			t.Errorf("mails to %s:\n%s", address, diff)
		}
	}
	if l.link(adasOther, "complete-removal") != "" {
		t.Error("the second address can complete it")
	}
	token := l.link(ada, "complete-removal")
	l.Script("").Do("GET", "/complete-removal", nil).Require(200, "")
	if !l.on() {
		t.Fatal("looking at the link removed MFA")
	}

	done := l.Script("").Do("POST", completeIt, JSON{"token": token}).Require(200, "")
	if done.Int("notices_sent") != 2 || done.Int("recovery_codes_left") != 0 || len(done.SetCookies()) != 0 {
		t.Errorf("the receipt is %s", done.Body)
	}
	l.Script("").Do("POST", completeIt, JSON{"token": token}).Require(410, "link_expired")
	if subjects := l.subjects(adasOther, 0); subjects[len(subjects)-1] != "Multi-factor authentication was removed from your account" {
		t.Errorf("the last mail is %q", subjects[len(subjects)-1])
	}
	if acr := l.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "").Text("acr"); acr != "aal1" {
		t.Errorf("the password alone gives %s", acr)
	}
	l.SignedIn(ada).Enroll() // a new phone
	l.Script("").SignIn(ada, JSON{"code": l.phone.Code()}).Require(401, "code_rejected")
	l.Script("").SignIn(ada, JSON{"recovery_code": l.codes[0]}).Require(401, "code_rejected")
}

func TestEveryWayToCancelARemoval(t *testing.T) {
	t.Parallel()
	fresh := func(l *lostFactorFixture) JSON { return JSON{"sign_in_token": pendingSignIn(l.Server, ada)} }
	with := func(body JSON, name, value string) JSON { body[name] = value; return body }
	for way, cancel := range map[string]func(l *lostFactorFixture) apptest.Response{
		"the link to the first address": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").Do("POST", cancelByLink, JSON{"token": l.link(ada, "cancel-removal")})
		},
		"the link to the second address": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").Do("POST", cancelByLink, JSON{"token": l.link(adasOther, "cancel-removal")})
		},
		"a session of two factors": func(l *lostFactorFixture) apptest.Response { return l.script.Do("DELETE", removal, nil) },
		"a code": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").Do("POST", cancelByCode, with(fresh(l), "code", l.phone.Code()))
		},
		"a recovery code": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").Do("POST", cancelByCode, with(fresh(l), "recovery_code", l.codes[0]))
		},
		"signing in with a code": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").SignIn(ada, JSON{"code": l.phone.Code(), "deliver": "token"})
		},
		"completing a sign-in with a code": func(l *lostFactorFixture) apptest.Response {
			return completeSignIn(l.Server, pendingSignIn(l.Server, ada), l.phone.Code())
		},
		"signing in with a recovery code": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").SignIn(ada, JSON{"recovery_code": l.codes[0], "deliver": "token"})
		},
		"stepping up with a code": func(l *lostFactorFixture) apptest.Response {
			return l.script.StepUp("account.password", JSON{"code": l.phone.Code()})
		},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			l := loseAllFactors(t)
			l.ask().Require(202, "")
			link := l.link(ada, "cancel-removal")
			if a := cancel(l); a.Status >= 300 {
				t.Fatalf("got %d %s", a.Status, a.Body)
			}
			if l.underWay() {
				t.Error("it goes on")
			}
			if shown := l.script.Do("GET", "/api/v1/mfa", nil).Require(200, ""); shown.Value("removal") != nil {
				t.Errorf("getMfa shows %s", shown.Body)
			}
			const cancelled = "The removal of multi-factor authentication was cancelled"
			for _, address := range []string{ada, adasOther} {
				if !slices.Contains(l.subjects(address, 0), cancelled) {
					t.Errorf("%s is not told", address)
				}
			}
			l.Script("").Do("POST", cancelByLink, JSON{"token": link}).Require(410, "link_expired")
			l.script.Do("DELETE", removal, nil).Require(404, "not_found")
			a := l.ask().Require(409, "removal_unavailable")
			if a.Text("reason") != "paused" {
				t.Errorf("the reason is %s", a.Body)
			}
		})
	}
}

func TestACodeThatCancelsIsUsedUp(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	token := pendingSignIn(l.Server, ada)
	code := l.phone.Code()
	answers := apptest.Concurrently(12, func(int) apptest.Response {
		return l.Script("").Do("POST", cancelByCode, JSON{"sign_in_token": token, "code": code})
	})
	won := 0
	for _, a := range answers {
		if a.Status == 204 {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of 12 cancelled it, want 1: %v", won, apptest.CountByOutcome(answers))
	}
	completeSignIn(l.Server, token, code).Require(401, "code_used")
	l.Script("").Do("POST", cancelByCode, JSON{"sign_in_token": token, "code": l.phone.CodeIn(1)}).Require(404, "not_found")
	completeSignIn(l.Server, token, l.phone.CodeIn(1)).Require(201, "") // there was nothing to cancel: it was neither judged nor used
}

func TestARecoveryCodeThatCancelsIsUsedUp(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	token := pendingSignIn(l.Server, ada)
	l.Script("").Do("POST", cancelByCode, JSON{"sign_in_token": token, "recovery_code": l.codes[0]}).Require(204, "")
	l.Script("").Do("POST", complete, JSON{"sign_in_token": token, "recovery_code": l.codes[0]}).Require(401, "")
	l.Script("").Do("POST", complete, JSON{"sign_in_token": token, "recovery_code": l.codes[1]}).Require(201, "")
}

func TestWhatCancelsNothing(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	token := pendingSignIn(l.Server, ada)
	try := func(body JSON) apptest.Response { return l.Script("").Do("POST", cancelByCode, body) }
	try(JSON{"sign_in_token": token, "code": l.phone.Code()}).Require(404, "not_found")
	l.ask().Require(202, "")
	try(JSON{"sign_in_token": token, "code": l.phone.Wrong()}).Require(401, "code_rejected")
	try(JSON{"sign_in_token": token, "recovery_code": "0000-0000-0000-0000"}).Require(401, "code_rejected")
	try(JSON{"sign_in_token": token, "code": l.phone.Code(), "recovery_code": l.codes[0]}).Require(400, "invalid_request")
	try(JSON{"sign_in_token": token}).Require(400, "invalid_request")
	try(JSON{"code": l.phone.Code()}).Require(410, "sign_in_expired")
	try(JSON{"sign_in_token": l.script.Bearer, "code": l.phone.Code()}).Require(410, "sign_in_expired")
	l.Script("").Do("POST", cancelByLink, JSON{"token": "tf_l_nothing"}).Require(410, "link_expired")
	l.Script("").Do("POST", completeIt, JSON{"token": l.link(ada, "cancel-removal")}).Require(410, "link_expired")
	l.Script("").Do("GET", "/cancel-removal", nil).Require(200, "")
	l.AddAccount(bob)
	weak := l.SignedIn(bob)
	weak.Do("DELETE", removal, nil).Require(409, "mfa_required")
	_, bobsPhone := withMFA(l.Server, "bob@example.net")
	strong := l.SignedIn("bob@example.net", JSON{"code": bobsPhone.Code()})
	strong.Do("DELETE", removal, nil).Require(404, "not_found")
	if !l.underWay() {
		t.Error("it was cancelled")
	}
}

func TestFiftyWrongCodesThatCancelAreFiveJudgedOnes(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	l.Deliver()
	token := pendingSignIn(l.Server, ada)
	wrong := l.phone.Wrong()
	answers := apptest.Concurrently(50, func(i int) apptest.Response {
		body := JSON{"sign_in_token": token, "code": wrong}
		if i%2 == 1 {
			body = JSON{"sign_in_token": token, "recovery_code": "0000-0000-0000-0000"}
		}
		return l.Script("").Do("POST", cancelByCode, body)
	})
	wantTally(t, answers, map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 45})
	l.Script("").Do("POST", cancelByCode, JSON{"sign_in_token": token, "code": l.phone.Code()}).Require(429, "too_many_attempts")
	if a := l.ask().Require(202, ""); a.Value("stopped") != true {
		t.Errorf("the time runs while codes wait: %s", a.Body)
	}
	completeSignIn(l.Server, token, l.phone.Code()).Require(201, "") // extraSession budget
	if l.underWay() {
		t.Error("signing in did not cancel it")
	}
}

func TestACodeCancelsWhereSigningInByCodeHasToWait(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t)
	l.ask().Require(202, "")
	for range 5 {
		completeSignIn(l.Server, pendingSignIn(l.Server, ada), l.phone.Wrong()).Require(401, "code_rejected")
	}
	completeSignIn(l.Server, pendingSignIn(l.Server, ada), l.phone.Code()).Require(429, "too_many_attempts")
	l.Script("").Do("POST", cancelByCode, JSON{"sign_in_token": pendingSignIn(l.Server, ada), "code": l.phone.Code()}).Require(204, "")
}
