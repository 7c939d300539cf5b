package api

import (
	"os"
	"regexp"
	"testing"
)

// The contract must list every kind of event that an account can have, because a response with another kind would violate it.
func TestActivityKinds_AreInContract(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../internal/audit/kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	withoutAccount := map[string]bool{
		"token.refused": true, "cross_origin.refused": true, "key.published": true, "key.rotated": true, "key.revoked": true,
		"accounts.searched": true, "database.fenced": true, "database.accepted": true,
	}
	kinds := regexp.MustCompile(`Kind = "([a-z_.]+)"`).FindAllSubmatch(text, -1)
	if len(kinds) < 30 {
		t.Fatalf("found %d kinds", len(kinds))
	}
	for _, k := range kinds {
		if kind := string(k[1]); ActivityKind(kind).Valid() == withoutAccount[kind] {
			t.Errorf("%s: known to the contract: %v", kind, !withoutAccount[kind])
		}
	}
}
