package app_test

import (
	"fmt"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// Two and four replicas over one PostgreSQL: whatever decides is in the database.
var crowds = []int{2, 4}

func overReplicas(t *testing.T, do func(t *testing.T, houses []*apptest.Server), settings ...string) {
	t.Helper()
	for _, n := range crowds {
		t.Run(fmt.Sprintf("%d replicas", n), func(t *testing.T) {
			t.Parallel()
			do(t, apptest.Replicas(t, n, append(settings, patient...)...))
		})
	}
}

func TestT40_ReplicasShareTheBudget(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, houses []*apptest.Server) {
		h := houses[0]
		_, phone := withMFA(h, ada)
		var tokens []string
		for range 5 {
			tokens = append(tokens, pendingSignIn(h, ada))
		}
		answers := apptest.Concurrently(100, func(i int) apptest.Response {
			return completeSignIn(houses[i%len(houses)], tokens[i%len(tokens)], phone.Wrong())
		})
		tally := apptest.CountByOutcome(answers) // who waited for the account too long is sent away unseen
		if tally["401 code_rejected"] != 5 || tally["429 too_many_attempts"]+tally["503 unavailable"] != 95 {
			t.Errorf("got %v, want 5 judged codes and 95 refused unseen", tally)
		}
		for _, other := range houses {
			wantWait(t, completeSignIn(other, tokens[0], phone.Code()), 30)
		}
		h.Clock.Advance(30 * time.Second)
		completeSignIn(houses[len(houses)-1], pendingSignIn(h, ada), phone.Code()).Require(201, "")
	})
}

func TestT40_ReplicasShareTheMemoryOfUsedCodes(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, houses []*apptest.Server) {
		h := houses[0]
		live, phone, codes := userWithRecoveryCodes(h, ada)
		var tokens []string
		for range 10 {
			tokens = append(tokens, pendingSignIn(h, ada))
		}
		at := func(i int) *apptest.Server { return houses[i%len(houses)] }
		wantSingleSuccess(t, apptest.Concurrently(50, func(i int) apptest.Response { return completeSignIn(at(i), tokens[i%5], phone.Code()) }))
		live.OnServer(houses[1]).StepUp("mfa.remove", JSON{"code": phone.Code()}).Require(401, "code_used")
		wantSingleSuccess(t, apptest.Concurrently(30, func(i int) apptest.Response { return recovering(at(i), tokens[5+i%5], codes[0]) }))
		if got := remaining(live.OnServer(houses[1])); got != 9 {
			t.Errorf("%d codes are left, want 9", got)
		}
	}, tenCodes, "TWOFOLD_FREE_ATTEMPTS=1000", "TWOFOLD_MAX_PENDING_SIGN_INS=50")
}

func TestT40_ReplicasShareWhatIsSpentAndWhatHasEnded(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, houses []*apptest.Server) {
		h, last := houses[0], houses[len(houses)-1]
		live, phone := withMFA(h, ada)
		token := stepUp(live, "mfa.recovery_codes", JSON{"code": phone.Code()})
		answers := apptest.Concurrently(12, func(i int) apptest.Response {
			return live.OnServer(houses[i%len(houses)]).Do("POST", "/api/v1/mfa/recovery-codes", nil, "Step-Up-Token", token)
		})
		wantTally(t, answers, map[string]int{"201": 1, "401 step_up_required": 11})

		live.OnServer(last).Do("GET", current, nil).Require(200, "")
		live.Do("DELETE", current, nil).Require(204, "")
		for _, other := range houses {
			live.OnServer(other).Do("GET", current, nil).Require(401, "session_required")
		}
	})
}

func TestT40_ReplicasThatStartAtOnceHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, houses []*apptest.Server) {
		first := houses[0].Script("").Do("GET", "/.well-known/jwks.json", nil).Require(200, "")
		for _, other := range houses[1:] {
			if got := other.Script("").Do("GET", "/.well-known/jwks.json", nil).Require(200, ""); string(got.Body) != string(first.Body) {
				t.Errorf("one shows %s, another %s", first.Body, got.Body)
			}
		}
	})
}
