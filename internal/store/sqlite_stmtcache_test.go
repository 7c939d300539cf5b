package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"testing"
)

// countingConn is a connection that counts the statements it prepares.
type countingConn struct {
	fullConn
	prepared int
}

func (c *countingConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	c.prepared++
	return c.fullConn.PrepareContext(ctx, text)
}

// newCachedConn opens a connection to a new file with a table of numbers.
func newCachedConn(t *testing.T) (*cachedConn, *countingConn) {
	t.Helper()
	connector, err := newCachingConnector(dsn(filepath.Join(t.TempDir(), "twofold.db"), ""))
	must(t, err)
	conn, err := connector.Connect(ctx)
	must(t, err)
	c := conn.(*cachedConn)
	t.Cleanup(func() { must(t, c.Close()) })
	counts := &countingConn{fullConn: c.fullConn}
	c.fullConn = counts
	run(t, c, "CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
	run(t, c, "INSERT INTO numbers VALUES (?), (?)", 1, 2)
	counts.prepared = 0
	return c, counts
}

func valuesOf(numbers []int64) []driver.NamedValue {
	var values []driver.NamedValue
	for i, n := range numbers {
		values = append(values, driver.NamedValue{Ordinal: i + 1, Value: n})
	}
	return values
}

func run(t *testing.T, c *cachedConn, text string, numbers ...int64) {
	t.Helper()
	_, err := c.ExecContext(ctx, text, valuesOf(numbers))
	must(t, err)
}

// readRows runs a query. The function next returns the first column of the next row, and end closes the rows.
func readRows(t *testing.T, c *cachedConn, text string, numbers ...int64) (next func() int64, end func()) {
	t.Helper()
	rows, err := c.QueryContext(ctx, text, valuesOf(numbers))
	must(t, err)
	next = func() int64 {
		row := make([]driver.Value, len(rows.Columns()))
		must(t, rows.Next(row))
		return row[0].(int64)
	}
	return next, func() { must(t, rows.Close()) }
}

func TestStatementCache_PreparesOnce(t *testing.T) {
	t.Parallel()
	const find = "SELECT n FROM numbers WHERE n >= ? ORDER BY n"
	t.Run("inside and outside of transactions", func(t *testing.T) {
		t.Parallel()
		c, counts := newCachedConn(t)
		for n := range int64(3) {
			tx, err := c.BeginTx(ctx, driver.TxOptions{})
			must(t, err)
			run(t, c, "INSERT INTO numbers VALUES (?)", n+10)
			must(t, tx.Commit())
			next, end := readRows(t, c, find, n+10)
			if got := next(); got != n+10 {
				t.Errorf("read %d, want %d", got, n+10)
			}
			end()
		}
		if counts.prepared != 2 {
			t.Errorf("prepared %d statements, want each of two once", counts.prepared)
		}
	})
	t.Run("twice while its rows are read", func(t *testing.T) {
		t.Parallel()
		c, counts := newCachedConn(t)
		outer, endOuter := readRows(t, c, find, 1)
		first := outer()
		inner, endInner := readRows(t, c, find, 2)
		if got := [...]int64{first, inner(), outer()}; got != [...]int64{1, 2, 2} {
			t.Errorf("read %v, want 1, 2, 2", got)
		}
		endInner()
		endOuter()
		if counts.prepared != 2 || len(c.statements) != 3 { // two created the table
			t.Errorf("prepared %d statements and cached %d, want 2 and 3", counts.prepared, len(c.statements))
		}
	})
	t.Run("after an error", func(t *testing.T) {
		t.Parallel()
		c, counts := newCachedConn(t)
		if _, err := c.ExecContext(ctx, "INSERT INTO numbers VALUES (?)", valuesOf([]int64{1})); err == nil {
			t.Fatal("a number was inserted twice")
		}
		run(t, c, "INSERT INTO numbers VALUES (?)", 3)
		if counts.prepared != 1 {
			t.Errorf("prepared %d statements, want 1", counts.prepared)
		}
	})
	t.Run("after a change of the schema", func(t *testing.T) {
		t.Parallel()
		c, _ := newCachedConn(t)
		for range 2 {
			next, end := readRows(t, c, "SELECT * FROM numbers WHERE n = ?", 2)
			next()
			end()
			run(t, c, "ALTER TABLE numbers ADD COLUMN more INTEGER DEFAULT 5")
			rows, err := c.QueryContext(ctx, "SELECT * FROM numbers WHERE n = ?", valuesOf([]int64{2}))
			must(t, err)
			if got := len(rows.Columns()); got != 2 {
				t.Errorf("%d columns, want 2 with the new one", got)
			}
			must(t, rows.Close())
			run(t, c, "ALTER TABLE numbers DROP COLUMN more")
		}
	})
	t.Run("at most the maximum number", func(t *testing.T) {
		t.Parallel()
		c, _ := newCachedConn(t)
		for i := range 2 * maxCachedStatements {
			run(t, c, fmt.Sprintf("DELETE FROM numbers WHERE n = %d", i))
		}
		if len(c.statements) > maxCachedStatements {
			t.Errorf("%d statements are cached, want at most %d", len(c.statements), maxCachedStatements)
		}
	})
}
