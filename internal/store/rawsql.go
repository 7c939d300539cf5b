package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"sync"

	"gorm.io/gorm"
)

// The most frequent statements are written by hand and bypass gorm, which would build the same text at every call and read rows
// by reflection: a third of the cost of the cheapest request. The package comment lists them.

// query calls row for each row that a SELECT returns. The text has a ? for each value.
func (d *DB) query(ctx context.Context, text string, values []any, row func(*sql.Rows) error) error {
	return d.forEachRow(ctx, d.pool(ctx, d.read), text, values, row)
}

// queryWrite is query for a write with RETURNING.
func (d *DB) queryWrite(ctx context.Context, text string, values []any, row func(*sql.Rows) error) error {
	err := d.forEachRow(ctx, d.pool(ctx, d.write), text, values, row)
	if _, inside := d.txFrom(ctx); !inside {
		d.stats.committed(ctx)
	}
	return err
}

// exec runs a write in the current transaction and returns the number of affected rows.
func (d *DB) exec(ctx context.Context, text string, values []any) (int64, error) {
	done, err := d.execResult(ctx, text, values)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// execDeferred queues a write in the current transaction. It runs before the next statement or COMMIT, which returns its
// error. Use it only if the caller does not need the number of affected rows. SQLite, without round trips to save, runs it
// at once.
func (d *DB) execDeferred(ctx context.Context, text string, values []any) error {
	_, err := d.execResult(deferResult(ctx), text, values)
	return err
}

func (d *DB) execResult(ctx context.Context, text string, values []any) (sql.Result, error) {
	text = d.rebind(text)
	d.stats.sent(ctx, text, values)
	done, err := d.pool(ctx, d.write).ExecContext(ctx, text, values...)
	if err != nil {
		return nil, wrapError(err)
	}
	return done, nil
}

// pool returns the transaction of ctx, or the given database if there is none.
func (d *DB) pool(ctx context.Context, otherwise *gorm.DB) gorm.ConnPool {
	if tx, inside := d.txFrom(ctx); inside {
		return tx.Statement.ConnPool
	}
	return otherwise.Statement.ConnPool
}

func (d *DB) forEachRow(ctx context.Context, pool gorm.ConnPool, text string, values []any, row func(*sql.Rows) error) (err error) {
	text = d.rebind(text)
	d.stats.sent(ctx, text, values)
	rows, err := pool.QueryContext(ctx, text, values...)
	if err != nil {
		return wrapError(err)
	}
	defer func() {
		if err = errors.Join(err, rows.Close()); err != nil {
			err = wrapError(err)
		}
	}()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// rebindCache maps each text with ? to the same with $1, $2, …
var rebindCache sync.Map

// rebind returns a text with the placeholders of the database: ? for SQLite, $1, $2, … for PostgreSQL.
func (d *DB) rebind(text string) string {
	if d.singleWriter() {
		return text
	}
	known, _ := rebindCache.Load(text)
	if numbered, ok := known.(string); ok {
		return numbered
	}
	var numbered strings.Builder
	for i, part := range strings.Split(text, "?") {
		if i > 0 {
			numbered.WriteString("$" + strconv.Itoa(i))
		}
		numbered.WriteString(part)
	}
	rebindCache.Store(text, numbered.String())
	return numbered.String()
}
