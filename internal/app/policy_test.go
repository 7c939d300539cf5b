package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

const (
	enrollment = "/api/v1/sessions/enrollment"
	enrolled   = "/api/v1/sessions/enrollment-confirmation"
)

// required are the settings of a house in which everybody has to have MFA, from the day after the clock begins.
var required = []string{"TWOFOLD_MFA_POLICY=required", "TWOFOLD_MFA_REQUIRED_FROM=2026-11-24"}

// advanceToPolicyDate lets that day come.
func advanceToPolicyDate(h *apptest.Server) { h.Clock.Advance(24 * time.Hour) }

// mustEnroll signs in to an account without MFA, and answers the token that is good for enrolling.
func mustEnroll(h *apptest.Server, email string, members ...JSON) string {
	h.T.Helper()
	a := h.Script("").SignIn(email, append(members, JSON{"deliver": "token"})...).Require(202, "")
	if a.Text("state") != "enrollment_required" || a.Value("session_token") != nil {
		h.T.Fatalf("got %s", a.Body)
	}
	return a.Text("sign_in_token")
}

// enrolls registers a phone with such a token, and answers who is signed in then.
func enrolls(h *apptest.Server, token string) (*apptest.Client, *apptest.Phone) {
	h.T.Helper()
	phone := h.PhoneFrom(h.Script("").Do("POST", enrollment, JSON{"sign_in_token": token}).Require(201, ""))
	a := h.Script("").Do("POST", enrolled, JSON{"sign_in_token": token, "code": phone.Code()}).Require(201, "")
	h.Clock.Advance(stepLength)
	return h.Script(a.Text("session", "session_token")), phone
}

func TestBeforeTheDayPeopleAreToldAndNothingChanges(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, required...)
	h.AddAccount(ada)
	const day = "2026-11-24T00:00:00Z"
	signedIn := h.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
	script := h.Script(signedIn.Text("session_token"))
	mfa, here := script.Do("GET", "/api/v1/mfa", nil), script.Do("GET", current, nil)
	if signedIn.Text("mfa_required_from") != day || here.Text("mfa_required_from") != day || mfa.Text("policy", "required_from") != day {
		t.Errorf("told are %s, %s, %s", signedIn.Body, here.Body, mfa.Body)
	}
	if mfa.Value("policy", "required") != false {
		t.Error("it is required already")
	}
	script.Do("PATCH", account, JSON{"display_name": "Ada"}).Require(200, "")

	// Who has MFA is not told, and may still go without.
	phone := script.Enroll()
	if here := script.Do("GET", current, nil).Require(200, ""); here.Value("mfa_required_from") != nil {
		t.Errorf("with MFA the session says %s", here.Body)
	}
	again := h.Script("").SignIn(ada, JSON{"deliver": "token", "code": phone.Code()}).Require(201, "")
	if again.Value("mfa_required_from") != nil {
		t.Errorf("with MFA signing in says %s", again.Body)
	}
	h.Clock.Advance(stepLength)
	token := stepUp(script, "mfa.remove", JSON{"code": phone.Code()})
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
}

func TestFromTheDayOnARightPasswordEarnsAnEnrollmentAndNoSession(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, required...)
	h.AddAccount(ada)
	advanceToPolicyDate(h)
	h.Script("").SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	token := mustEnroll(h, ada, JSON{"code": "123456"}) // whatever else is presented

	// The token opens nothing else.
	for _, op := range apptest.Operations(t) {
		if op.Session {
			h.Script(token).Do(op.Method, op.OnServer(unknownID), fitting(op)).Require(401, "session_required")
		}
	}
	h.Script("").Do("POST", complete, JSON{"sign_in_token": token, "code": "123456"}).Require(401, "code_rejected")
	h.Script("").Do("POST", removal, JSON{"sign_in_token": token}).Require(410, "sign_in_expired")
	h.Script("").Do("POST", enrolled, JSON{"sign_in_token": token, "code": "123456"}).Require(410, "enrollment_expired")

	first := h.PhoneFrom(h.Script("").Do("POST", enrollment, JSON{"sign_in_token": token, "name": "Pixel"}).Require(201, ""))
	phone := h.PhoneFrom(h.Script("").Do("POST", enrollment, JSON{"sign_in_token": token, "name": "Pixel"}).Require(201, ""))
	wrong := h.Script("").Do("POST", enrolled, JSON{"sign_in_token": token, "code": first.Code()}).Require(422, "code_rejected")
	if wrong.Int("attempts_left") < 1 {
		t.Errorf("the first key works no more: %s", wrong.Body)
	}
	h.Script("").Do("POST", enrolled, JSON{"sign_in_token": token, "code": phone.Code(), "deliver": "cookie"}).Require(400, "invalid_request")
	done := h.Script("").Do("POST", enrolled, JSON{"sign_in_token": token, "code": phone.Code(), "name": "Pixel 11"}).Require(201, "")
	if done.Text("session", "acr") != "aal2" || done.Text("method", "name") != "Pixel 11" || len(shownCodes(t, done)) != 2 {
		t.Errorf("got %s", done.Body)
	}
	script := h.Script(done.Text("session", "session_token"))
	script.Do("GET", account, nil).Require(200, "")
	h.Script("").Do("POST", enrollment, JSON{"sign_in_token": token}).Require(410, "sign_in_expired")

	// The code is used, the next one signs in.
	completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(401, "code_used")
	h.Clock.Advance(stepLength)
	h.SignedIn(ada, JSON{"code": phone.Code()})
}

func TestABrowserEnrollsAtSignInByItsCookieAlone(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, required...)
	h.AddAccount(ada)
	advanceToPolicyDate(h)
	browser := h.Browser()
	asked := browser.SignIn(ada).Require(202, "")
	if asked.Value("sign_in_token") != nil || browser.Cookie("twofold_session") != "" {
		t.Errorf("got %s, and the session %q", asked.Body, browser.Cookie("twofold_session"))
	}
	token := browser.Cookie("twofold_signin")
	h.Script("").Do("POST", enrollment, JSON{"sign_in_token": token}).Require(410, "sign_in_expired") // by another carrier
	phone := h.PhoneFrom(browser.Do("POST", enrollment, nil).Require(201, ""))
	done := browser.Do("POST", enrolled, JSON{"code": phone.Code()}).Require(201, "")
	if done.Value("session", "session_token") != nil {
		t.Error("the token is in the body")
	}
	browser.Do("GET", current, nil).Require(200, "")
	if browser.Cookie("twofold_signin") != "" {
		t.Error("the sign-in's cookie is still there")
	}
}

func TestOfTwoWhoEnrollAtSignInOneDoes(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, required...)
	h.AddAccount(ada)
	advanceToPolicyDate(h)
	var tokens []string
	var phones []*apptest.Phone
	for range 2 {
		token := mustEnroll(h, ada)
		tokens = append(tokens, token)
		phones = append(phones, h.PhoneFrom(h.Script("").Do("POST", enrollment, JSON{"sign_in_token": token}).Require(201, "")))
	}
	answers := apptest.Concurrently(2, func(i int) apptest.Response {
		return h.Script("").Do("POST", enrolled, JSON{"sign_in_token": tokens[i], "code": phones[i].Code()})
	})
	wantTally(t, answers, map[string]int{"201": 1, "410 sign_in_expired": 1})
}

func TestEveryWayToHaveNoMFALeadsToAnEnrollment(t *testing.T) {
	t.Parallel()
	l := loseAllFactors(t, required...)
	advanceToPolicyDate(l.Server)
	// The slow way.
	l.Script("").Do("POST", removal, JSON{"sign_in_token": pendingSignIn(l.Server, ada)}).Require(202, "")
	l.pass(96 * time.Hour)
	l.Script("").Do("POST", completeIt, JSON{"token": l.link(ada, "complete-removal")}).Require(200, "")
	script, phone := enrolls(l.Server, mustEnroll(l.Server, ada))
	script.Do("GET", account, nil).Require(200, "")

	// An operator's command, and a new password by mail.
	if _, _, err := l.App.ResetMFA(context.Background(), ada, "lost the phone"); err != nil {
		t.Fatal(err)
	}
	completeSignIn(l.Server, mustEnroll(l.Server, ada), phone.Code()).Require(401, "code_rejected")
	askReset(l.Server, ada)
	l.Deliver()
	reset(l.Server, l.link(ada, "reset-password"), "k7#qwz1x").Require(200, "") // of eight characters
	mustEnroll(l.Server, ada, JSON{"password": "k7#qwz1x"})
}

func TestASessionFromBeforeTheDayEnrollsAndDoesNothingElse(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, required...)
	h.AddAccount(ada)
	h.Clock.Advance(14 * time.Hour)
	script := h.SignedIn(ada)
	h.Clock.Advance(50 * time.Minute) // the day has begun
	for _, op := range apptest.Operations(t) {
		if !op.Session || op.WhileEnrolling {
			continue
		}
		script.Do(op.Method, op.OnServer(unknownID), fitting(op)).Require(403, "enrollment_required")
	}
	script.Do("GET", current, nil).Require(200, "")
	script.Do("GET", account, nil).Require(200, "")
	if mfa := script.Do("GET", "/api/v1/mfa", nil).Require(200, ""); mfa.Value("policy", "required") != true {
		t.Errorf("the policy is %v", mfa.Value("policy"))
	}
	script.Do("DELETE", enrollments+"/"+script.Begin().ID, nil).Require(204, "")
	token := mustEnroll(h, ada)
	beside := h.PhoneFrom(h.Script("").Do("POST", enrollment, JSON{"sign_in_token": token}).Require(201, ""))
	phone := script.Enroll()
	script.Do("PATCH", account, JSON{"display_name": "Ada"}).Require(200, "")
	h.Script("").Do("POST", enrolled, JSON{"sign_in_token": token, "code": beside.Code()}).Require(410, "sign_in_expired")
	h.Script("").Do("POST", enrollment, JSON{"sign_in_token": token}).Require(410, "sign_in_expired")

	// The last method stays, and can be replaced.
	code := JSON{"code": phone.Code()}
	h.Clock.Advance(stepLength)
	token = stepUp(script, "mfa.remove", code)
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(409, "last_method")
	another := script.Enroll(JSON{"code": phone.Code()})
	token = stepUp(script, "mfa.remove", JSON{"code": another.Code()})
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
}

func TestAPasswordMayBeShorterWhereEverybodyHasMFA(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, required...)
	least := func() int {
		return h.Script("").Do("GET", "/api/v1/service", nil).Require(200, "").Int("password", "min_length")
	}
	if got := least(); got != 15 {
		t.Errorf("before, it has %d characters at least, want 15", got)
	}
	advanceToPolicyDate(h)
	if got := least(); got != 8 {
		t.Errorf("from then on it has %d characters at least, want 8", got)
	}
}

func TestWhoHasNoMFAIsToldByMailOnceBeforeTheDay(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, "TWOFOLD_MFA_POLICY=required", "TWOFOLD_MFA_REQUIRED_FROM=2026-12-24")
	withMFA(h, ada)
	h.AddAccount(bob)
	told := func(email string) (mails int) {
		t.Helper()
		if err := h.App.Reminder.Remind(h.Context()); err != nil {
			t.Fatal(err)
		}
		h.Deliver()
		for _, m := range h.Mails(email) {
			if strings.Contains(m.Text, "From 24 December 2026, 00:00 UTC on") {
				mails++
			}
		}
		return mails
	}
	if n := told(bob); n != 0 {
		t.Errorf("%d mails a month before, want none", n)
	}
	h.Clock.Advance(17 * 24 * time.Hour)
	for range 2 {
		if n := told(bob); n != 1 {
			t.Errorf("%d mails, want one", n)
		}
	}
	if n := told(ada); n != 0 {
		t.Errorf("who has MFA got %d mails", n)
	}
	h.AddAccount("eve@example.com")
	if n := told("eve@example.com"); n != 1 {
		t.Errorf("who came later got %d mails, want one", n)
	}
	h.AddAccount("joe@example.com")
	h.Clock.Advance(14 * 24 * time.Hour)
	if n := told("joe@example.com"); n != 0 {
		t.Errorf("%d mails after the day, want none", n)
	}
}
