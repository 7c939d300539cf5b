package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// copiedTables lists the tables with rows for every account. A table comes after the tables that it references.
var copiedTables = []string{"accounts", "mfa_methods", "recovery_codes", "sessions", "activity", "activity_heads"}

// copyOf returns copy number n of a user. Copy 0 is the user itself.
func copyOf(u testUser, n int) testUser {
	if n > 0 {
		u.id, u.email, u.method = fmt.Sprintf("%s-%d", u.id, n), fmt.Sprintf("%d-%s", n, u.email), fmt.Sprintf("%s-%d", u.method, n)
	}
	return u
}

// copyExpressions returns, per column, the SQL expression of a copy's value where it differs from the original's. The ids and
// addresses match copyOf; token hashes must be unique.
func (d database) copyExpressions() map[string]string {
	expressions := map[string]string{ //nolint:gosec // names of columns
		"id": "id || '-' || n", "account_id": "account_id || '-' || n", "email": "n || '-' || email", "token_hash": "randomblob(32)",
	}
	if d.postgres {
		expressions["token_hash"] = "sha256((n || id)::bytea)"
	}
	return expressions
}

// Options of an SQLite connection. serverOptions are those of the server. unsafeBulkLoad gives up durability to fill a new
// database faster.
const (
	serverOptions  = "?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate"
	unsafeBulkLoad = "?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=cache_size(-4000000)"
)

// open opens the database with database/sql alone. The options apply to SQLite only.
func (d database) open(sqliteOptions string) (*sql.DB, error) {
	if d.postgres {
		return sql.Open("pgx", d.url)
	}
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(d.url, "sqlite:")+sqliteOptions)
	if err == nil && sqliteOptions == unsafeBulkLoad {
		db.SetMaxOpenConns(1) // the large page cache belongs to one connection
	}
	return db, err
}

// multiply inserts the given number of copies of every account, and updates the statistics of the query planner.
func (d *dataset) multiply(ctx context.Context, copies int) (err error) {
	db, err := d.database.open(unsafeBulkLoad)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var statements []string
	for _, table := range copiedTables {
		columns, err := columnsOf(ctx, db, table)
		if err != nil {
			return err
		}
		values := make([]string, len(columns))
		for i, column := range columns {
			values[i] = column
			if expression, found := d.database.copyExpressions()[column]; found {
				values[i] = expression
			}
		}
		// Only originals have ids of 36 characters: copyOf appends a number.
		statements = append(statements, fmt.Sprintf(
			`INSERT INTO %[1]s (%[2]s) WITH RECURSIVE copies (n) AS (SELECT %[4]d UNION ALL SELECT n + 1 FROM copies WHERE n < %[5]d)
			SELECT %[3]s FROM %[1]s CROSS JOIN copies WHERE length(%[6]s) = 36`,
			table, strings.Join(columns, ", "), strings.Join(values, ", "), 1, copies, map[bool]string{true: "id", false: "account_id"}[table == "accounts"]))
	}
	if copies == 0 {
		statements = nil
	}
	for _, statement := range append(statements, "ANALYZE") {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func columnsOf(ctx context.Context, db *sql.DB, table string) (columns []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table+" WHERE 1 = 0") //nolint:gosec // a name from copiedTables
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err = rows.Columns()
	return columns, errors.Join(err, rows.Err())
}
