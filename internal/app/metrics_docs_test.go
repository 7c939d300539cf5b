package app_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

// docs/operate.md lists each metric. `make check-alerts` checks alerts and dashboard against that list.
func TestMetrics_Documented(t *testing.T) {
	t.Parallel()
	type metric struct{ kind, labels string }
	page, err := os.ReadFile(filepath.Join(apptest.Root(), "docs", "operate.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]metric)
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (counter|gauge|histogram) \\|([^|]*)\\|").FindAllStringSubmatch(string(page), -1) {
		labels := regexp.MustCompile(`\w+`).FindAllString(row[3], -1)
		slices.Sort(labels)
		listed[row[1]] = metric{row[2], strings.Join(labels, " ")}
	}
	h := apptest.StartWithMail(t)
	h.Script("").Do("GET", "/readyz", nil).Require(200, "")
	scrape, text := h.Scrape()
	found := make(map[string]metric)
	for _, line := range regexp.MustCompile(`(?m)^# TYPE (\w+) (\w+)$`).FindAllStringSubmatch(text, -1) {
		found[line[1]] = metric{kind: line[2]}
	}
	for series, labels := range scrape.Series() {
		name, _, _ := strings.Cut(series, "{")
		if found[name].kind == "" {
			name = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		}
		delete(labels, "le")
		found[name] = metric{found[name].kind, strings.Join(slices.Sorted(maps.Keys(labels)), " ")}
	}
	for name, m := range found {
		if _, documented := listed[name]; strings.HasPrefix(name, "twofold_") && !documented {
			t.Errorf("docs/operate.md does not list %s, a %s of %q", name, m.kind, m.labels)
		}
	}
	for name, m := range listed {
		if found[name] != m {
			t.Errorf("docs/operate.md has %s as %+v, the scrape as %+v", name, m, found[name])
		}
	}
}
