package app_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/test/apptest"
)

func TestT01_StolenSession_StepUpChallenge(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(bob)
	strong, _ := h.NewUser(ada).WithTOTP().Session()
	for _, op := range apptest.Operations(t) {
		if op.Purpose == "" || op.Role != "" { // administrators have MFA: see TestMatrix_AdminOperations
			continue
		}
		for _, c := range []struct {
			account string
			client  *apptest.Client
			acr     string
			methods []any
		}{
			{"without MFA", h.SignedIn(bob), "aal1", []any{"password"}},
			{"with MFA", strong, "aal2", []any{"password", "totp", "recovery_code"}},
		} {
			t.Run(op.ID+" on an account "+c.account, func(t *testing.T) {
				a := c.client.WithT(t).Do(op.Method, op.PathWith(apptest.UnknownID), op.SampleBody()).Require(401, "step_up_required")
				want := fmt.Sprintf(`Bearer error="insufficient_user_authentication", acr_values="%s", max_age="300"`, c.acr)
				if got := a.Header.Values("WWW-Authenticate"); len(got) != 1 || got[0] != want {
					t.Errorf("got the challenges %q, want only %q", got, want)
				}
				challenge := map[string]any{"purpose": op.Purpose, "acr": c.acr, "max_age": 300.0, "methods": c.methods}
				if diff := cmp.Diff(challenge, a.Value("step_up")); diff != "" {
					t.Errorf("step_up, - want, + got:\n%s", diff)
				}
			})
		}
	}
}

func TestT01_StolenSession_PasswordAloneRefused(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	for _, purpose := range []string{"mfa.enroll", "mfa.remove", "mfa.recovery_codes", "account.password", "account.email"} {
		t.Run(purpose+" takes the code too", func(t *testing.T) {
			a := script.WithT(t).StepUp(purpose).Require(401, "code_required")
			if diff := cmp.Diff([]any{"password", "totp", "recovery_code"}, a.Value("methods")); diff != "" {
				t.Errorf("methods, - want, + got:\n%s", diff)
			}
			if token := a.Value("step_up_token"); token != nil {
				t.Errorf("the refusal contains a token: %v", token)
			}
		})
	}
	t.Run("wrong password leaves the code unused", func(t *testing.T) {
		code := phone.Code()
		script.WithT(t).StepUp("mfa.enroll", JSON{"password": "not the password at all", "code": code}).Require(401, "credentials_rejected")
		script.WithT(t).StepUp("mfa.enroll", JSON{"code": code}).Require(201, "")
	})
}

func TestT01_StolenSession_CannotEnroll(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	owner, phone := h.NewUser(ada).WithTOTP().Session()
	attacker := h.Script(owner.Bearer)

	attacker.Do("POST", apptest.PathEnrollments, nil).Require(401, "step_up_required")
	attacker.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", owner.Bearer).Require(401, "step_up_required")
	attacker.Do("DELETE", apptest.PathMethods+phone.ID, nil).Require(401, "step_up_required")
	attacker.StepUp("mfa.enroll", JSON{"password": "what the attacker guesses"}).Require(401, "credentials_rejected")

	a := owner.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if got, pending := a.Value("methods").([]any), a.Value("pending_enrollment"); len(got) != 1 || pending != nil {
		t.Errorf("the account has %d methods and the enrollment %v, want 1 and none", len(got), pending)
	}
}

func TestT01_StolenSession_OwnerNotified(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	attacker, phone := h.NewUser(ada).WithTOTP().Session()
	h.Deliver()
	before := len(h.Mails(ada))
	attacker.Enroll(JSON{"code": phone.Code()})
	h.Deliver()
	mails := h.Mails(ada)
	if len(mails) != before+1 {
		t.Fatalf("%d mails arrived, want one", len(mails)-before)
	}
	if m := mails[before]; m.Subject != "A new authenticator app was added to your account" || m.Link("/not-me") == "" {
		t.Errorf("got %q with the links %v, want the notice and a dispute link", m.Subject, m.Links)
	}
}
