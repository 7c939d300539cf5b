package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

func TestT40_ReplicaKeys_Revocation(t *testing.T) {
	t.Parallel()
	for how, revoke := range keyRevocations {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			overReplicas(t, func(t *testing.T, servers []*apptest.Server) { checkRevocation(t, servers, revoke) })
		})
	}
}

func TestT40_ReplicaKeys_ConcurrentRequests(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	for what, r := range keyRotations {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			servers := apptest.Replicas(t, 2, "TWOFOLD_SIGNING_KEY_LEAD=1s")
			rotateUnderLoad(t, servers, r.revokes, func() { r.change(t, servers[0]) })
		})
	}
}
