package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

func TestT11_RecoveryCodeReplay_Concurrent(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	settings := append([]string{"TWOFOLD_FREE_ATTEMPTS=1000", "TWOFOLD_MAX_PENDING_SIGN_INS=50"}, apptest.LongSignIns...)
	h := apptest.Start(t, append(settings, apptest.TenRecoveryCodes)...)
	servers := []*apptest.Server{h, apptest.StartIn(t, h.Dir, h.Clock, append(settings, apptest.TenRecoveryCodes, "TWOFOLD_PUBLIC_URL="+h.URL)...)}
	live, _, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	t.Run("ten sign-ins in two processes, code used once", func(t *testing.T) {
		var tokens []string
		for range 10 {
			tokens = append(tokens, h.PendingSignIn(ada))
		}
		apptest.WantSingleSuccess(t, apptest.Concurrently(50, func(i int) apptest.Response {
			return servers[i%2].CompleteWithRecoveryCode(tokens[i%len(tokens)], codes[0])
		}))
	})
	t.Run("sign-in and step-up, code used once", func(t *testing.T) {
		token := h.PendingSignIn(ada)
		apptest.WantSingleSuccess(t, apptest.Concurrently(8, func(i int) apptest.Response {
			if i%4 < 2 {
				return servers[i%2].CompleteWithRecoveryCode(token, codes[1])
			}
			return live.OnServer(servers[i%2]).StepUp("mfa.enroll", apptest.RecoveryCode(codes[1]))
		}))
	})
	if got := live.RecoveryCodesLeft(); got != 8 {
		t.Errorf("%d codes are left, want 8", got)
	}
}

func TestT11_RecoveryCodeReplay_UsedEverywhere(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	for i, attempt := range []struct {
		name string
		open func(code string) apptest.Response
	}{
		{"finished a sign-in", func(code string) apptest.Response { return h.CompleteWithRecoveryCode(h.PendingSignIn(ada), code) }},
		{"signed in at once", func(code string) apptest.Response {
			return h.Script("").SignIn(ada, apptest.RecoveryCode(code), JSON{"deliver": "token"})
		}},
		{"stepped up", func(code string) apptest.Response { return live.StepUp("mfa.enroll", apptest.RecoveryCode(code)) }},
	} {
		t.Run("a code that "+attempt.name, func(t *testing.T) {
			a := attempt.open(codes[i]).Require(201, "")
			if acr := a.Text("acr"); acr != "aal2" {
				t.Errorf("the session is %s, want aal2", acr)
			}
			h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[i]).Require(401, "code_used")
			h.Script("").SignIn(ada, apptest.RecoveryCode(codes[i])).Require(401, "code_used")
			live.WithT(t).StepUp("mfa.remove", apptest.RecoveryCode(codes[i])).Require(401, "code_used")
		})
		h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[9-i]).Require(201, "") // clears the failures
	}
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "") // the phone still works
}

func TestT11_RecoveryCodeReplay_UnusedAfterFailure(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	live, _, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	token := h.PendingSignIn(ada)
	db := h.OpenDatabase(t)
	allow := db.FailInserts(t, "sessions")
	h.CompleteWithRecoveryCode(token, codes[0]).Require(503, "unavailable")
	h.Script("").SignIn(ada, apptest.RecoveryCode(codes[0])).Require(503, "unavailable")
	if got := live.RecoveryCodesLeft(); got != 10 {
		t.Errorf("%d codes are left, want 10", got)
	}
	allow()
	h.CompleteWithRecoveryCode(token, codes[0]).Require(201, "")
	if got := live.RecoveryCodesLeft(); got != 9 {
		t.Errorf("%d codes are left, want 9", got)
	}
}
