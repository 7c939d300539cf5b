package repocheck

import (
	"slices"
	"strings"
	"testing"
)

// Passwords are hashed at less than the least cost in tests only: what is shipped cannot be told to.
func TestHashing_WeakParamsInTestsOnly(t *testing.T) {
	t.Parallel()
	may := map[string][]string{
		"NewWeakHasher": {"internal/password/hasher.go", "internal/app/app.go"},
		"WeakHashes":    {"internal/app/app.go", "internal/test/apptest/house.go", "internal/test/testserver/main.go"},
	}
	for name, files := range may {
		seen := 0
		for _, s := range sources(t, ".go") {
			if s.isTest() || !strings.Contains(string(s.text), name) {
				continue
			}
			seen++
			if !slices.Contains(files, s.path) {
				t.Errorf("%s speaks of %s", s.path, name)
			}
		}
		if seen != len(files) {
			t.Errorf("%d files speak of %s, not %d", seen, name, len(files))
		}
	}
}
