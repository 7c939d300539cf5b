package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// batchConnector opens connections to PostgreSQL that say a transaction's BEGIN with its first statement, and its COMMIT with
// its last. A way to the server and back takes longer than most statements, and what is locked is locked meanwhile.
type batchConnector struct{ driver.Connector }

// Connect opens a connection.
func (p batchConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	pg, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(errLacks, conn.Close())
	}
	return &batchConn{Conn: pg}, nil
}

// batchConn is one connection. Database/sql lets one goroutine use it at a time.
type batchConn struct {
	*stdlib.Conn
	inside bool // of a transaction
	queue  pgx.Batch
}

type deferResultKey struct{}

// deferResult is a context in which a change may be sent along with the next statement, or with the commit: nobody asks what
// comes of it. If it fails, those fail.
func deferResult(ctx context.Context) context.Context {
	return context.WithValue(ctx, deferResultKey{}, true)
}

// deferredError is what came of a statement about which nobody asked. Whoever hears of it did something else.
type deferredError struct {
	cause error
}

func (e *deferredError) Error() string { return "before that: " + e.cause.Error() }

// Unwrap answers the cause.
func (e *deferredError) Unwrap() error { return e.cause }

// BeginTx begins a transaction, and tells the server when there is something to say.
func (c *batchConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if o != (driver.TxOptions{}) {
		return c.Conn.BeginTx(ctx, o)
	}
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	c.inside, c.queue = true, pgx.Batch{}
	c.queue.Queue("BEGIN")
	return batchTx{c, ctx}, nil
}

// ExecContext runs a statement that answers no rows.
func (c *batchConn) ExecContext(ctx context.Context, words string, values []driver.NamedValue) (driver.Result, error) {
	if c.inside && ctx.Value(deferResultKey{}) != nil {
		c.add(words, values)
		return driver.RowsAffected(0), nil
	}
	if c.queue.Len() == 0 {
		return c.Conn.ExecContext(ctx, words, values)
	}
	c.add(words, values)
	tag, err := c.send(ctx, nil)
	return driver.RowsAffected(tag.changed), err
}

// QueryContext runs a statement, and has read its rows when it answers.
func (c *batchConn) QueryContext(ctx context.Context, words string, values []driver.NamedValue) (driver.Rows, error) {
	if c.queue.Len() == 0 {
		return c.Conn.QueryContext(ctx, words, values)
	}
	c.add(words, values)
	rows := &bufferedRows{}
	if _, err := c.send(ctx, rows); err != nil {
		return nil, err
	}
	return rows, nil
}

func (c *batchConn) add(words string, values []driver.NamedValue) {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v.Value
	}
	c.queue.Queue(words, args...)
}

// outcome is what came of a statement.
type outcome struct {
	changed int64
	what    string
}

// send sends what is queued, and answers what came of the last statement; with rows, it reads its rows. The first
// statement that fails is the last that was run.
func (c *batchConn) send(ctx context.Context, rows *bufferedRows) (last outcome, err error) {
	batch := c.queue
	c.queue = pgx.Batch{}
	if c.Conn.Conn().IsClosed() {
		return outcome{}, driver.ErrBadConn
	}
	results := c.Conn.Conn().SendBatch(ctx, &batch)
	defer func() {
		if failed := results.Close(); err == nil {
			err = failed
		}
	}()
	for range batch.Len() - 1 {
		if _, err := results.Exec(); err != nil {
			return outcome{}, &deferredError{err}
		}
	}
	if rows == nil {
		tag, err := results.Exec()
		return outcome{tag.RowsAffected(), tag.String()}, err
	}
	found, err := results.Query()
	if err != nil {
		return outcome{}, err
	}
	return outcome{}, rows.read(found)
}

// batchTx is the transaction of a connection. Database/sql ends it once.
type batchTx struct {
	*batchConn
	ctx context.Context //nolint:containedctx // database/sql gives none to who ends a transaction
}

// Commit sends what is queued, and commits it.
func (t batchTx) Commit() error {
	if t.notStarted() {
		return t.Rollback()
	}
	t.queue.Queue("COMMIT")
	done, err := t.send(t.ctx, nil)
	if err == nil && done.what != "COMMIT" {
		err = pgx.ErrTxCommitRollback
	}
	if err != nil {
		return errors.Join(err, t.Rollback())
	}
	t.inside = false
	return nil
}

// Rollback undoes what the server was told of.
func (t batchTx) Rollback() error {
	conn := t.Conn.Conn()
	t.inside, t.queue = false, pgx.Batch{}
	if conn.IsClosed() {
		return driver.ErrBadConn
	}
	if t.notStarted() {
		return nil
	}
	_, err := conn.Exec(t.ctx, "ROLLBACK")
	return err
}

// notStarted says whether the server knows of no transaction.
func (c *batchConn) notStarted() bool {
	return c.queue.Len() <= 1 && c.Conn.Conn().PgConn().TxStatus() == 'I'
}

// bufferedRows are rows that were read.
type bufferedRows struct {
	columns []string
	rows    [][]driver.Value
}

func (r *bufferedRows) read(from pgx.Rows) error {
	defer from.Close()
	for _, f := range from.FieldDescriptions() {
		r.columns = append(r.columns, f.Name)
	}
	for from.Next() {
		values, err := from.Values()
		if err != nil {
			return err
		}
		row := make([]driver.Value, len(values))
		for i, v := range values {
			if row[i], err = toDriverValue(v); err != nil {
				return fmt.Errorf("read column %s: %w", r.columns[i], err)
			}
		}
		r.rows = append(r.rows, row)
	}
	return from.Err()
}

// toDriverValue is a value as database/sql knows it.
func toDriverValue(v any) (driver.Value, error) {
	switch v := v.(type) {
	case int32:
		return int64(v), nil
	case int16:
		return int64(v), nil
	}
	if !driver.IsValue(v) {
		return nil, fmt.Errorf("a %T is no value of a driver", v)
	}
	return v, nil
}

// Columns names the columns.
func (r *bufferedRows) Columns() []string { return r.columns }

// Close forgets what was not looked at.
func (r *bufferedRows) Close() error {
	r.rows = nil
	return nil
}

// Next answers the next row.
func (r *bufferedRows) Next(row []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(row, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}
