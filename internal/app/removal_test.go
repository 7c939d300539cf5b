package app_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/test/apptest"
)

func TestMFARemoval_CompletedAfterThreeDays(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	if on, _ := l.Script("").Do("GET", "/api/v1/service", nil).Require(200, "").Value("mfa_removal").(bool); !on {
		t.Error("the service does not show that MFA can be removed")
	}
	before := map[string]int{ada: len(l.Mails(ada)), secondAddress: len(l.Mails(secondAddress))}

	browser := l.Browser()
	browser.SignIn(ada).Require(202, "")
	asked := browser.Do("POST", apptest.PathRemoval, nil).Require(202, "")
	if asked.Int("remaining_seconds") != 72*3600 || asked.Value("ready") != false || asked.Value("stopped") != true {
		t.Errorf("before its notices are sent the removal is %s", asked.Body)
	}
	l.Deliver()
	again := browser.Do("POST", apptest.PathRemoval, JSON{}).Require(202, "")
	if again.Value("stopped") != false || again.Text("requested_at") != asked.Text("requested_at") {
		t.Errorf("a second request returned %s", again.Body)
	}
	shown := l.script.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if shown.Value("removal", "remaining_seconds") != float64(72*3600) {
		t.Errorf("getMfa shows %s", shown.Body)
	}

	l.pass(72*time.Hour - time.Minute)
	if l.link(ada, "complete-removal") != "" {
		t.Fatal("the completion mail was sent early")
	}
	l.pass(time.Minute)
	want := []string{
		"Request to remove multi-factor authentication from your account",
		"Multi-factor authentication will be removed from your account",
		"Multi-factor authentication will be removed from your account",
		"Multi-factor authentication can now be removed from your account",
	}
	for _, address := range []string{ada, secondAddress} {
		if diff := cmp.Diff(want, l.subjects(address, before[address])); diff != "" {
			t.Errorf("mails to %s:\n%s", address, diff)
		}
	}
	if l.link(secondAddress, "complete-removal") != "" {
		t.Error("the mail to the second address has a completion link")
	}
	token := l.link(ada, "complete-removal")
	l.Script("").Do("GET", "/complete-removal", nil).Require(200, "")
	if !l.enabled() {
		t.Fatal("reading the link removed MFA")
	}

	done := l.Script("").Do("POST", apptest.PathCompleteRemoval, JSON{"token": token}).Require(200, "")
	if done.Int("notices_sent") != 2 || done.Int("recovery_codes_left") != 0 || len(done.SetCookies()) != 0 {
		t.Errorf("the receipt is %s", done.Body)
	}
	l.Script("").Do("POST", apptest.PathCompleteRemoval, JSON{"token": token}).Require(410, "link_expired")
	if subjects := l.subjects(secondAddress, 0); subjects[len(subjects)-1] != "Multi-factor authentication was removed from your account" {
		t.Errorf("the last mail is %q", subjects[len(subjects)-1])
	}
	if acr := l.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "").Text("acr"); acr != "aal1" {
		t.Errorf("the session by password alone is %s", acr)
	}
	l.SignedIn(ada).Enroll() // a new phone
	l.Script("").SignIn(ada, JSON{"code": l.phone.Code()}).Require(401, "code_rejected")
	l.Script("").SignIn(ada, JSON{"recovery_code": l.codes[0]}).Require(401, "code_rejected")
}

func TestMFARemoval_EveryCancelMethod(t *testing.T) {
	t.Parallel()
	fresh := func(l *lostFactorFixture) JSON { return JSON{"sign_in_token": l.PendingSignIn(ada)} }
	with := func(body JSON, name, value string) JSON { body[name] = value; return body }
	for way, cancel := range map[string]func(l *lostFactorFixture) apptest.Response{
		"the link to the first address": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").Do("POST", apptest.PathCancelRemovalByLink, JSON{"token": l.link(ada, "cancel-removal")})
		},
		"the link to the second address": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").Do("POST", apptest.PathCancelRemovalByLink, JSON{"token": l.link(secondAddress, "cancel-removal")})
		},
		"a session of two factors": func(l *lostFactorFixture) apptest.Response { return l.script.Do("DELETE", apptest.PathRemoval, nil) },
		"a code": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").Do("POST", apptest.PathCancelRemovalByCode, with(fresh(l), "code", l.phone.Code()))
		},
		"a recovery code": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").Do("POST", apptest.PathCancelRemovalByCode, with(fresh(l), "recovery_code", l.codes[0]))
		},
		"signing in with a code": func(l *lostFactorFixture) apptest.Response {
			return l.Script("").SignIn(ada, JSON{"code": l.phone.Code(), "deliver": "token"})
		},
		"completing a sign-in with a code": func(l *lostFactorFixture) apptest.Response {
			return l.CompleteSignIn(l.PendingSignIn(ada), l.phone.Code())
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
			l := newLostFactorFixture(t)
			l.request().Require(202, "")
			link := l.link(ada, "cancel-removal")
			if a := cancel(l); a.Status >= 300 {
				t.Fatalf("got %d %s", a.Status, a.Body)
			}
			if l.active() {
				t.Error("the removal is still in progress")
			}
			if shown := l.script.Do("GET", "/api/v1/mfa", nil).Require(200, ""); shown.Value("removal") != nil {
				t.Errorf("getMfa shows %s", shown.Body)
			}
			const cancelled = "The removal of multi-factor authentication was cancelled"
			for _, address := range []string{ada, secondAddress} {
				if !slices.Contains(l.subjects(address, 0), cancelled) {
					t.Errorf("%s gets no notice", address)
				}
			}
			l.Script("").Do("POST", apptest.PathCancelRemovalByLink, JSON{"token": link}).Require(410, "link_expired")
			l.script.Do("DELETE", apptest.PathRemoval, nil).Require(404, "not_found")
			a := l.request().Require(409, "removal_unavailable")
			if a.Text("reason") != "paused" {
				t.Errorf("the reason is %s", a.Body)
			}
		})
	}
}

func TestMFARemoval_CancelCodeUsedOnce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	token := l.PendingSignIn(ada)
	code := l.phone.Code()
	responses := apptest.Concurrently(12, func(int) apptest.Response {
		return l.Script("").Do("POST", apptest.PathCancelRemovalByCode, JSON{"sign_in_token": token, "code": code})
	})
	won := 0
	for _, a := range responses {
		if a.Status == 204 {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of 12 requests cancelled the removal, want 1: %v", won, apptest.CountByOutcome(responses))
	}
	l.CompleteSignIn(token, code).Require(401, "code_used")
	l.Script("").Do("POST", apptest.PathCancelRemovalByCode, JSON{"sign_in_token": token, "code": l.phone.CodeIn(1)}).Require(404, "not_found")
	l.CompleteSignIn(token, l.phone.CodeIn(1)).Require(201, "") // with nothing to cancel, the code was neither checked nor used
}

func TestMFARemoval_CancelRecoveryCodeUsedOnce(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	token := l.PendingSignIn(ada)
	l.Script("").Do("POST", apptest.PathCancelRemovalByCode, JSON{"sign_in_token": token, "recovery_code": l.codes[0]}).Require(204, "")
	l.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": token, "recovery_code": l.codes[0]}).Require(401, "")
	l.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": token, "recovery_code": l.codes[1]}).Require(201, "")
}

func TestMFARemoval_CancelRefused(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	token := l.PendingSignIn(ada)
	try := func(body JSON) apptest.Response {
		return l.Script("").Do("POST", apptest.PathCancelRemovalByCode, body)
	}
	try(JSON{"sign_in_token": token, "code": l.phone.Code()}).Require(404, "not_found")
	l.request().Require(202, "")
	try(JSON{"sign_in_token": token, "code": l.phone.Wrong()}).Require(401, "code_rejected")
	try(JSON{"sign_in_token": token, "recovery_code": "0000-0000-0000-0000"}).Require(401, "code_rejected")
	try(JSON{"sign_in_token": token, "code": l.phone.Code(), "recovery_code": l.codes[0]}).Require(400, "invalid_request")
	try(JSON{"sign_in_token": token}).Require(400, "invalid_request")
	try(JSON{"code": l.phone.Code()}).Require(410, "sign_in_expired")
	try(JSON{"sign_in_token": l.script.Bearer, "code": l.phone.Code()}).Require(410, "sign_in_expired")
	l.Script("").Do("POST", apptest.PathCancelRemovalByLink, JSON{"token": "tf_l_nothing"}).Require(410, "link_expired")
	l.Script("").Do("POST", apptest.PathCompleteRemoval, JSON{"token": l.link(ada, "cancel-removal")}).Require(410, "link_expired")
	l.Script("").Do("GET", "/cancel-removal", nil).Require(200, "")
	l.AddAccount(bob)
	weak := l.SignedIn(bob)
	weak.Do("DELETE", apptest.PathRemoval, nil).Require(409, "mfa_required")
	_, bobsPhone := l.NewUser("bob@example.net").WithTOTP().Session()
	strong := l.SignedIn("bob@example.net", JSON{"code": bobsPhone.Code()})
	strong.Do("DELETE", apptest.PathRemoval, nil).Require(404, "not_found")
	if !l.active() {
		t.Error("the removal was cancelled")
	}
}

func TestMFARemoval_CancelBruteForce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	l.Deliver()
	token := l.PendingSignIn(ada)
	wrong := l.phone.Wrong()
	responses := apptest.Concurrently(50, func(i int) apptest.Response {
		body := JSON{"sign_in_token": token, "code": wrong}
		if i%2 == 1 {
			body = JSON{"sign_in_token": token, "recovery_code": "0000-0000-0000-0000"}
		}
		return l.Script("").Do("POST", apptest.PathCancelRemovalByCode, body)
	})
	apptest.WantOutcomes(t, responses, map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 45})
	l.Script("").Do("POST", apptest.PathCancelRemovalByCode, JSON{"sign_in_token": token, "code": l.phone.Code()}).Require(429, "too_many_attempts")
	if a := l.request().Require(202, ""); a.Value("stopped") != true {
		t.Errorf("the removal is not paused during backoff: %s", a.Body)
	}
	l.CompleteSignIn(token, l.phone.Code()).Require(201, "") // sign-ins have another budget
	if l.active() {
		t.Error("signing in did not cancel the removal")
	}
}

func TestMFARemoval_CancelDuringBackoff(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t)
	l.request().Require(202, "")
	for range 5 {
		l.CompleteSignIn(l.PendingSignIn(ada), l.phone.Wrong()).Require(401, "code_rejected")
	}
	l.CompleteSignIn(l.PendingSignIn(ada), l.phone.Code()).Require(429, "too_many_attempts")
	l.Script("").Do("POST", apptest.PathCancelRemovalByCode, JSON{"sign_in_token": l.PendingSignIn(ada), "code": l.phone.Code()}).Require(204, "")
}
