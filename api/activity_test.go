package api

import (
	"os"
	"regexp"
	"testing"
)

// Every kind of event that an account can have is one that the contract knows: an entry of another kind would be an answer
// outside of it.
func TestActivityKinds_AreInContract(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../internal/audit/kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	ofNobody := map[string]bool{
		"token.refused": true, "cross_origin.refused": true, "key.published": true, "key.rotated": true, "key.revoked": true,
		"accounts.searched": true, "database.fenced": true, "database.accepted": true,
	}
	kinds := regexp.MustCompile(`Kind = "([a-z_.]+)"`).FindAllSubmatch(text, -1)
	if len(kinds) < 30 {
		t.Fatalf("found %d kinds", len(kinds))
	}
	for _, k := range kinds {
		if kind := string(k[1]); ActivityKind(kind).Valid() == ofNobody[kind] {
			t.Errorf("%s: known to the contract: %v", kind, !ofNobody[kind])
		}
	}
}
