package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT05_RecoveryCodeDisclosure_ShownOnce(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	recorded := h.RecordResponses()
	live.GetEverything(phone.ID)
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(201, "")
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]).Require(401, "code_used")
	second := live.Begin(apptest.RecoveryCode(codes[1]))
	live.Confirm(second, second.Code()).Require(201, "")
	live.Do("PATCH", apptest.PathMethods+phone.ID, JSON{"name": "phone"}).Require(200, "")
	live.GetEverything(phone.ID)
	h.Clock.Advance(30 * time.Second)
	for _, id := range []string{second.ID, phone.ID} {
		live.Do("DELETE", apptest.PathMethods+id, nil, "Step-Up-Token", live.StepUpToken("mfa.remove", JSON{"code": phone.Code()})).Require(200, "")
		h.Clock.Advance(30 * time.Second)
	}
	live.GetEverything(phone.ID)
	for _, code := range codes {
		if text := recorded(); strings.Contains(text, code) || strings.Contains(text, strings.ReplaceAll(code, "-", "")) {
			t.Errorf("a code was returned again")
		}
	}
}
