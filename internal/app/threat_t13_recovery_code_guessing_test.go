package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT13_RecoveryCodeGuessing_MalformedCostsNothing(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes, "TWOFOLD_HASH_SLOTS=1", "TWOFOLD_HASH_QUEUE=1", "TWOFOLD_HASH_WAIT=1ms")
	live, _, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	token := h.PendingSignIn(ada)
	release, err := h.App.Passwords.Policy.Hasher.Acquire(t.Context(), "another account") // takes the only hash slot
	if err != nil {
		t.Fatal(err)
	}
	h.CompleteWithRecoveryCode(token, apptest.WrongRecoveryCode).Require(503, "unavailable")
	for what, code := range map[string]string{
		"letter outside the alphabet": "UUUU-UUUU-UUUU-UUUU",
		"one too short":               "0000-0000-0000-000",
		"one too long":                "0000-0000-0000-0000-0",
		"all spaces":                  strings.Repeat(" ", 20),
		"empty":                       "",
		"very long":                   strings.Repeat("0", 65),
		"letter of another script":    "0000-0000-0000-000Ø",
	} {
		t.Run(what, func(t *testing.T) {
			for attempt, a := range map[string]apptest.Response{
				"completeSignIn": h.CompleteWithRecoveryCode(token, code),
				"signIn":         h.Script("").SignIn(ada, apptest.RecoveryCode(code)),
				"stepUp":         live.StepUp("mfa.remove", apptest.RecoveryCode(code)),
			} {
				if a.Status != 400 || a.Code() != "invalid_request" {
					t.Errorf("%s: got %d %s, want 400 invalid_request", attempt, a.Status, a.Body)
				}
				apptest.WantPointer(t, a, "/recovery_code")
			}
		})
	}
	release()
	if left := h.CompleteWithRecoveryCode(token, apptest.WrongRecoveryCode).Require(401, "code_rejected").Int("attempts_left"); left != 4 {
		t.Errorf("attempts_left is %d after one try, want 4", left)
	}
	h.CompleteWithRecoveryCode(token, codes[0]).Require(201, "")
}

func TestT13_RecoveryCodeGuessing_WithCodeRefused(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	token := h.PendingSignIn(ada)
	both := JSON{"code": phone.Code(), "recovery_code": codes[0]}
	for attempt, a := range map[string]apptest.Response{
		"completeSignIn": h.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": token, "code": phone.Code(), "recovery_code": codes[0]}),
		"signIn":         h.Script("").SignIn(ada, both),
		"stepUp":         live.StepUp("mfa.remove", both),
	} {
		if a.Status != 400 {
			t.Errorf("%s: got %d %s, want 400", attempt, a.Status, a.Body)
		}
		apptest.WantPointer(t, a, "/recovery_code")
	}
	apptest.WantPointer(t, h.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": token}).Require(400, "invalid_request"), "/code")
	if got := live.RecoveryCodesLeft(); got != 10 {
		t.Errorf("%d codes are left, want 10", got)
	}
	h.CompleteSignIn(token, phone.Code()).Require(201, "")
}

func TestT13_RecoveryCodeGuessing_OwnBudget(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, append(apptest.LongSignIns, apptest.TenRecoveryCodes)...)
	_, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	token := h.PendingSignIn(ada)
	for left := 4; left >= 0; left-- {
		if got := h.CompleteWithRecoveryCode(token, apptest.WrongRecoveryCode).Require(401, "code_rejected").Int("attempts_left"); got != left {
			t.Errorf("attempts_left is %d, want %d", got, left)
		}
	}
	apptest.WantWait(t, h.CompleteWithRecoveryCode(token, codes[0]), 30)
	h.CompleteSignIn(token, phone.Code()).Require(201, "") // the phone is not in backoff

	token = h.PendingSignIn(ada)
	for range 5 {
		h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
	}
	apptest.WantWait(t, h.CompleteSignIn(token, phone.Code()), 30)
	apptest.WantWait(t, h.CompleteWithRecoveryCode(token, codes[0]), 30) // the phone's success cleared none of their failures
	h.Clock.Advance(30 * time.Second)
	h.CompleteWithRecoveryCode(token, codes[0]).Require(201, "")
	token = h.PendingSignIn(ada)
	apptest.WantOutcomes(t, []apptest.Response{h.CompleteWithRecoveryCode(token, codes[0])}, map[string]int{"401 code_used": 1}) // the first of five
	if got := h.CompleteWithRecoveryCode(token, apptest.WrongRecoveryCode).Require(401, "code_rejected").Int("attempts_left"); got != 3 {
		t.Errorf("attempts_left is %d, want 3: a used code counts", got)
	}
}

func TestT13_RecoveryCodeGuessing_Burst(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, append(apptest.LongSignIns, apptest.TenRecoveryCodes)...)
	h.NewUser(ada).WithTOTP()
	token := h.PendingSignIn(ada)
	apptest.WantOutcomes(t, apptest.Concurrently(40, func(int) apptest.Response { return h.CompleteWithRecoveryCode(token, apptest.WrongRecoveryCode) }), map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 35})
}

func TestT13_RecoveryCodeGuessing_HardLimit(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, append(apptest.LongSignIns, apptest.TenRecoveryCodes, "TWOFOLD_ATTEMPT_LIMIT=3")...)
	live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	exhaust := func(try func() apptest.Response) string {
		for range 3 {
			try().Require(401, "code_rejected")
		}
		a := try().Require(429, "too_many_attempts")
		if a.Value("retry_after") != nil {
			t.Errorf("the refusal has a retry_after: %s", a.Body)
		}
		return a.Text("detail")
	}
	token := h.PendingSignIn(ada)
	detail := exhaust(func() apptest.Response { return h.CompleteSignIn(token, phone.Wrong()) })
	if !strings.Contains(detail, "Use a recovery code") {
		t.Errorf("the detail is %q, want the alternative", detail)
	}
	h.CompleteSignIn(token, phone.Code()).Require(429, "too_many_attempts")
	h.CompleteWithRecoveryCode(token, apptest.WrongRecoveryCode).Require(401, "code_rejected") // a wrong one does not unlock the codes
	h.CompleteSignIn(token, phone.Code()).Require(429, "too_many_attempts")
	h.CompleteWithRecoveryCode(token, codes[0]).Require(201, "")
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "") // a correct one does

	h.Clock.Advance(30 * time.Second)
	token = h.PendingSignIn(ada)
	detail = exhaust(func() apptest.Response { return h.CompleteWithRecoveryCode(token, apptest.WrongRecoveryCode) })
	if !strings.Contains(detail, "Use your authenticator app") {
		t.Errorf("the detail is %q, want the alternative", detail)
	}
	h.CompleteWithRecoveryCode(token, codes[1]).Require(429, "too_many_attempts")
	h.CompleteSignIn(token, phone.Code()).Require(201, "")
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[1]).Require(429, "too_many_attempts") // the phone unlocks them only by a new set
	h.Clock.Advance(30 * time.Second)
	grant := live.StepUpToken("mfa.recovery_codes", JSON{"code": phone.Code()})
	codes = live.Do("POST", apptest.PathRecoveryCodes, nil, "Step-Up-Token", grant).Require(201, "").RecoveryCodes()
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(201, "")
}
