package repocheck

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// longest is the maximum number of lines of a file that is not generated.
const longest = 350

func TestFiles_LineLimit(t *testing.T) {
	for _, s := range sources(t, ".go", ".ts", ".tsx", ".css") {
		// Catalogs are lists of texts.
		if s.generated() || strings.HasPrefix(s.path, "frontend/src/i18n/") {
			continue
		}
		if lines := bytes.Count(s.text, []byte("\n")); lines > longest {
			t.Errorf("%s has %d lines, want at most %d", s.path, lines, longest)
		}
	}
}

// Code that takes the time as an argument or a field can be tested with a fixed clock.
func TestClock_OnlyMainReadsIt(t *testing.T) {
	for _, s := range sources(t, ".go") {
		if s.isTest() || mayReadTheClock(s.folder()) {
			continue
		}
		for _, position := range clockReadings(t, s) {
			t.Errorf("%s reads the clock; take the time as a field now func() time.Time or as an argument", position)
		}
	}
}

func mayReadTheClock(folder string) bool {
	return slices.Contains([]string{".", "api/echobaseline", "internal/test/bench", "internal/test/testserver"}, folder)
}

// clockReadings returns the positions where a file uses time.Now, time.Since or time.Until, called or as a value.
func clockReadings(t *testing.T, s source) (positions []token.Position) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, s.path, s.text, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		from, ok := selector.X.(*ast.Ident)
		if ok && from.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, selector.Sel.Name) {
			positions = append(positions, set.Position(selector.Pos()))
		}
		return true
	})
	return positions
}

func TestClock_Detector(t *testing.T) {
	text := "package p\n\nimport \"time\"\n\nvar now = time.Now\n\nfunc f() { _ = time.Since(now()); _ = time.Hour }\n"
	got := clockReadings(t, source{path: "p.go", text: []byte(text)})
	if len(got) != 2 || got[0].Line != 5 || got[1].Line != 7 {
		t.Errorf("got %v, want one on line 5 and one on line 7", got)
	}
}

// The top level of the repository is what a reader sees first, so its entries are listed here.
func TestRepository_TopLevelEntries(t *testing.T) {
	allowed := []string{
		"api", "frontend", "internal", "docs",
		"openapi.yaml", "go.mod", "go.sum", "tools.mod", "tools.sum", "main.go", "main_test.go",
		"Makefile", "Dockerfile", "docker-compose.yml", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE",
	}
	ignored, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		untracked := slices.Contains(strings.Fields(string(ignored)), "/"+name+"/")
		if !slices.Contains(allowed, name) && !strings.HasPrefix(name, ".") && !untracked {
			t.Errorf("%s is at the top level of the repository; move it, or add it to this list", name)
		}
	}
}
