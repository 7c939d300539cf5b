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

// The statements that are sent most are in our own words and go past gorm, which would build the same text again and again,
// and read rows by reflection: a third of what the cheapest request costs.

// query reads rows, one after the other, with words that have ? for each value.
func (d *DB) query(ctx context.Context, words string, values []any, row func(*sql.Rows) error) error {
	return d.forEachRow(ctx, d.pool(ctx, d.read), words, values, row)
}

// queryWrite changes rows, and reads those that it returns.
func (d *DB) queryWrite(ctx context.Context, words string, values []any, row func(*sql.Rows) error) error {
	err := d.forEachRow(ctx, d.pool(ctx, d.write), words, values, row)
	if _, inside := d.txFrom(ctx); !inside {
		d.stats.committed(ctx)
	}
	return err
}

// exec changes rows inside of a transaction, and answers how many.
func (d *DB) exec(ctx context.Context, words string, values []any) (int64, error) {
	words = d.rebind(words)
	d.stats.sent(ctx, words, values)
	done, err := d.pool(ctx, d.write).ExecContext(ctx, words, values...)
	if err != nil {
		return 0, wrapError(err)
	}
	return done.RowsAffected()
}

// execDeferred changes rows inside of a transaction, before its next statement or its end. Nobody asks what came of it.
func (d *DB) execDeferred(ctx context.Context, words string, values []any) error {
	_, err := d.exec(deferResult(ctx), words, values)
	return err
}

// pool is where statements go: the transaction that is open, or else one of the database's.
func (d *DB) pool(ctx context.Context, otherwise *gorm.DB) gorm.ConnPool {
	if tx, inside := d.txFrom(ctx); inside {
		return tx.Statement.ConnPool
	}
	return otherwise.Statement.ConnPool
}

func (d *DB) forEachRow(ctx context.Context, pool gorm.ConnPool, words string, values []any, row func(*sql.Rows) error) (err error) {
	words = d.rebind(words)
	d.stats.sent(ctx, words, values)
	rows, err := pool.QueryContext(ctx, words, values...)
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

// rebindCache are the words that were spelled for PostgreSQL before.
var rebindCache sync.Map

// rebind is a text as the database takes it: PostgreSQL numbers the values.
func (d *DB) rebind(words string) string {
	if d.singleWriter() {
		return words
	}
	known, _ := rebindCache.Load(words)
	if text, ok := known.(string); ok {
		return text
	}
	var text strings.Builder
	for i, part := range strings.Split(words, "?") {
		if i > 0 {
			text.WriteString("$" + strconv.Itoa(i))
		}
		text.WriteString(part)
	}
	rebindCache.Store(words, text.String())
	return text.String()
}
