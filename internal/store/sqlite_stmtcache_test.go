package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"testing"
)

// counted is a connection that counts what is compiled.
type counted struct {
	fullConn
	compiled int
}

func (c *counted) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	c.compiled++
	return c.fullConn.PrepareContext(ctx, text)
}

// connection is one to a file of the test's own, in which there is a table of numbers, and what counts there.
func connection(t *testing.T) (*cachedConn, *counted) {
	t.Helper()
	opens, err := newCachingConnector(dsn(filepath.Join(t.TempDir(), "twofold.db"), ""))
	must(t, err)
	conn, err := opens.Connect(ctx)
	must(t, err)
	c := conn.(*cachedConn)
	t.Cleanup(func() { must(t, c.Close()) })
	counts := &counted{fullConn: c.fullConn}
	c.fullConn = counts
	run(t, c, "CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
	run(t, c, "INSERT INTO numbers VALUES (?), (?)", 1, 2)
	counts.compiled = 0
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

// reading begins to read one number a row.
func reading(t *testing.T, c *cachedConn, text string, numbers ...int64) (next func() int64, end func()) {
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

func TestAConnectionCompilesAStatementOnce(t *testing.T) {
	t.Parallel()
	const find = "SELECT n FROM numbers WHERE n >= ? ORDER BY n"
	t.Run("in and out of transactions", func(t *testing.T) {
		t.Parallel()
		c, counts := connection(t)
		for n := range int64(3) {
			tx, err := c.BeginTx(ctx, driver.TxOptions{})
			must(t, err)
			run(t, c, "INSERT INTO numbers VALUES (?)", n+10)
			must(t, tx.Commit())
			next, end := reading(t, c, find, n+10)
			if got := next(); got != n+10 {
				t.Errorf("read %d, want %d", got, n+10)
			}
			end()
		}
		if counts.compiled != 2 {
			t.Errorf("compiled %d, want each of two once", counts.compiled)
		}
	})
	t.Run("but twice where it is being read", func(t *testing.T) {
		t.Parallel()
		c, counts := connection(t)
		outer, endOuter := reading(t, c, find, 1)
		first := outer()
		inner, endInner := reading(t, c, find, 2)
		if got := [...]int64{first, inner(), outer()}; got != [...]int64{1, 2, 2} {
			t.Errorf("read %v, want 1, 2, 2", got)
		}
		endInner()
		endOuter()
		if counts.compiled != 2 || len(c.statements) != 3 { // those that made the table are two
			t.Errorf("compiled %d and kept %d", counts.compiled, len(c.statements))
		}
	})
	t.Run("and after a failure is right again", func(t *testing.T) {
		t.Parallel()
		c, counts := connection(t)
		if _, err := c.ExecContext(ctx, "INSERT INTO numbers VALUES (?)", valuesOf([]int64{1})); err == nil {
			t.Fatal("a number was taken twice")
		}
		run(t, c, "INSERT INTO numbers VALUES (?)", 3)
		if counts.compiled != 1 {
			t.Errorf("compiled %d, want one", counts.compiled)
		}
	})
	t.Run("and follows the schema", func(t *testing.T) {
		t.Parallel()
		c, _ := connection(t)
		for range 2 {
			next, end := reading(t, c, "SELECT * FROM numbers WHERE n = ?", 2)
			next()
			end()
			run(t, c, "ALTER TABLE numbers ADD COLUMN more INTEGER DEFAULT 5")
			rows, err := c.QueryContext(ctx, "SELECT * FROM numbers WHERE n = ?", valuesOf([]int64{2}))
			must(t, err)
			if got := len(rows.Columns()); got != 2 {
				t.Errorf("%d columns, want the new one too", got)
			}
			must(t, rows.Close())
			run(t, c, "ALTER TABLE numbers DROP COLUMN more")
		}
	})
	t.Run("and keeps no more than it can use", func(t *testing.T) {
		t.Parallel()
		c, _ := connection(t)
		for i := range 2 * maxCachedStatements {
			run(t, c, fmt.Sprintf("DELETE FROM numbers WHERE n = %d", i))
		}
		if len(c.statements) > maxCachedStatements {
			t.Errorf("it keeps %d, want at most %d", len(c.statements), maxCachedStatements)
		}
	})
}
