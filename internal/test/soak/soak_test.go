package soak

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	day   = 24 * time.Hour
	month = 30 * day
)

// soak is how long it takes, and after how many months things go as fast as they come.
type soak struct {
	people, months, settled int
	deeds                   int // a day
	settings                []string
}

// TestRetention_TablesStayBounded lets five months pass, with shorter times to keep things for. The form that takes years, with the
// times of the product, is part of neither `make test` nor `make check`: it is `make soak`, which sets SOAK_YEARS.
func TestRetention_TablesStayBounded(t *testing.T) {
	t.Parallel()
	s := soak{people: 4, months: 5, settled: 1, deeds: 1, settings: []string{
		"TWOFOLD_ACTIVITY_KEPT=240h", "TWOFOLD_ATTEMPTS_KEPT=120h", "TWOFOLD_MAILS_KEPT=120h", "TWOFOLD_DEVICE_LIFETIME=240h",
		"TWOFOLD_REMOVAL_COOLDOWN=120h", "TWOFOLD_NOT_ME_LIFETIME=72h", "TWOFOLD_PURGE_REST=1us",
	}}
	if years := os.Getenv("SOAK_YEARS"); years != "" {
		n, err := strconv.Atoi(years)
		if err != nil || n < 3 {
			t.Fatalf("SOAK_YEARS is %q: give a number of years, at least 3", years)
		}
		s = soak{people: 20, months: n * 365 / 30, settled: 15, deeds: 5, settings: []string{"TWOFOLD_PURGE_REST=1us"}}
	}
	t.Logf("%d people, a deed every %v, %d months of 30 days. The long form is no part of this: make soak", s.people, day/time.Duration(s.deeds), s.months)

	w := found(t, s.people, s.settings...)
	var sizes []map[string]int
	for range s.months {
		sizes = append(sizes, w.passAMonth(s.deeds))
		if _, err := w.App.VerifyAudit(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Logf("month %d: %d entries of the activity", len(sizes), sizes[len(sizes)-1]["activity"])
	}
	t.Log("\n" + table(sizes))
	for what, n := range grown(sizes, s.settled) {
		t.Errorf("%s grows: at most %d in the first months after it settled, and %d in the last", what, n[0], n[1])
	}
	for _, what := range []string{"activity", "attempts", "sessions", "devices", "outbox", "links", "activity_anchors"} {
		if at := func(m map[string]int) bool { return m[what] > 0 }; !slices.ContainsFunc(sizes, at) {
			t.Errorf("%s was empty all the time: nothing of it was tried", what)
		}
	}
}

// passAMonth lets people live, with the mail server down for eight days of it, so that some notices are given up. It
// answers how large things were at most, looked at every week.
func (w *dataset) passAMonth(deeds int) map[string]int {
	w.t.Helper()
	most := map[string]int{}
	begin, look := w.Clock.Now(), w.Clock.Now()
	for w.Clock.Now().Before(begin.Add(month)) {
		w.Mailbox.Next()
		if passed := w.Clock.Now().Sub(begin); passed > 10*day && passed < 18*day {
			w.Mailbox.FailInserts(450)
		}
		w.live(2 * day / time.Duration(deeds))
		w.work()
		if w.Clock.Now().Before(look) {
			continue
		}
		look = w.Clock.Now().Add(7 * day)
		for what, n := range sizesOf(w.t, w) {
			most[what] = max(most[what], n)
		}
	}
	return most
}

// sizesOf counts the rows of every table, and the pages that are in use.
func sizesOf(t *testing.T, w *dataset) map[string]int {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.Dir, "twofold.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	number := func(query string) (n int) {
		t.Helper()
		if err := db.QueryRow(query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	rows, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	sizes := map[string]int{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		sizes[name] = number("SELECT count(*) FROM " + name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	sizes["pages"] = number("SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)")
	return sizes
}

// grown answers what is larger in the last half of the months after the first settled ones than in the half before, by
// more than chance explains: a quarter and four.
func grown(sizes []map[string]int, settled int) map[string][2]int {
	after := sizes[settled:]
	half := len(after) / 2
	most := func(what string, months []map[string]int) (n int) {
		for _, m := range months {
			n = max(n, m[what])
		}
		return n
	}
	found := map[string][2]int{}
	for what := range sizes[0] {
		early, late := most(what, after[:half]), most(what, after[half:])
		if late > early+early/4+4 {
			found[what] = [2]int{early, late}
		}
	}
	return found
}

// table writes a line for each month, and a column for each table that ever held something.
func table(sizes []map[string]int) string {
	var text strings.Builder
	names := slices.Sorted(maps.Keys(sizes[0]))
	names = slices.DeleteFunc(names, func(n string) bool {
		return !slices.ContainsFunc(sizes, func(m map[string]int) bool { return m[n] > 0 })
	})
	text.WriteString("month")
	for _, n := range names {
		text.WriteString(" " + n)
	}
	for i, m := range sizes {
		fmt.Fprintf(&text, "\n%5d", i+1)
		for _, n := range names {
			fmt.Fprintf(&text, " %*d", len(n), m[n])
		}
	}
	return text.String()
}

func TestRetention_GrowthIsDetected(t *testing.T) {
	t.Parallel()
	months := func(n ...int) (sizes []map[string]int) {
		for _, rows := range n {
			sizes = append(sizes, map[string]int{"x": rows})
		}
		return sizes
	}
	for what, c := range map[string]struct {
		sizes []map[string]int
		want  bool
	}{
		"a table that grows":             {months(10, 20, 30, 40, 50, 60, 70), true},
		"one that grew until it settled": {months(10, 100, 100, 95, 105, 100, 98), false},
		"one that varies":                {months(0, 40, 30, 40, 50, 45, 40), false},
		"an empty one":                   {months(0, 0, 0, 0, 0, 0, 0), false},
	} {
		if got := len(grown(c.sizes, 1)) > 0; got != c.want {
			t.Errorf("%s: grown is %v, want %v", what, got, c.want)
		}
	}
}
