package repocheck

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the root of the repository, relative to this package.
const root = "../../.."

// source is a file of the repository. Its path is relative to root.
type source struct {
	path string
	text []byte
}

func (s source) generated() bool { return strings.Contains(s.path, ".gen.") }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// folder returns the directory of a file, "." for the root.
func (s source) folder() string { return filepath.ToSlash(filepath.Dir(s.path)) }

// sources reads every file of the repository with one of the endings.
func sources(t *testing.T, endings ...string) []source {
	t.Helper()
	excluded := []string{"node_modules", "dist", "data", "bin", "testdata", "test-results", "playwright-report"}
	var found []source
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (strings.HasPrefix(name, ".") || slices.Contains(excluded, name)):
			return fs.SkipDir
		case entry.IsDir() || !slices.Contains(endings, filepath.Ext(name)):
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, path))
		found = append(found, source{path: path, text: text})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatalf("no file ends in %v, so root is wrong", endings)
	}
	return found
}
