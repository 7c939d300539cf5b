package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT09_ABurstOfWrongCodesIsFiveJudgedOnes(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, patient...) // all five may fall to one sign-in, which is not over with them
	second := apptest.StartIn(t, h.Dir, h.Clock, append(patient, "TWOFOLD_PUBLIC_URL="+h.URL)...)
	_, phone := withMFA(h, ada)
	houses := []*apptest.Server{h, second}

	t.Run("at sign-in, over two processes", func(t *testing.T) {
		var tokens []string
		for range 5 {
			tokens = append(tokens, pendingSignIn(h, ada))
		}
		answers := apptest.Concurrently(100, func(i int) apptest.Response {
			return completeSignIn(houses[i%2], tokens[i%5], phone.Wrong())
		})
		wantTally(t, answers, map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 95})
		wantWait(t, completeSignIn(h, tokens[0], phone.Code()), 30)
	})
	t.Run("at step-up", func(t *testing.T) {
		h.Clock.Advance(30 * time.Second)
		live := h.SignedIn(ada, JSON{"code": phone.Code()})
		answers := apptest.Concurrently(20, func(i int) apptest.Response {
			return live.OnServer(houses[i%2]).StepUp("mfa.remove", JSON{"code": phone.Wrong()})
		})
		wantTally(t, answers, map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 15})
	})
}

func TestT09_ABurstOnOneSignInIsFiveTries(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, "TWOFOLD_FREE_ATTEMPTS=1000")
	_, phone := withMFA(h, ada)
	token := pendingSignIn(h, ada)
	answers := apptest.Concurrently(50, func(int) apptest.Response { return completeSignIn(h, token, phone.Wrong()) })
	wantTally(t, answers, map[string]int{"401 code_rejected": 5, "410 sign_in_expired": 45})
	completeSignIn(h, token, phone.Code()).Require(410, "sign_in_expired")
}

func TestT09_ABurstAtConfirmIsFiveTries(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	answers := apptest.Concurrently(100, func(int) apptest.Response { return script.Confirm(phone, phone.Wrong()) })
	tally := apptest.CountByOutcome(answers)
	if tally["422 code_rejected"] != 5 || tally["410 enrollment_expired"]+tally["429 too_many_attempts"] != 95 {
		t.Errorf("got %v, want 5 judged codes and 95 refused unseen", tally)
	}
	script.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
}

func TestT09_ABurstOfWrongPasswordsIsFiveJudgedOnes(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	for name, email := range map[string]string{"for an account": ada, "for nobody": "nobody@example.com"} {
		t.Run(name, func(t *testing.T) {
			answers := apptest.Concurrently(30, func(int) apptest.Response {
				return h.Script("").SignIn(email, JSON{"password": "certainly not this one"})
			})
			wantTally(t, answers, map[string]int{"401 credentials_rejected": 5, "429 too_many_attempts": 25})
		})
	}
}

func TestT14_AStrangersFailuresDoNotStopWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	owner, phone := withMFA(h, ada)
	token := pendingSignIn(h, ada)
	for range 5 {
		completeSignIn(h, token, phone.Wrong()).Require(401, "code_rejected")
	}
	for range 5 {
		h.Script("").SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	}
	wantWait(t, h.Script("").SignIn(ada, JSON{"code": phone.Code()}), 30)
	owner.StepUp("mfa.enroll", JSON{"code": phone.Code()}).Require(201, "")
	wantWait(t, h.Script("").SignIn(ada), 30) // the owner's success is not the stranger's
}
