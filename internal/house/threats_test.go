package house

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// docs/security.md names for each threat the tests that show how it is met; both lists are the same.
func TestTheThreatsOfTheDocsAreTheThreatsOfTheTests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`TestT\d\d_\w+`)
	documented := name.FindAllString(string(text), -1)
	var written []string
	for _, s := range sources(t, ".go") {
		if !s.isTest() {
			continue
		}
		for _, line := range regexp.MustCompile(`(?m)^func (TestT\d\d_\w+)\(t`).FindAllStringSubmatch(string(s.text), -1) {
			written = append(written, line[1])
		}
	}
	for _, test := range written {
		if !slices.Contains(documented, test) {
			t.Errorf("docs/security.md does not name %s", test)
		}
	}
	for _, test := range documented {
		if !slices.Contains(written, test) {
			t.Errorf("docs/security.md names %s, which is nowhere", test)
		}
	}
}

// Wherever the docs name a test, there is one.
func TestTheTestsThatTheDocsNameAreThere(t *testing.T) {
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
				t.Errorf("%s names %s, which is nowhere", s.path, name[1])
			}
		}
	}
}
