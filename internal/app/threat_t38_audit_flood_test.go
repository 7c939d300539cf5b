package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// Who is told to wait and does not, writes into somebody's activity each time. One network address does so a hundred
// times and no more.
func TestT38_AuditFlood_AddressLimit(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_IP_FAILURE_LIMIT=20")
	_, phone := withMFA(h, ada)
	token := pendingSignIn(h, ada)
	for range 4 {
		completeSignIn(h, token, phone.Wrong()).Require(401, "code_rejected")
	}
	completeSignIn(h, pendingSignIn(h, ada), phone.Wrong()).Require(401, "code_rejected")
	answers := make([]apptest.Response, 100)
	for i := range answers {
		answers[i] = completeSignIn(h, token, phone.Wrong())
	}
	wantTally(t, answers, map[string]int{"429 too_many_attempts": 15, "429 too_many_requests": 85})
}
