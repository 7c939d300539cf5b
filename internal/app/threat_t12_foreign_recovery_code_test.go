package app_test

import (
	"slices"
	"testing"

	"twofold/internal/test/apptest"
)

func TestT12_ForeignRecoveryCode_OtherAccount(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	adas, _, _ := userWithRecoveryCodes(h, ada)
	bobs, _, codes := userWithRecoveryCodes(h, bob)
	recovering(h, pendingSignIn(h, ada), codes[0]).Require(401, "code_rejected")
	h.Script("").SignIn(ada, recoveryCode(codes[0])).Require(401, "code_rejected")
	adas.StepUp("mfa.remove", recoveryCode(codes[0])).Require(401, "code_rejected")
	for who, c := range map[string]*apptest.Client{"ada": adas, "bob": bobs} {
		if got := remaining(c); got != 10 {
			t.Errorf("%s has %d codes left, want 10", who, got)
		}
	}
	recovering(h, pendingSignIn(h, bob), codes[0]).Require(201, "")
}

func TestT12_ForeignRecoveryCode_OlderSet(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, phone, older := userWithRecoveryCodes(h, ada)
	recovering(h, pendingSignIn(h, ada), older[1]).Require(201, "")
	grant := stepUp(live, "mfa.recovery_codes", JSON{"code": phone.Code()})
	a := live.Do("POST", recoveryCodes, nil, "Step-Up-Token", grant).Require(201, "")
	newer := shownCodes(t, a)
	if len(newer) != 10 || a.Int("receipt", "recovery_codes_left") != 10 || slices.ContainsFunc(newer, func(c string) bool { return slices.Contains(older, c) }) {
		t.Errorf("got %s, want ten other codes", a.Body)
	}
	for what, code := range map[string]string{"an unused one": older[0], "a used one": older[1]} {
		t.Run(what+" of the older set", func(t *testing.T) {
			recovering(h, pendingSignIn(h, ada), code).Require(401, "code_rejected")
			live.WithT(t).StepUp("mfa.remove", recoveryCode(code)).Require(401, "code_rejected")
		})
	}
	recovering(h, pendingSignIn(h, ada), newer[0]).Require(201, "")
}
