package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT13_WhatCannotBeARecoveryCodeCostsNoHashAndNoTry(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes, "TWOFOLD_HASH_SLOTS=1", "TWOFOLD_HASH_QUEUE=1", "TWOFOLD_HASH_WAIT=1ms")
	live, _, codes := userWithRecoveryCodes(h, ada)
	token := pendingSignIn(h, ada)
	release, err := h.App.Passwords.Policy.Hasher.Acquire(t.Context()) // whoever needs a hash is told that there is none
	if err != nil {
		t.Fatal(err)
	}
	recovering(h, token, wrongRecoveryCode).Require(503, "unavailable")
	for what, code := range map[string]string{
		"with a letter that none has": "UUUU-UUUU-UUUU-UUUU",
		"one too short":               "0000-0000-0000-000",
		"one too long":                "0000-0000-0000-0000-0",
		"all spaces":                  strings.Repeat(" ", 20),
		"empty":                       "",
		"very long":                   strings.Repeat("0", 65),
		"with a letter of others":     "0000-0000-0000-000Ø",
	} {
		t.Run(what, func(t *testing.T) {
			for door, a := range map[string]apptest.Response{
				"completeSignIn": recovering(h, token, code),
				"signIn":         h.Script("").SignIn(ada, recoveryCode(code)),
				"stepUp":         live.StepUp("mfa.remove", recoveryCode(code)),
			} {
				if a.Status != 400 || a.Code() != "invalid_request" {
					t.Errorf("%s: got %d %s, want 400 invalid_request", door, a.Status, a.Body)
				}
				wantPointer(t, a, "/recovery_code")
			}
		})
	}
	release()
	if left := recovering(h, token, wrongRecoveryCode).Require(401, "code_rejected").Int("attempts_left"); left != 4 {
		t.Errorf("attempts_left is %d after one try, want 4", left)
	}
	recovering(h, token, codes[0]).Require(201, "")
}

func TestT13_CodeAndRecoveryCodeAreExclusive(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, phone, codes := userWithRecoveryCodes(h, ada)
	token := pendingSignIn(h, ada)
	both := JSON{"code": phone.Code(), "recovery_code": codes[0]}
	for door, a := range map[string]apptest.Response{
		"completeSignIn": h.Script("").Do("POST", complete, JSON{"sign_in_token": token, "code": phone.Code(), "recovery_code": codes[0]}),
		"signIn":         h.Script("").SignIn(ada, both),
		"stepUp":         live.StepUp("mfa.remove", both),
	} {
		if a.Status != 400 {
			t.Errorf("%s: got %d %s, want 400", door, a.Status, a.Body)
		}
		wantPointer(t, a, "/recovery_code")
	}
	wantPointer(t, h.Script("").Do("POST", complete, JSON{"sign_in_token": token}).Require(400, "invalid_request"), "/code")
	if got := remaining(live); got != 10 {
		t.Errorf("%d codes are left, want 10", got)
	}
	completeSignIn(h, token, phone.Code()).Require(201, "")
}

func TestT13_RecoveryCodesHaveABudgetOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, append(patient, tenCodes)...)
	_, phone, codes := userWithRecoveryCodes(h, ada)
	token := pendingSignIn(h, ada)
	for left := 4; left >= 0; left-- {
		if got := recovering(h, token, wrongRecoveryCode).Require(401, "code_rejected").Int("attempts_left"); got != left {
			t.Errorf("attempts_left is %d, want %d", got, left)
		}
	}
	wantWait(t, recovering(h, token, codes[0]), 30)
	completeSignIn(h, token, phone.Code()).Require(201, "") // the phone does not wait for them

	token = pendingSignIn(h, ada)
	for range 5 {
		completeSignIn(h, token, phone.Wrong()).Require(401, "code_rejected")
	}
	wantWait(t, completeSignIn(h, token, phone.Code()), 30)
	wantWait(t, recovering(h, token, codes[0]), 30) // the phone's success forgave nothing of theirs
	h.Clock.Advance(30 * time.Second)
	recovering(h, token, codes[0]).Require(201, "")
	token = pendingSignIn(h, ada)
	wantTally(t, []apptest.Response{recovering(h, token, codes[0])}, map[string]int{"401 code_used": 1}) // one of five again
	if got := recovering(h, token, wrongRecoveryCode).Require(401, "code_rejected").Int("attempts_left"); got != 3 {
		t.Errorf("attempts_left is %d, want 3: a used code counts", got)
	}
}

func TestT13_ABurstOfWrongRecoveryCodesIsFiveJudgedOnes(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, append(patient, tenCodes)...)
	userWithRecoveryCodes(h, ada)
	token := pendingSignIn(h, ada)
	wantTally(t, apptest.Concurrently(40, func(int) apptest.Response { return recovering(h, token, wrongRecoveryCode) }),
		map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 35})
}

func TestT13_AtTheCapTheOtherProofHelps(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, append(patient, tenCodes, "TWOFOLD_ATTEMPT_LIMIT=3")...)
	live, phone, codes := userWithRecoveryCodes(h, ada)
	exhaust := func(try func() apptest.Response) string {
		for range 3 {
			try().Require(401, "code_rejected")
		}
		a := try().Require(429, "too_many_attempts")
		if a.Value("retry_after") != nil {
			t.Errorf("it promises a wait: %s", a.Body)
		}
		return a.Text("detail")
	}
	token := pendingSignIn(h, ada)
	detail := exhaust(func() apptest.Response { return completeSignIn(h, token, phone.Wrong()) })
	if !strings.Contains(detail, "Use a recovery code") {
		t.Errorf("the detail is %q, want the way out", detail)
	}
	completeSignIn(h, token, phone.Code()).Require(429, "too_many_attempts")
	recovering(h, token, wrongRecoveryCode).Require(401, "code_rejected") // a wrong one revives nothing
	completeSignIn(h, token, phone.Code()).Require(429, "too_many_attempts")
	recovering(h, token, codes[0]).Require(201, "")
	completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(201, "") // a right one does

	h.Clock.Advance(30 * time.Second)
	token = pendingSignIn(h, ada)
	detail = exhaust(func() apptest.Response { return recovering(h, token, wrongRecoveryCode) })
	if !strings.Contains(detail, "Use your authenticator app") {
		t.Errorf("the detail is %q, want the way out", detail)
	}
	recovering(h, token, codes[1]).Require(429, "too_many_attempts")
	completeSignIn(h, token, phone.Code()).Require(201, "")
	recovering(h, pendingSignIn(h, ada), codes[1]).Require(429, "too_many_attempts") // the phone revives it by a new set only
	h.Clock.Advance(30 * time.Second)
	grant := stepUp(live, "mfa.recovery_codes", JSON{"code": phone.Code()})
	codes = shownCodes(t, live.Do("POST", recoveryCodes, nil, "Step-Up-Token", grant).Require(201, ""))
	recovering(h, pendingSignIn(h, ada), codes[0]).Require(201, "")
}
