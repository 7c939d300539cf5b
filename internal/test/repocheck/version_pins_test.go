package repocheck

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every build of a commit uses the tested versions: each npm package has one version and a hash. Go has go.mod and go.sum for
// that. For images see TestDockerfile and .ci/compose.
func TestVersions_OnePerPackage(t *testing.T) {
	t.Parallel()
	exact := regexp.MustCompile(`^\d+\.\d+\.\d+(-[\w.-]+)?$`)
	for _, folder := range []string{"frontend", ".ci"} {
		var required struct{ Dependencies, DevDependencies, OptionalDependencies map[string]string }
		decode(t, filepath.Join(folder, "package.json"), &required)
		for _, packages := range []map[string]string{required.Dependencies, required.DevDependencies, required.OptionalDependencies} {
			for name, version := range packages {
				if !exact.MatchString(version) {
					t.Errorf("%s/package.json requires %s %s, which is not an exact version", folder, name, version)
				}
			}
		}
		var locked struct {
			Packages map[string]struct {
				Version, Integrity string
				Link               bool
			}
		}
		decode(t, filepath.Join(folder, "package-lock.json"), &locked)
		for name, p := range locked.Packages {
			if name == "" {
				continue
			}
			if !exact.MatchString(p.Version) || !strings.HasPrefix(p.Integrity, "sha512-") || p.Link {
				t.Errorf("%s/package-lock.json: %s is not an exact version with a hash: %+v", folder, name, p)
			}
		}
		if len(locked.Packages) < 2 {
			t.Errorf("%s/package-lock.json locks nothing", folder)
		}
	}
}

func decode(t *testing.T, file string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, file)), into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// Builds and checks install from lock files and never run the newest version of anything.
func TestVersions_NothingFloats(t *testing.T) {
	t.Parallel()
	loose := regexp.MustCompile(`@(latest|upgrade)\b|\bnpm (i|install|update)\b|\bnpx\b|go (get|install) |:latest\b`)
	files, err := filepath.Glob(filepath.Join(root, ".ci", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Makefile", "Dockerfile", "docker-compose.yml", "frontend/package.json"} {
		files = append(files, filepath.Join(root, name))
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := loose.Find(text); found != nil {
			t.Errorf("%s contains %q", file, found)
		}
	}
}
