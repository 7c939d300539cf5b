package app_test

import (
	"slices"
	"testing"

	"twofold/internal/test/apptest"
)

func TestT12_ForeignRecoveryCode_OtherAccount(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	adas, _, _ := h.NewUser(ada).WithTOTP().SessionAndCodes()
	bobs, _, codes := h.NewUser(bob).WithTOTP().SessionAndCodes()
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(401, "code_rejected")
	h.Script("").SignIn(ada, apptest.RecoveryCode(codes[0])).Require(401, "code_rejected")
	adas.StepUp("mfa.remove", apptest.RecoveryCode(codes[0])).Require(401, "code_rejected")
	for who, c := range map[string]*apptest.Client{"ada": adas, "bob": bobs} {
		if got := c.RecoveryCodesLeft(); got != 10 {
			t.Errorf("%s has %d codes left, want 10", who, got)
		}
	}
	h.CompleteWithRecoveryCode(h.PendingSignIn(bob), codes[0]).Require(201, "")
}

func TestT12_ForeignRecoveryCode_OlderSet(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, phone, older := h.NewUser(ada).WithTOTP().SessionAndCodes()
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), older[1]).Require(201, "")
	grant := live.StepUpToken("mfa.recovery_codes", JSON{"code": phone.Code()})
	a := live.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", grant).Require(201, "")
	newer := a.RecoveryCodes()
	if len(newer) != 10 || a.Int("receipt", "recovery_codes_left") != 10 || slices.ContainsFunc(newer, func(c string) bool { return slices.Contains(older, c) }) {
		t.Errorf("got %s, want ten other codes", a.Body)
	}
	for what, code := range map[string]string{"an unused one": older[0], "a used one": older[1]} {
		t.Run(what+" of the older set", func(t *testing.T) {
			h.CompleteWithRecoveryCode(h.PendingSignIn(ada), code).Require(401, "code_rejected")
			live.WithT(t).StepUp("mfa.remove", apptest.RecoveryCode(code)).Require(401, "code_rejected")
		})
	}
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), newer[0]).Require(201, "")
}
