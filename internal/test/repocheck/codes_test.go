package repocheck

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/troubleshoot.md explains each problem code of the contract: its meaning, and what to do.
func TestDocs_EveryProblemCodeIsExplained(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile(filepath.Join(root, "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?m)^    ProblemCode:\n(?:      [a-z].*\n)+((?:        - \w+\n)+)`).FindSubmatch(contract)
	if list == nil {
		t.Fatal("openapi.yaml has no schema ProblemCode with an enum")
	}
	codes := strings.Fields(strings.ReplaceAll(string(list[1]), "- ", ""))

	page, err := os.ReadFile(filepath.Join(root, "docs/troubleshoot.md"))
	if err != nil {
		t.Fatal(err)
	}
	var explained []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (.*) \\| (.*) \\|$").FindAllSubmatch(page, -1) {
		explained = append(explained, string(row[1]))
		if len(row[2]) < 20 || len(row[3]) < 10 {
			t.Errorf("docs/troubleshoot.md hardly explains %s", row[1])
		}
	}
	for _, code := range codes {
		if !slices.Contains(explained, code) {
			t.Errorf("docs/troubleshoot.md does not explain %s", code)
		}
	}
	for i, code := range explained {
		if !slices.Contains(codes, code) || slices.Contains(explained[:i], code) {
			t.Errorf("docs/troubleshoot.md explains %s, which the contract does not have, or twice", code)
		}
	}
}
