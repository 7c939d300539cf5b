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

// soak holds the parameters of a simulation.
type soak struct {
	users, months int
	settled       int // months after which rows are purged as fast as they are added
	actions       int // per day
	settings      []string
}

// TestRetention_TablesStayBounded simulates five months with short retention periods. With SOAK_YEARS set, as `make soak` does,
// it simulates years with the default periods. Neither `make test` nor `make check` does that.
func TestRetention_TablesStayBounded(t *testing.T) {
	t.Parallel()
	s := soak{users: 4, months: 5, settled: 1, actions: 1, settings: []string{
		"TWOFOLD_ACTIVITY_KEPT=240h", "TWOFOLD_ATTEMPTS_KEPT=120h", "TWOFOLD_MAILS_KEPT=120h", "TWOFOLD_DEVICE_LIFETIME=240h",
		"TWOFOLD_REMOVAL_COOLDOWN=120h", "TWOFOLD_NOT_ME_LIFETIME=72h", "TWOFOLD_PURGE_REST=1us",
	}}
	if years := os.Getenv("SOAK_YEARS"); years != "" {
		n, err := strconv.Atoi(years)
		if err != nil || n < 3 {
			t.Fatalf("SOAK_YEARS is %q, want a number of at least 3", years)
		}
		s = soak{users: 20, months: n * 365 / 30, settled: 15, actions: 5, settings: []string{"TWOFOLD_PURGE_REST=1us"}}
	}
	t.Logf("%d users, an action every %v, %d months of 30 days", s.users, day/time.Duration(s.actions), s.months)

	w := newDataset(t, s.users, s.settings...)
	var sizes []map[string]int
	for range s.months {
		sizes = append(sizes, w.simulateMonth(s.actions))
		if _, err := w.App.VerifyAudit(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Logf("month %d: %d activity entries", len(sizes), sizes[len(sizes)-1]["activity"])
	}
	t.Log("\n" + table(sizes))
	for name, n := range growth(sizes, s.settled) {
		t.Errorf("%s grows: at most %d in the first half of the settled months, and %d in the second", name, n[0], n[1])
	}
	for _, name := range []string{"activity", "attempts", "sessions", "devices", "outbox", "links", "activity_anchors"} {
		if hasRows := func(m map[string]int) bool { return m[name] > 0 }; !slices.ContainsFunc(sizes, hasRows) {
			t.Errorf("%s was always empty, so its purge was not tested", name)
		}
	}
}

// simulateMonth simulates a month. The mail server rejects mail for eight days of it, so that some notices are given up. It
// returns the maximum sizes, which it samples every week.
func (w *dataset) simulateMonth(actions int) map[string]int {
	w.t.Helper()
	maxSizes := map[string]int{}
	start, nextSample := w.Clock.Now(), w.Clock.Now()
	for w.Clock.Now().Before(start.Add(month)) {
		w.Mailbox.Accept()
		if elapsed := w.Clock.Now().Sub(start); elapsed > 10*day && elapsed < 18*day {
			w.Mailbox.Reject(450)
		}
		w.act(2 * day / time.Duration(actions))
		w.runWorkers()
		if w.Clock.Now().Before(nextSample) {
			continue
		}
		nextSample = w.Clock.Now().Add(7 * day)
		for name, n := range sizesOf(w.t, w) {
			maxSizes[name] = max(maxSizes[name], n)
		}
	}
	return maxSizes
}

// sizesOf returns the number of rows of every table, and the number of used pages under the name "pages".
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

// growth returns what is larger in the second half of the months after settled than in the first half, by more than random
// variation: a quarter and 4. The values are the maxima of the two halves.
func growth(sizes []map[string]int, settled int) map[string][2]int {
	after := sizes[settled:]
	half := len(after) / 2
	maximum := func(name string, months []map[string]int) (n int) {
		for _, m := range months {
			n = max(n, m[name])
		}
		return n
	}
	found := map[string][2]int{}
	for name := range sizes[0] {
		early, late := maximum(name, after[:half]), maximum(name, after[half:])
		if late > early+early/4+4 {
			found[name] = [2]int{early, late}
		}
	}
	return found
}

// table formats the sizes with a line per month and a column per table that was not always empty.
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
	for name, c := range map[string]struct {
		sizes []map[string]int
		want  bool
	}{
		"grows":               {months(10, 20, 30, 40, 50, 60, 70), true},
		"grows until settled": {months(10, 100, 100, 95, 105, 100, 98), false},
		"varies":              {months(0, 40, 30, 40, 50, 45, 40), false},
		"empty":               {months(0, 0, 0, 0, 0, 0, 0), false},
	} {
		if got := len(growth(c.sizes, 1)) > 0; got != c.want {
			t.Errorf("%s: detected %v, want %v", name, got, c.want)
		}
	}
}
