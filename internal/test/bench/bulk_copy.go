package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// crowded are the tables of which every account has rows, those first that others refer to.
var crowded = []string{"accounts", "mfa_methods", "recovery_codes", "sessions", "activity", "activity_heads"}

// copyOf returns copy number n of an account; 0 is the account itself.
func copyOf(p testUser, n int) testUser {
	if n > 0 {
		p.id, p.email, p.method = fmt.Sprintf("%s-%d", p.id, n), fmt.Sprintf("%d-%s", n, p.email), fmt.Sprintf("%s-%d", p.method, n)
	}
	return p
}

// expressions say what of a row is another in each of its copies: what copyOf says, and what must be unlike all others.
func (d database) expressions() map[string]string {
	own := map[string]string{ //nolint:gosec // names of columns
		"id": "id || '-' || n", "account_id": "account_id || '-' || n", "email": "n || '-' || email", "token_hash": "randomblob(32)",
	}
	if d.server {
		own["token_hash"] = "sha256((n || id)::bytea)"
	}
	return own
}

// asServed opens SQLite as the server does; unsafeBulkLoad is for filling a new file, which may be lost.
const (
	asServed       = "?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate"
	unsafeBulkLoad = "?_pragma=busy_timeout(60000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=cache_size(-4000000)"
)

// open opens the database without anything of ours between; SQLite with these options.
func (d database) open(sqlite string) (*sql.DB, error) {
	if d.server {
		return sql.Open("pgx", d.url)
	}
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(d.url, "sqlite:")+sqlite)
	if err == nil && sqlite == unsafeBulkLoad {
		db.SetMaxOpenConns(1) // what it has in memory is one connection's
	}
	return db, err
}

// multiply adds so many copies of every account.
func (t *dataset) multiply(ctx context.Context, copies int) (err error) {
	db, err := t.at.open(unsafeBulkLoad)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var statements []string
	for _, table := range crowded {
		columns, err := columnsOf(ctx, db, table)
		if err != nil {
			return err
		}
		values := make([]string, len(columns))
		for i, column := range columns {
			values[i] = column
			if expression, own := t.at.expressions()[column]; own {
				values[i] = expression
			}
		}
		// Only founders have ids without an end of their own.
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
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table+" WHERE 1 = 0") //nolint:gosec // of crowded
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err = rows.Columns()
	return columns, errors.Join(err, rows.Err())
}
