package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

func TestT40_ARevokedKeyIsRevokedForEveryReplica(t *testing.T) {
	t.Parallel()
	for how, revoke := range revocations {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			overReplicas(t, func(t *testing.T, houses []*apptest.Server) { revokeBesideOthers(t, houses, revoke) })
		})
	}
}

func TestT40_NobodyBesideARotationOfReplicasNoticesIt(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	for what, r := range rotations {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			houses := apptest.Replicas(t, 2, "TWOFOLD_SIGNING_KEY_LEAD=1s")
			whileBusy(t, houses, r.revoked, func() { r.change(t, houses[0]) })
		})
	}
}
