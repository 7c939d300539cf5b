package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

func TestT11_ARecoveryCodePresentedManyTimesAtOnceWorksOnce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	settings := append([]string{"TWOFOLD_FREE_ATTEMPTS=1000", "TWOFOLD_MAX_PENDING_SIGN_INS=50"}, patient...)
	h := apptest.Start(t, append(settings, tenCodes)...)
	houses := []*apptest.Server{h, apptest.StartIn(t, h.Dir, h.Clock, append(settings, tenCodes, "TWOFOLD_PUBLIC_URL="+h.URL)...)}
	live, _, codes := userWithRecoveryCodes(h, ada)
	t.Run("on ten sign-ins in two processes", func(t *testing.T) {
		var tokens []string
		for range 10 {
			tokens = append(tokens, pendingSignIn(h, ada))
		}
		wantSingleSuccess(t, apptest.Concurrently(50, func(i int) apptest.Response {
			return recovering(houses[i%2], tokens[i%len(tokens)], codes[0])
		}))
	})
	t.Run("at sign-in and step-up", func(t *testing.T) {
		token := pendingSignIn(h, ada)
		wantSingleSuccess(t, apptest.Concurrently(8, func(i int) apptest.Response {
			if i%4 < 2 {
				return recovering(houses[i%2], token, codes[1])
			}
			return live.OnServer(houses[i%2]).StepUp("mfa.enroll", recoveryCode(codes[1]))
		}))
	})
	if got := remaining(live); got != 8 {
		t.Errorf("%d codes are left, want 8", got)
	}
}

func TestT11_AUsedRecoveryCodeIsRememberedByEveryDoor(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, phone, codes := userWithRecoveryCodes(h, ada)
	for i, door := range []struct {
		name string
		open func(code string) apptest.Response
	}{
		{"finished a sign-in", func(code string) apptest.Response { return recovering(h, pendingSignIn(h, ada), code) }},
		{"signed in at once", func(code string) apptest.Response {
			return h.Script("").SignIn(ada, recoveryCode(code), JSON{"deliver": "token"})
		}},
		{"stepped up", func(code string) apptest.Response { return live.StepUp("mfa.enroll", recoveryCode(code)) }},
	} {
		t.Run("a code that "+door.name, func(t *testing.T) {
			a := door.open(codes[i]).Require(201, "")
			if acr := a.Text("acr"); acr != "aal2" {
				t.Errorf("it is %s, want aal2", acr)
			}
			recovering(h, pendingSignIn(h, ada), codes[i]).Require(401, "code_used")
			h.Script("").SignIn(ada, recoveryCode(codes[i])).Require(401, "code_used")
			live.WithT(t).StepUp("mfa.remove", recoveryCode(codes[i])).Require(401, "code_used")
		})
		recovering(h, pendingSignIn(h, ada), codes[9-i]).Require(201, "") // forgives those that were used
	}
	completeSignIn(h, pendingSignIn(h, ada), phone.Code()).Require(201, "") // the phone is as good as before
}

func TestT11_ARecoveryCodeWhoseSessionFailedIsUnused(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	live, _, codes := userWithRecoveryCodes(h, ada)
	token := pendingSignIn(h, ada)
	db := database(t, h)
	allow := db.FailInserts(t, "sessions")
	recovering(h, token, codes[0]).Require(503, "unavailable")
	h.Script("").SignIn(ada, recoveryCode(codes[0])).Require(503, "unavailable")
	if got := remaining(live); got != 10 {
		t.Errorf("%d codes are left, want 10", got)
	}
	allow()
	recovering(h, token, codes[0]).Require(201, "")
	if got := remaining(live); got != 9 {
		t.Errorf("%d codes are left, want 9", got)
	}
}
