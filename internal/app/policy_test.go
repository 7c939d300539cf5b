package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestMFAPolicy_BeforeDate(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.RequireMFA...)
	h.AddAccount(ada)
	const day = "2026-11-24T00:00:00Z"
	signedIn := h.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
	script := h.Script(signedIn.Text("session_token"))
	mfa, here := script.Do("GET", "/api/v1/mfa", nil), script.Do("GET", apptest.PathCurrentSession, nil)
	if signedIn.Text("mfa_required_from") != day || here.Text("mfa_required_from") != day || mfa.Text("policy", "required_from") != day {
		t.Errorf("the announcements are %s, %s, %s", signedIn.Body, here.Body, mfa.Body)
	}
	if mfa.Value("policy", "required") != false {
		t.Error("MFA is already required")
	}
	script.Do("PATCH", apptest.PathAccount, JSON{"display_name": "Ada"}).Require(200, "")

	// A user with MFA gets no announcement and may still remove it.
	phone := script.Enroll()
	if here := script.Do("GET", apptest.PathCurrentSession, nil).Require(200, ""); here.Value("mfa_required_from") != nil {
		t.Errorf("with MFA the session is %s", here.Body)
	}
	again := h.Script("").SignIn(ada, JSON{"deliver": "token", "code": phone.Code()}).Require(201, "")
	if again.Value("mfa_required_from") != nil {
		t.Errorf("with MFA the sign-in returned %s", again.Body)
	}
	h.Clock.Advance(apptest.CodePeriod)
	token := script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
}

func TestMFAPolicy_SignInMustEnroll(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, apptest.RequireMFA...)
	h.AddAccount(ada)
	h.Clock.Advance(day)
	h.Script("").SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	token := h.SignInToEnroll(ada, JSON{"code": "123456"}) // the code is ignored

	// The token is valid for nothing else.
	for _, op := range apptest.Operations(t) {
		if op.Session {
			h.Script(token).Do(op.Method, op.PathWith(apptest.UnknownID), op.SampleBody()).Require(401, "session_required")
		}
	}
	h.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": token, "code": "123456"}).Require(401, "code_rejected")
	h.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token}).Require(410, "sign_in_expired")
	h.Script("").Do("POST", apptest.PathConfirmSignInEnrollment, JSON{"sign_in_token": token, "code": "123456"}).Require(410, "enrollment_expired")

	first := h.PhoneFrom(h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": token, "name": "Pixel"}).Require(201, ""))
	phone := h.PhoneFrom(h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": token, "name": "Pixel"}).Require(201, ""))
	wrong := h.Script("").Do("POST", apptest.PathConfirmSignInEnrollment, JSON{"sign_in_token": token, "code": first.Code()}).Require(422, "code_rejected")
	if wrong.Int("attempts_left") < 1 {
		t.Errorf("the first key no longer works: %s", wrong.Body)
	}
	h.Script("").Do("POST", apptest.PathConfirmSignInEnrollment, JSON{"sign_in_token": token, "code": phone.Code(), "deliver": "cookie"}).Require(400, "invalid_request")
	done := h.Script("").Do("POST", apptest.PathConfirmSignInEnrollment, JSON{"sign_in_token": token, "code": phone.Code(), "name": "Pixel 11"}).Require(201, "")
	if done.Text("session", "acr") != "aal2" || done.Text("method", "name") != "Pixel 11" || len(done.RecoveryCodes()) != 2 {
		t.Errorf("got %s", done.Body)
	}
	script := h.Script(done.Text("session", "session_token"))
	script.Do("GET", apptest.PathAccount, nil).Require(200, "")
	h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": token}).Require(410, "sign_in_expired")

	// The code of the enrollment is used; the next one signs in.
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(401, "code_used")
	h.Clock.Advance(apptest.CodePeriod)
	h.SignedIn(ada, JSON{"code": phone.Code()})
}

func TestSignInEnrollment_BrowserCookie(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.RequireMFA...)
	h.AddAccount(ada)
	h.Clock.Advance(day)
	browser := h.Browser()
	asked := browser.SignIn(ada).Require(202, "")
	if asked.Value("sign_in_token") != nil || browser.Cookie("twofold_session") != "" {
		t.Errorf("got %s, and the session %q", asked.Body, browser.Cookie("twofold_session"))
	}
	token := browser.Cookie("twofold_signin")
	h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": token}).Require(410, "sign_in_expired") // delivered as a cookie
	phone := h.PhoneFrom(browser.Do("POST", apptest.PathSignInEnrollment, nil).Require(201, ""))
	done := browser.Do("POST", apptest.PathConfirmSignInEnrollment, JSON{"code": phone.Code()}).Require(201, "")
	if done.Value("session", "session_token") != nil {
		t.Error("the token is in the body")
	}
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if browser.Cookie("twofold_signin") != "" {
		t.Error("the sign-in cookie was not deleted")
	}
}

func TestSignInEnrollment_Concurrent(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, apptest.RequireMFA...)
	h.AddAccount(ada)
	h.Clock.Advance(day)
	var tokens []string
	var phones []*apptest.Phone
	for range 2 {
		token := h.SignInToEnroll(ada)
		tokens = append(tokens, token)
		phones = append(phones, h.PhoneFrom(h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": token}).Require(201, "")))
	}
	responses := apptest.Concurrently(2, func(i int) apptest.Response {
		return h.Script("").Do("POST", apptest.PathConfirmSignInEnrollment, JSON{"sign_in_token": tokens[i], "code": phones[i].Code()})
	})
	apptest.WantOutcomes(t, responses, map[string]int{"201": 1, "410 sign_in_expired": 1})
}

func TestMFAPolicy_MFARemovedOrReset(t *testing.T) {
	t.Parallel()
	l := newLostFactorFixture(t, apptest.RequireMFA...)
	l.Server.Clock.Advance(day)
	// By an MFA removal.
	l.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": l.PendingSignIn(ada)}).Require(202, "")
	l.pass(96 * time.Hour)
	l.Script("").Do("POST", apptest.PathCompleteRemoval, JSON{"token": l.link(ada, "complete-removal")}).Require(200, "")
	script, phone := l.EnrollAtSignIn(l.SignInToEnroll(ada))
	script.Do("GET", apptest.PathAccount, nil).Require(200, "")

	// By the operator's command, and after a password reset.
	if _, _, err := l.App.ResetMFA(context.Background(), ada, "lost the phone"); err != nil {
		t.Fatal(err)
	}
	l.CompleteSignIn(l.SignInToEnroll(ada), phone.Code()).Require(401, "code_rejected")
	l.RequestPasswordReset(ada)
	l.Deliver()
	l.ResetPassword(l.link(ada, "reset-password"), "k7#qwz1x").Require(200, "") // eight characters are enough here
	l.SignInToEnroll(ada, JSON{"password": "k7#qwz1x"})
}

func TestMFAPolicy_OlderSessionCanOnlyEnroll(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.RequireMFA...)
	h.AddAccount(ada)
	h.Clock.Advance(14 * time.Hour)
	script := h.SignedIn(ada)
	h.Clock.Advance(50 * time.Minute) // past the date
	for _, op := range apptest.Operations(t) {
		if !op.Session || op.WhileEnrolling {
			continue
		}
		script.Do(op.Method, op.PathWith(apptest.UnknownID), op.SampleBody()).Require(403, "enrollment_required")
	}
	script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	script.Do("GET", apptest.PathAccount, nil).Require(200, "")
	if mfa := script.Do("GET", "/api/v1/mfa", nil).Require(200, ""); mfa.Value("policy", "required") != true {
		t.Errorf("the policy is %v", mfa.Value("policy"))
	}
	script.Do("DELETE", apptest.PathEnrollments+"/"+script.Begin().ID, nil).Require(204, "")
	token := h.SignInToEnroll(ada)
	second := h.PhoneFrom(h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": token}).Require(201, ""))
	phone := script.Enroll()
	script.Do("PATCH", apptest.PathAccount, JSON{"display_name": "Ada"}).Require(200, "")
	h.Script("").Do("POST", apptest.PathConfirmSignInEnrollment, JSON{"sign_in_token": token, "code": second.Code()}).Require(410, "sign_in_expired")
	h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": token}).Require(410, "sign_in_expired")

	// The last method cannot be removed, only replaced.
	code := JSON{"code": phone.Code()}
	h.Clock.Advance(apptest.CodePeriod)
	token = script.StepUpToken("mfa.remove", code)
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(409, "last_method")
	another := script.Enroll(JSON{"code": phone.Code()})
	token = script.StepUpToken("mfa.remove", JSON{"code": another.Code()})
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
}

func TestMFAPolicy_ShorterPasswords(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.RequireMFA...)
	least := func() int {
		return h.Script("").Do("GET", "/api/v1/service", nil).Require(200, "").Int("password", "min_length")
	}
	if got := least(); got != 15 {
		t.Errorf("the minimum length is %d before the date, want 15", got)
	}
	h.Clock.Advance(day)
	if got := least(); got != 8 {
		t.Errorf("the minimum length is %d from the date on, want 8", got)
	}
}

func TestMFAPolicy_ReminderMail(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, "TWOFOLD_MFA_POLICY=required", "TWOFOLD_MFA_REQUIRED_FROM=2026-12-24")
	h.NewUser(ada).WithTOTP()
	h.AddAccount(bob)
	reminders := func(email string) (mails int) {
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
	if n := reminders(bob); n != 0 {
		t.Errorf("%d reminders a month before the date, want none", n)
	}
	h.Clock.Advance(17 * 24 * time.Hour)
	for range 2 {
		if n := reminders(bob); n != 1 {
			t.Errorf("%d mails, want one", n)
		}
	}
	if n := reminders(ada); n != 0 {
		t.Errorf("a user with MFA got %d mails", n)
	}
	h.AddAccount("eve@example.com")
	if n := reminders("eve@example.com"); n != 1 {
		t.Errorf("a later account got %d mails, want one", n)
	}
	h.AddAccount("joe@example.com")
	h.Clock.Advance(14 * 24 * time.Hour)
	if n := reminders("joe@example.com"); n != 0 {
		t.Errorf("%d reminders after the date, want none", n)
	}
}

// A session with two factors outlives the last method. If MFA is required from then on, it may do no more than one of a password.
func TestMFAPolicy_SessionAfterLastMethod(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.RequireMFA...)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	h.Clock.Advance(14*time.Hour + 25*time.Minute)
	script := h.SignedIn(ada, apptest.Code(phone.Code()))
	h.Clock.Advance(apptest.CodePeriod)
	token := script.StepUpToken("mfa.remove", apptest.Code(phone.Code()))
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
	if here := script.Do("GET", apptest.PathCurrentSession, nil).Require(200, ""); here.Value("mfa_required_from") == nil {
		t.Errorf("without MFA the session is %s, want the date from which it is required", here.Body)
	}
	h.Clock.Advance(10 * time.Minute) // past the date
	if acr := script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "").Text("acr"); acr != "aal2" {
		t.Errorf("the session is %s, want aal2", acr)
	}
	for _, op := range apptest.Operations(t) {
		if !op.Session || op.WhileEnrolling {
			continue
		}
		script.Do(op.Method, op.PathWith(apptest.UnknownID), op.SampleBody()).Require(403, "enrollment_required")
	}
	script.Enroll()
	script.Do("PATCH", apptest.PathAccount, JSON{"display_name": "Ada"}).Require(200, "")
}
