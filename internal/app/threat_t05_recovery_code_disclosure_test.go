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
	live, phone, codes := userWithRecoveryCodes(h, ada)
	heard := recordResponses(h)
	readAll(t, live, phone.ID)
	recovering(h, pendingSignIn(h, ada), codes[0]).Require(201, "")
	recovering(h, pendingSignIn(h, ada), codes[0]).Require(401, "code_used")
	second := live.Begin(recoveryCode(codes[1]))
	live.Confirm(second, second.Code()).Require(201, "")
	live.Do("PATCH", methods+phone.ID, JSON{"name": "phone"}).Require(200, "")
	readAll(t, live, phone.ID)
	h.Clock.Advance(30 * time.Second)
	for _, id := range []string{second.ID, phone.ID} {
		live.Do("DELETE", methods+id, nil, "Step-Up-Token", stepUp(live, "mfa.remove", JSON{"code": phone.Code()})).Require(200, "")
		h.Clock.Advance(30 * time.Second)
	}
	readAll(t, live, phone.ID)
	for _, code := range codes {
		if text := heard(); strings.Contains(text, code) || strings.Contains(text, strings.ReplaceAll(code, "-", "")) {
			t.Errorf("a code was answered again")
		}
	}
}
