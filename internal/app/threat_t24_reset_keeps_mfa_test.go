package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

func TestT24_ResetKeepsMFA_RecoveryCodeNeedsPassword(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, _, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	h.Script("").SignIn(ada, apptest.RecoveryCode(codes[0]), JSON{"password": "what an attacker guesses"}).Require(401, "credentials_rejected")
	live.StepUp("mfa.remove", apptest.RecoveryCode(codes[0]), JSON{"password": "what an attacker guesses"}).Require(401, "credentials_rejected")
	h.Script("").Do("POST", "/api/v1/sessions", JSON{"email": ada, "recovery_code": codes[0]}).Require(400, "invalid_request")
	live.Do("POST", "/api/v1/step-up", JSON{"purpose": "mfa.remove", "recovery_code": codes[0]}).Require(400, "invalid_request")
	h.Script("").Do("POST", apptest.PathSecondFactor, JSON{"recovery_code": codes[0]}).Require(410, "sign_in_expired")
	h.CompleteWithRecoveryCode("tf_i_not-a-token", codes[0]).Require(410, "sign_in_expired")
	if got := live.RecoveryCodesLeft(); got != 10 {
		t.Errorf("%d codes are left, want 10, because none was used", got)
	}
	a := h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(201, "")
	if acr := a.Text("acr"); acr != "aal2" {
		t.Errorf("password and recovery code are %s, want aal2", acr)
	}
}

func TestT25_MethodRemoval_RecoveryCodeRequired(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	_, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	found := h.Script(h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(201, "").Text("session_token"))
	a := found.StepUp("mfa.remove").Require(401, "code_required")
	apptest.WantFactors(t, a.Value("methods"), "password", "totp", "recovery_code")
	a = found.Do("DELETE", apptest.PathMethods+phone.ID, nil).Require(401, "step_up_required")
	apptest.WantFactors(t, a.Value("step_up", "methods"), "password", "totp", "recovery_code")
	found.StepUp("mfa.remove", apptest.RecoveryCode(codes[0])).Require(401, "code_used")
	grant := found.StepUpToken("mfa.remove", apptest.RecoveryCode(codes[1]))
	receipt := found.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", grant).Require(200, "")
	if receipt.Int("sessions_ended") != 1 || receipt.Int("recovery_codes_left") != 0 {
		t.Errorf("got %s, want one session ended, and no codes left", receipt.Body)
	}
	if got := found.RecoveryCodesLeft(); got != -1 {
		t.Errorf("%d codes outlived the last method", got)
	}
	again := found.Begin()
	codes = append(codes, found.Confirm(again, again.Code()).Require(201, "").RecoveryCodes()...)
	if len(codes) != 20 {
		t.Fatalf("%d codes came with the new first method, want 10", len(codes)-10)
	}
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[2]).Require(401, "code_rejected") // of the deleted set
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[12]).Require(201, "")
}
