package repocheck

import (
	"slices"
	"strings"
	"testing"
)

// Hashes below the minimum cost are for tests. The shipped program cannot be configured to use them.
func TestHashing_WeakParamsInTestsOnly(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{
		"NewTestHasher": {"internal/password/hasher.go", "internal/app/app.go"},
		"TestHashes":    {"internal/app/app.go", "internal/test/apptest/server.go", "internal/test/testserver/main.go"},
	}
	for name, files := range allowed {
		seen := 0
		for _, s := range sources(t, ".go") {
			if s.isTest() || !strings.Contains(string(s.text), name) {
				continue
			}
			seen++
			if !slices.Contains(files, s.path) {
				t.Errorf("%s uses %s", s.path, name)
			}
		}
		if seen != len(files) {
			t.Errorf("%d files use %s, want %d", seen, name, len(files))
		}
	}
}
