package apptest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twofold/internal/retention"
)

// database returns a connection to the server's database that is opened once and closed when the test ends.
func (h *Server) database() *Database {
	h.opened.Do(func() { h.side = h.OpenDatabase(h.T) })
	return h.side
}

// MustExec executes a statement.
func (d *Database) MustExec(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := d.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// Column returns the values of a query for one text column.
func (h *Server) Column(query string, args ...any) []string {
	h.T.Helper()
	rows, err := h.database().Query(query, args...)
	h.must(err)
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var one string
		h.must(rows.Scan(&one))
		all = append(all, one)
	}
	h.must(rows.Err())
	return all
}

// Count returns the result of a query for one number.
func (h *Server) Count(query string, args ...any) (n int) {
	h.T.Helper()
	h.must(h.database().QueryRow(query, args...).Scan(&n))
	return n
}

// RowCounts returns the number of rows of every table, except the leases, which workers take in the background.
func (h *Server) RowCounts() map[string]int {
	h.T.Helper()
	counts := make(map[string]int)
	for _, name := range h.database().Tables(h.T) {
		counts[name] = h.Count(`SELECT count(*) FROM ` + name)
	}
	delete(counts, "leases")
	return counts
}

// RowDifference returns which tables grew or shrank, as in "links +2, outbox -1".
func RowDifference(before, after map[string]int) string {
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if n := after[name] - before[name]; n != 0 {
			changed = append(changed, fmt.Sprintf("%s %+d", name, n))
		}
	}
	return strings.Join(changed, ", ")
}

// Purge runs the retention once and returns how many rows it deleted by category.
func (h *Server) Purge() retention.Counts {
	h.T.Helper()
	purged, err := h.App.Retention.Purge(context.Background())
	h.must(err)
	return purged
}

// FileContents returns the contents of the database's files by name, as an attacker with the disk could read them.
func (d *Database) FileContents(t testing.TB) map[string]string {
	t.Helper()
	read := make(map[string]string)
	for _, file := range d.Files(t) {
		text, err := os.ReadFile(file)
		if d.server && errors.Is(err, fs.ErrNotExist) { // a write-ahead log segment that PostgreSQL has recycled
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		read[filepath.Base(file)] = string(text)
	}
	return read
}

// Dump returns every value of every row. In the files a long value may be split or compressed.
func (d *Database) Dump(t testing.TB) string {
	t.Helper()
	var all strings.Builder
	for _, table := range d.Tables(t) {
		rows, err := d.Query("SELECT * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		dumpRows(t, &all, table, rows)
	}
	return all.String()
}

func dumpRows(t testing.TB, to io.Writer, table string, rows *sql.Rows) {
	t.Helper()
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, value := range values {
			if raw, ok := value.([]byte); ok {
				value = string(raw)
			}
			_, _ = fmt.Fprintf(to, "%s.%s=%v\n", table, columns[i], value)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
