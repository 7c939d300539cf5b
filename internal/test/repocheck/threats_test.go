package repocheck

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// docs/security.md names exactly the existing tests and journeys of threats.
func TestThreats_DocsMatchTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	for ending, names := range map[string]struct{ documented, written *regexp.Regexp }{
		".go": {regexp.MustCompile(`(TestT\d\d_\w+)`), regexp.MustCompile(`(?m)^func (TestT\d\d_\w+)\(t`)},
		".ts": {regexp.MustCompile(`"(T-\d\d[^"]+)"`), regexp.MustCompile(`(?m)^test\("(T-\d\d[^"]+)"`)},
	} {
		documented := all(names.documented, text)
		var written []string
		for _, s := range sources(t, ending) {
			if s.isTest() || ending == ".ts" {
				written = append(written, all(names.written, s.text)...)
			}
		}
		if len(written) == 0 {
			t.Errorf("no test in %s is named after a threat, so the pattern of this test is wrong", ending)
		}
		for _, test := range written {
			if !slices.Contains(documented, test) {
				t.Errorf("docs/security.md does not name %s", test)
			}
		}
		for _, test := range documented {
			if !slices.Contains(written, test) {
				t.Errorf("docs/security.md names %s, which does not exist", test)
			}
		}
	}
}

// all returns the first group of every match.
func all(e *regexp.Regexp, text []byte) (found []string) {
	for _, match := range e.FindAllSubmatch(text, -1) {
		found = append(found, string(match[1]))
	}
	return found
}

// Every test that the docs name exists.
func TestThreats_NamedTestsExist(t *testing.T) {
	t.Parallel()
	written := make(map[string]bool)
	for _, s := range sources(t, ".go") {
		for _, name := range regexp.MustCompile(`(?m)^func (Test\w+)\(t`).FindAllSubmatch(s.text, -1) {
			written[string(name[1])] = s.isTest()
		}
	}
	for _, s := range sources(t, ".md") {
		for _, name := range regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(s.text, -1) {
			if !written[string(name[1])] {
				t.Errorf("%s names %s, which does not exist", s.path, name[1])
			}
		}
	}
}
