package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT09_Burst_WrongCodes(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, apptest.LongSignIns...) // all five may be for one sign-in, which must survive them
	second := h.Another(apptest.LongSignIns...)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	servers := []*apptest.Server{h, second}

	t.Run("sign-in in two processes", func(t *testing.T) {
		var tokens []string
		for range 5 {
			tokens = append(tokens, h.PendingSignIn(ada))
		}
		responses := apptest.Concurrently(100, func(i int) apptest.Response {
			return servers[i%2].CompleteSignIn(tokens[i%5], phone.Wrong())
		})
		apptest.WantOutcomes(t, responses, map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 95})
		apptest.WantWait(t, h.CompleteSignIn(tokens[0], phone.Code()), 30)
	})
	t.Run("step-up", func(t *testing.T) {
		h.Clock.Advance(30 * time.Second)
		live := h.SignedIn(ada, JSON{"code": phone.Code()})
		responses := apptest.Concurrently(20, func(i int) apptest.Response {
			return live.OnServer(servers[i%2]).StepUp("mfa.remove", JSON{"code": phone.Wrong()})
		})
		apptest.WantOutcomes(t, responses, map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 15})
	})
}

func TestT09_Burst_OneSignIn(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, "TWOFOLD_FREE_ATTEMPTS=1000")
	_, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	responses := apptest.Concurrently(50, func(int) apptest.Response { return h.CompleteSignIn(token, phone.Wrong()) })
	apptest.WantOutcomes(t, responses, map[string]int{"401 code_rejected": 5, "410 sign_in_expired": 45})
	h.CompleteSignIn(token, phone.Code()).Require(410, "sign_in_expired")
}

func TestT09_Burst_Confirm(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	responses := apptest.Concurrently(100, func(int) apptest.Response { return script.Confirm(phone, phone.Wrong()) })
	outcomes := apptest.CountByOutcome(responses)
	if outcomes["422 code_rejected"] != 5 || outcomes["410 enrollment_expired"]+outcomes["429 too_many_attempts"] != 95 {
		t.Errorf("got %v, want 5 checked codes and 95 refused unchecked", outcomes)
	}
	script.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
}

func TestT09_Burst_WrongPasswords(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	for name, email := range map[string]string{"for an account": ada, "for an unknown address": unknownEmail} {
		t.Run(name, func(t *testing.T) {
			responses := apptest.Concurrently(30, func(int) apptest.Response {
				return h.Script("").SignIn(email, JSON{"password": "certainly not this one"})
			})
			apptest.WantOutcomes(t, responses, map[string]int{"401 credentials_rejected": 5, "429 too_many_attempts": 25})
		})
	}
}

func TestT14_LockoutDoS_SignedInOwner(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	owner, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	for range 5 {
		h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
	}
	for range 5 {
		h.Script("").SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	}
	apptest.WantWait(t, h.Script("").SignIn(ada, JSON{"code": phone.Code()}), 30)
	owner.StepUp("mfa.enroll", JSON{"code": phone.Code()}).Require(201, "")
	apptest.WantWait(t, h.Script("").SignIn(ada), 30) // the owner's success does not clear the attacker's failures
}
