package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// Each attempt during backoff adds an activity entry. The limit per client address bounds their number.
func TestT38_AuditFlood_AddressLimit(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_IP_FAILURE_LIMIT=20")
	_, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	for range 4 {
		h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
	}
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Wrong()).Require(401, "code_rejected")
	responses := make([]apptest.Response, 100)
	for i := range responses {
		responses[i] = h.CompleteSignIn(token, phone.Wrong())
	}
	apptest.WantOutcomes(t, responses, map[string]int{"429 too_many_attempts": 15, "429 too_many_requests": 85})
}
