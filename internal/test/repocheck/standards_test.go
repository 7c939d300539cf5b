package repocheck

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The documents that show, per requirement, how it is met.
const asvs, nist = "docs/asvs.md", "docs/nist-800-63b.md"

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// quoted returns the code spans of a document.
func quoted(text string) []string {
	var all []string
	for _, found := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

var (
	aTest    = regexp.MustCompile(`^(Test|Fuzz)\w+$`)
	aJourney = regexp.MustCompile(`^([\w-]+\.spec\.ts): (.+)$`)
	aPath    = regexp.MustCompile(`^\.?\w[\w.-]*(/[\w.-]+)+$|^[\w-]+\.(go|md|yaml|yml)$|^Makefile$|^\.golangci\.yml$`)
)

// elsewhere lists paths outside of the repository: in the texts of the standards and in Go's standard library.
var elsewhere = []string{"5.0/docs_en", "html/template", "net/http", "crypto/rand", "crypto/subtle", "x/crypto"}

// Tests, journeys, files and packages that the documents name exist.
func TestStandards_NamedItemsExist(t *testing.T) {
	t.Parallel()
	tests := make(map[string]bool)
	for _, s := range sources(t, ".go") {
		if s.isTest() {
			for _, f := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(\w+ \*testing\.[TF]\)`).FindAllStringSubmatch(string(s.text), -1) {
				tests[f[1]] = true
			}
		}
	}
	for _, doc := range []string{asvs, nist, "docs/inventory.md"} {
		named := 0
		for _, name := range quoted(read(t, doc)) {
			journey := aJourney.FindStringSubmatch(name)
			switch {
			case aTest.MatchString(name):
				if named++; !tests[name] {
					t.Errorf("%s names the test %s, which does not exist", doc, name)
				}
			case journey != nil:
				if !strings.Contains(read(t, "frontend/e2e/"+journey[1]), "test("+strconv.Quote(journey[2])) {
					t.Errorf("%s names the journey %q, which does not exist", doc, name)
				}
			case aPath.MatchString(name) && !slices.Contains(elsewhere, name):
				if _, err := os.Stat(filepath.Join(root, name)); err != nil {
					t.Errorf("%s names %s, which does not exist", doc, name)
				}
			}
		}
		if named < 50 && doc != "docs/inventory.md" {
			t.Errorf("%s names only %d tests, so the pattern of this test is wrong", doc, named)
		}
	}
}

// row is one requirement of a document.
type row struct{ number, asks, how, tests string }

// rowsOf parses the tables of a document, and the numbers in the table under "Not met".
func rowsOf(t *testing.T, doc string, columns int) (rows []row, notMet []string) {
	t.Helper()
	met, open, split := strings.Cut(read(t, doc), "\n## Not met\n")
	if !split {
		t.Fatalf("%s has no section Not met", doc)
	}
	cells := func(line string) []string { return strings.Split(strings.Trim(line, "| "), " | ") }
	line := regexp.MustCompile(`(?m)^\| \d.*\|$`)
	for _, l := range line.FindAllString(met, -1) {
		c := cells(l)
		if len(c) == columns-1 { // no tests
			c = append(c, "")
		}
		if len(c) != columns {
			t.Errorf("%s has a row of %d cells, not %d: %s", doc, len(c), columns, l)
			continue
		}
		rows = append(rows, row{c[0], c[columns-3], c[columns-2], c[columns-1]})
	}
	for _, l := range line.FindAllString(open, -1) {
		notMet = append(notMet, cells(l)[0])
	}
	return rows, notMet
}

func TestStandards_UnmetRequirementsAreListed(t *testing.T) {
	t.Parallel()
	for doc, columns := range map[string]int{asvs: 5, nist: 4} {
		rows, notMet := rowsOf(t, doc, columns)
		var open []string
		for _, r := range rows {
			switch {
			case strings.HasPrefix(r.how, "**not met**"), strings.HasPrefix(r.how, "**in part**: "):
				open = append(open, strings.Split(r.number, ", ")...)
			case strings.HasPrefix(r.how, "n/a: "):
				if r.tests != "" {
					t.Errorf("%s: %s does not apply but has tests", doc, r.number)
				}
			case !strings.Contains(r.how+r.tests, "`"):
				t.Errorf("%s: %s names no code and no test: %s", doc, r.number, r.asks)
			}
		}
		for _, number := range open {
			if !slices.Contains(notMet, number) {
				t.Errorf("%s: %s is not met, but missing in the list of unmet requirements", doc, number)
			}
		}
		for _, number := range notMet {
			if !slices.Contains(open, number) {
				t.Errorf("%s: %s is in the list of unmet requirements, but met", doc, number)
			}
		}
	}
}

// requirementCounts holds the number of level 1 and 2 requirements in each section of ASVS 5.0.0, for the chapters that
// docs/asvs.md covers. Level 3 requirements have higher numbers.
var requirementCounts = map[string]int{
	"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
	"2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
	"3.1": 0, "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.6": 0, "3.7": 2,
	"4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
	"6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.7": 0, "6.8": 4,
	"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
	"8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
	"9.1": 3, "9.2": 4,
	"10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
	"11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "11.7": 0,
	"14.1": 2, "14.2": 4, "14.3": 3,
	"15.1": 3, "15.2": 3, "15.3": 7, "15.4": 0,
	"16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
}

func TestStandards_EveryLevelTwoRequirementHasARow(t *testing.T) {
	t.Parallel()
	rows, _ := rowsOf(t, asvs, 5)
	seen := make(map[string]bool)
	for _, r := range rows {
		first, last, _ := strings.Cut(r.number, "–")
		if last == "" {
			last = first
		}
		section, from := splitNumber(t, first)
		other, to := splitNumber(t, last)
		if _, known := requirementCounts[section]; !known || other != section || to < from {
			t.Errorf("%s is not a requirement number", r.number)
		}
		for n := from; n <= to; n++ {
			number := fmt.Sprintf("%s.%d", section, n)
			if seen[number] {
				t.Errorf("%s has two rows", number)
			}
			seen[number] = true
		}
	}
	for section, count := range requirementCounts {
		for n := 1; n <= count; n++ {
			if number := fmt.Sprintf("%s.%d", section, n); !seen[number] {
				t.Errorf("%s has no row", number)
			}
		}
	}
}

// splitNumber splits 1.2.3 into 1.2 and 3.
func splitNumber(t *testing.T, number string) (section string, n int) {
	t.Helper()
	at := strings.LastIndexByte(number, '.')
	if at < 0 {
		t.Fatalf("%q is not a requirement number", number)
	}
	n, err := strconv.Atoi(number[at+1:])
	if err != nil {
		t.Fatalf("%q is not a requirement number", number)
	}
	return number[:at], n
}
