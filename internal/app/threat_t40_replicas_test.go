package app_test

import (
	"fmt"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// overReplicas runs a test on two and on four replicas over one PostgreSQL.
func overReplicas(t *testing.T, do func(t *testing.T, servers []*apptest.Server), settings ...string) {
	t.Helper()
	for _, n := range []int{2, 4} {
		t.Run(fmt.Sprintf("%d replicas", n), func(t *testing.T) {
			t.Parallel()
			do(t, apptest.Replicas(t, n, append(settings, apptest.LongSignIns...)...))
		})
	}
}

func TestT40_Replicas_SharedBudget(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, servers []*apptest.Server) {
		h := servers[0]
		_, phone := h.NewUser(ada).WithTOTP().Session()
		var tokens []string
		for range 5 {
			tokens = append(tokens, h.PendingSignIn(ada))
		}
		responses := apptest.Concurrently(100, func(i int) apptest.Response {
			return servers[i%len(servers)].CompleteSignIn(tokens[i%len(tokens)], phone.Wrong())
		})
		outcomes := apptest.CountByOutcome(responses) // requests that wait too long for the account's lock are refused unchecked
		if outcomes["401 code_rejected"] != 5 || outcomes["429 too_many_attempts"]+outcomes["503 unavailable"] != 95 {
			t.Errorf("got %v, want 5 checked codes and 95 refused unchecked", outcomes)
		}
		for _, other := range servers {
			apptest.WantWait(t, other.CompleteSignIn(tokens[0], phone.Code()), 30)
		}
		h.Clock.Advance(30 * time.Second)
		servers[len(servers)-1].CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "")
	})
}

func TestT40_Replicas_UsedCodes(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, servers []*apptest.Server) {
		h := servers[0]
		live, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
		var tokens []string
		for range 10 {
			tokens = append(tokens, h.PendingSignIn(ada))
		}
		at := func(i int) *apptest.Server { return servers[i%len(servers)] }
		apptest.WantSingleSuccess(t, apptest.Concurrently(50, func(i int) apptest.Response { return at(i).CompleteSignIn(tokens[i%5], phone.Code()) }))
		live.OnServer(servers[1]).StepUp("mfa.remove", JSON{"code": phone.Code()}).Require(401, "code_used")
		apptest.WantSingleSuccess(t, apptest.Concurrently(30, func(i int) apptest.Response { return at(i).CompleteWithRecoveryCode(tokens[5+i%5], codes[0]) }))
		if got := live.OnServer(servers[1]).RecoveryCodesLeft(); got != 9 {
			t.Errorf("%d codes are left, want 9", got)
		}
	}, apptest.TenRecoveryCodes, "TWOFOLD_FREE_ATTEMPTS=1000", "TWOFOLD_MAX_PENDING_SIGN_INS=50")
}

func TestT40_Replicas_SpentTokensAndEndedSessions(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, servers []*apptest.Server) {
		h, last := servers[0], servers[len(servers)-1]
		live, phone := h.NewUser(ada).WithTOTP().Session()
		token := live.StepUpToken("mfa.recovery_codes", JSON{"code": phone.Code()})
		responses := apptest.Concurrently(12, func(i int) apptest.Response {
			return live.OnServer(servers[i%len(servers)]).Do("POST", "/api/v1/mfa/recovery-codes", nil, "Step-Up-Token", token)
		})
		apptest.WantOutcomes(t, responses, map[string]int{"201": 1, "401 step_up_required": 11})

		live.OnServer(last).Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
		live.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
		for _, other := range servers {
			live.OnServer(other).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
		}
	})
}

func TestT40_Replicas_ConcurrentStart(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, servers []*apptest.Server) {
		first := servers[0].Script("").Do("GET", "/.well-known/jwks.json", nil).Require(200, "")
		for _, other := range servers[1:] {
			if got := other.Script("").Do("GET", "/.well-known/jwks.json", nil).Require(200, ""); string(got.Body) != string(first.Body) {
				t.Errorf("one replica returns %s, another %s", first.Body, got.Body)
			}
		}
	})
}
