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

// metric is one of a scrape: its kind and its labels.
type metric struct{ kind, labels string }

// metricsOf reads them off a scrape.
func metricsOf(got apptest.Scrape, text string) map[string]metric {
	all := make(map[string]metric)
	for _, line := range regexp.MustCompile(`(?m)^# TYPE (\w+) (\w+)$`).FindAllStringSubmatch(text, -1) {
		all[line[1]] = metric{kind: line[2]}
	}
	for series, labels := range got.Series() {
		name, _, _ := strings.Cut(series, "{")
		if all[name].kind == "" {
			name = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		}
		delete(labels, "le")
		all[name] = metric{all[name].kind, strings.Join(slices.Sorted(maps.Keys(labels)), " ")}
	}
	return all
}

// docs/operate.md lists each metric; what alerts and the dashboard ask for, `make check-alerts` holds against that list.
func TestMetrics_Documented(t *testing.T) {
	t.Parallel()
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
	found := metricsOf(h.Scrape())
	for name, m := range found {
		if _, there := listed[name]; strings.HasPrefix(name, "twofold_") && !there {
			t.Errorf("docs/operate.md does not list %s, a %s of %q", name, m.kind, m.labels)
		}
	}
	for name, m := range listed {
		if found[name] != m {
			t.Errorf("docs/operate.md says that %s is %+v, and a scrape that it is %+v", name, m, found[name])
		}
	}
}
