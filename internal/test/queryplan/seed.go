package queryplan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Seed inserts rows into every growing table, at most two per account, and updates PostgreSQL's statistics. It reads the columns
// from the schema, so that it fills new tables too. The texts of row n are "row-n", so that references match, and its times and
// numbers are n minutes before at.
func (g Database) Seed(ctx context.Context, rows int, at time.Time) error {
	if err := g.Fill(ctx, rows, at); err != nil || !g.Server {
		return err
	}
	_, err := g.DB.ExecContext(ctx, "ANALYZE")
	return err
}

// Fill is Seed without the statistics, so that PostgreSQL knows only the sizes of the tables.
func (g Database) Fill(ctx context.Context, rows int, at time.Time) (err error) {
	conn, err := g.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	columnQuery, disableKeys, enableKeys := sqliteColumns, "PRAGMA foreign_keys = off", "PRAGMA foreign_keys = on"
	if g.Server {
		columnQuery, disableKeys, enableKeys = postgresColumns, "SET session_replication_role = replica", "SET session_replication_role = origin"
	}
	tables, err := columns(ctx, conn, columnQuery)
	if err != nil {
		return err
	}
	statements := []string{disableKeys} // because the order of the tables is random
	for table, r := range tables {
		statements = append(statements, r.insert(table, rows, at))
	}
	for _, s := range append(statements, enableKeys) {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// The queries return table, name and type of every column that must not be null. Other columns remain null.
const (
	sqliteColumns = `SELECT t.name, c.name, lower(c.type) FROM sqlite_master t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND (c."notnull" = 1 OR c.pk > 0)`
	postgresColumns = `SELECT table_name, column_name, data_type FROM information_schema.columns
		WHERE table_schema = current_schema() AND is_nullable = 'NO'`
)

// row holds the column names of a table, and the SQL expression of each value in row n.
type row struct{ names, values []string }

// columns returns the growing tables with their columns.
func columns(ctx context.Context, conn *sql.Conn, query string) (map[string]row, error) {
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	tables := make(map[string]row)
	for rows.Next() {
		var table, name, kind string
		if err := rows.Scan(&table, &name, &kind); err != nil {
			return nil, err
		}
		if small[table] != "" {
			continue
		}
		value, known := map[string]string{
			"text": "'row-' || n", "blob": "CAST('row-' || n AS BLOB)", "bytea": "CAST('row-' || n AS BYTEA)", "boolean": "false",
			"integer": "CAST(%[1]d - n * 60000000 AS BIGINT)", "bigint": "CAST(%[1]d - n * CAST(60000000 AS BIGINT) AS BIGINT)",
		}[kind]
		if name == "account_id" {
			value = "'row-' || (n / 2)"
		}
		if !known {
			return nil, fmt.Errorf("no generator for %s.%s of type %s", table, name, kind)
		}
		t := tables[table]
		tables[table] = row{append(t.names, name), append(t.values, value)}
	}
	return tables, rows.Err()
}

// insert returns a statement that inserts rows.
func (r row) insert(table string, rows int, at time.Time) string {
	values := strings.ReplaceAll(strings.Join(r.values, ", "), "%[1]d", fmt.Sprint(at.UnixMicro()))
	return fmt.Sprintf(`INSERT INTO %s (%s)
		WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d)
		SELECT %s FROM numbers WHERE true ON CONFLICT DO NOTHING`, table, strings.Join(r.names, ", "), rows, values)
}
