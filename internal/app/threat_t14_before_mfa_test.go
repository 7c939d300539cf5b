package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// An attacker with the password signs in from many browsers before the owner enables MFA. Their budgets must neither multiply
// the attacker's guesses nor use up the owner's.
func TestT14_LockoutDoS_BudgetsFromBeforeMFA(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_ATTEMPT_LIMIT=12")
	h.AddAccount(ada)
	browsers := make([]*apptest.Client, 4)
	for i := range browsers {
		browsers[i] = h.Browser()
		browsers[i].SignIn(ada).Require(201, "")
	}
	owner := h.SignedIn(ada)
	phone := owner.Begin()
	codes := owner.Confirm(phone, phone.Code()).Require(201, "").RecoveryCodes()
	h.Clock.Advance(apptest.CodePeriod)

	for what, wrong := range map[string]JSON{
		"codes": apptest.Code(phone.Wrong()), "recovery codes": apptest.RecoveryCode(apptest.WrongRecoveryCode),
	} {
		var responses []apptest.Response
		for _, b := range browsers {
			for range 5 {
				responses = append(responses, b.SignIn(ada, wrong))
			}
		}
		t.Log(what)
		apptest.WantOutcomes(t, responses, map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 15})
	}
	owner.StepUp("mfa.enroll", apptest.Code(phone.Code())).Require(201, "") // a session with two factors has a budget of its own
	h.Clock.Advance(apptest.CodePeriod)
	h.Script("").SignIn(ada, apptest.Code(phone.Code())).Require(201, "")
	h.Script("").SignIn(ada, apptest.RecoveryCode(codes[0])).Require(201, "")
}

// The budget of a session or of a trusted browser gives an attacker without one no more guesses: the backoff of all others
// follows the account's total.
func TestT08_BruteForce_BackoffFollowsTotal(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	live, phone := h.NewUser(ada).WithTOTP().Session()
	for range 4 {
		live.StepUp("mfa.enroll", apptest.Code(phone.Wrong())).Require(401, "code_rejected")
	}
	wrong := func() apptest.Response { return h.Script("").SignIn(ada, apptest.Code(phone.Wrong())) }
	for _, seconds := range []int{30, 60, 120} {
		if got := wrong().Require(401, "code_rejected").Int("retry_after"); got != seconds {
			t.Errorf("the wait is %d s, want %d", got, seconds)
		}
		apptest.WantWait(t, wrong(), seconds)
		h.Clock.Advance(time.Duration(seconds) * time.Second)
	}
	live.StepUp("mfa.enroll", apptest.Code(phone.Code())).Require(201, "")
}

// Whatever the password alone has created ends with the first method, whichever way that is confirmed.
func TestT25_MethodRemoval_FirstMethodEndsWhatPasswordCreated(t *testing.T) {
	t.Parallel()
	for way, enroll := range map[string]func(h *apptest.Server, owner *apptest.Client) *apptest.Phone{
		"in the settings": func(_ *apptest.Server, owner *apptest.Client) *apptest.Phone { return owner.Enroll() },
		"at sign-in": func(h *apptest.Server, _ *apptest.Client) *apptest.Phone {
			_, phone := h.EnrollAtSignIn(h.SignInToEnroll(ada))
			return phone
		},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			h := apptest.StartWithOutbox(t, apptest.RequireMFA...)
			h.AddAccount(ada)
			h.Clock.Advance(14 * time.Hour)
			session, browser := h.SignedIn(ada), h.Browser()
			browser.SignIn(ada).Require(201, "")
			browser.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
			others := h.Browser()
			others.SignIn(ada).Require(201, "")
			address := h.SignedIn(ada).AddressToken(apptest.PathEmail, "attacker@example.com")
			owner := h.SignedIn(ada)
			h.Clock.Advance(50 * time.Minute) // past the date from which MFA is required
			pending := h.SignInToEnroll(ada)
			reset := h.PasswordResetToken(ada)
			phone := enroll(h, owner)

			session.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
			h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": pending}).Require(410, "sign_in_expired")
			h.CompleteSignIn(pending, phone.Code()).Require(410, "sign_in_expired")
			h.ResetPassword(reset, apptest.NewPassword).Require(410, "link_expired")
			h.ConfirmAddress(address).Require(410, "link_expired")
			h.GuessPasswords(ada, 5)
			for _, b := range []*apptest.Client{browser, others} { // they are not known any more
				b.SignIn(ada).Require(429, "too_many_attempts")
			}
			h.Clock.Advance(30 * time.Second)
			if n := h.Count("SELECT count(*) FROM devices WHERE expires_at > ? AND delivery = 'cookie'", h.Clock.Now().UnixMicro()); n != 0 {
				t.Errorf("%d devices from before MFA are known, want none", n)
			}
			browser.SignIn(ada, apptest.Code(phone.Code())).Require(201, "")
		})
	}
}

// A browser has budgets for codes once it has signed in with two factors, and loses them with MFA.
func TestT14_LockoutDoS_BrowserTrustedAfterTwoFactors(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	owner, phone := h.NewUser(ada).WithTOTP().Session()
	browser := h.Browser()
	left := func(want int) {
		t.Helper()
		if got := browser.SignIn(ada, apptest.Code(phone.Wrong())).Require(401, "code_rejected").Int("attempts_left"); got != want {
			t.Errorf("attempts_left is %d, want %d", got, want)
		}
	}
	left(4)
	browser.SignIn(ada, apptest.Code(phone.Code())).Require(201, "")
	for range 5 {
		h.Script("").SignIn(ada, apptest.Code(phone.Wrong()))
	}
	left(4) // a budget of its own
	h.Clock.Advance(apptest.CodePeriod)

	owner.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", owner.StepUpToken("mfa.remove", apptest.Code(phone.Code()))).Require(200, "")
	phone = owner.Enroll()
	for range 5 {
		h.Script("").SignIn(ada, apptest.Code(phone.Wrong()))
	}
	browser.SignIn(ada, apptest.Code(phone.Wrong())).Require(429, "too_many_attempts")
}
