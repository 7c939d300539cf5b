package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// This file is a database/sql driver on top of pgx that batches the statements of a transaction. It queues BEGIN, and every
// write whose result the caller does not need, and sends the queue together with the next statement that has a result, or
// with COMMIT:
//
//	caller                            without batching      with batching
//	-------------------------------   -----------------     --------------------------------------------------
//	begin                             -> BEGIN
//	execDeferred(lock the account)    -> SELECT … FOR UPDATE
//	query(the snapshot)               -> SELECT             -> BEGIN; SELECT … FOR UPDATE; SELECT
//	exec(consume the code)            -> UPDATE             -> UPDATE
//	deferred(evict old sessions)      -> DELETE
//	execDeferred(insert the session)  -> INSERT
//	execDeferred(delete the sign-in)  -> DELETE
//	execDeferred(advance the head)    -> UPDATE
//	execDeferred(insert the entries)  -> INSERT
//	commit                            -> COMMIT             -> DELETE; INSERT; DELETE; UPDATE; INSERT; COMMIT
//
// Each arrow is one round trip. With the snapshot before the transaction, a right code takes 4 round trips instead of 11, and a
// wrong one 3 instead of 6 (TestBatch_RoundTripsOfASignIn). A round trip takes longer than most statements, and the account stays
// locked meanwhile. With the latency of a data center, half a millisecond, the database work of a right code takes 2.3 times as
// long without batches, and that of a wrong one 2.0 times; on one machine 1.0 and 1.3 times (BenchmarkPostgres_Batch). The
// driver is the only place for this, because gorm reads results from a *sql.Rows, which nothing but a driver can provide.

// batchConnector opens connections to PostgreSQL that batch the statements of a transaction.
type batchConnector struct {
	driver.Connector
	limit        time.Duration // of a statement; zero means none
	planLifetime time.Duration // zero: plans are kept
}

// Connect opens a connection.
func (p batchConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := connect(ctx, p.Connector)
	if err != nil {
		return nil, err
	}
	c := &batchConn{Conn: conn, limit: p.limit, planLifetime: p.planLifetime}
	c.expirePlans()
	return c, nil
}

// batchConn is one connection. database/sql lets one goroutine use it at a time.
type batchConn struct {
	*stdlib.Conn
	limit     time.Duration
	unlimited bool // the transaction has lifted the statement timeout
	inTx      bool
	queue     pgx.Batch

	planLifetime time.Duration
	plansExpired atomic.Bool
}

type deferResultKey struct{}

// deferResult returns a context in which a write is queued instead of sent. It goes out with the next statement, or with
// COMMIT, and that call returns its error. The number of affected rows is not available.
func deferResult(ctx context.Context) context.Context {
	return context.WithValue(ctx, deferResultKey{}, true)
}

// deferredError wraps the error of a queued statement, so that the call that happened to send the batch can tell it from an
// error of its own statement.
type deferredError struct {
	cause error
}

func (e *deferredError) Error() string { return "deferred statement: " + e.cause.Error() }

// Unwrap returns the cause.
func (e *deferredError) Unwrap() error { return e.cause }

// BeginTx queues BEGIN. A transaction with options begins at once, as pgx does it.
func (c *batchConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if o != (driver.TxOptions{}) {
		return c.Conn.BeginTx(ctx, o)
	}
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	c.inTx, c.unlimited, c.queue = true, false, pgx.Batch{}
	_ = takeUnreplicated(c.Conn) // of a statement outside of a transaction
	c.queue.Queue("BEGIN")
	return batchTx{c, ctx}, nil
}

// ExecContext runs a statement that returns no rows. In a context of deferResult it queues the statement and returns
// [driver.ResultNoRows], which has no number of affected rows.
func (c *batchConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.unlimited = c.inTx && (c.unlimited || query == postgresDialect.disableTimeout)
	if c.inTx && ctx.Value(deferResultKey{}) != nil {
		c.add(query, args)
		return driver.ResultNoRows, nil
	}
	if c.queue.Len() == 0 {
		ctx, cancel := c.bounded(ctx)
		defer cancel()
		return c.Conn.ExecContext(ctx, query, args)
	}
	c.add(query, args)
	last, err := c.send(ctx, nil)
	return driver.RowsAffected(last.changed), err
}

// QueryContext runs a statement. If it was sent in a batch, all of its rows have been read when this returns.
func (c *batchConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.queue.Len() == 0 {
		return c.queryBounded(ctx, query, args)
	}
	c.add(query, args)
	rows := &bufferedRows{}
	if _, err := c.send(ctx, rows); err != nil {
		return nil, err
	}
	return rows, nil
}

func (c *batchConn) add(query string, values []driver.NamedValue) {
	c.queue.Queue(query, plainValues(values)...)
}

// plainValues returns the values of database/sql as pgx takes them.
func plainValues(named []driver.NamedValue) []any {
	values := make([]any, len(named))
	for i, v := range named {
		values[i] = v.Value
	}
	return values
}

// outcome is the result of a statement that returns no rows.
type outcome struct {
	changed int64  // affected rows
	tag     string // PostgreSQL's command tag, such as "COMMIT"
}

// send sends the queue in one round trip and returns the outcome of its last statement, or reads that one's rows into rows.
// PostgreSQL runs no statement after the first that fails.
func (c *batchConn) send(ctx context.Context, rows *bufferedRows) (last outcome, err error) {
	batch := c.queue
	c.queue = pgx.Batch{}
	if c.Conn.Conn().IsClosed() {
		return outcome{}, driver.ErrBadConn
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
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

// batchTx is the transaction of a connection. database/sql ends it once.
type batchTx struct {
	*batchConn
	ctx context.Context //nolint:containedctx // database/sql passes none to Commit and Rollback
}

// Commit sends the queue with COMMIT. It returns [pgx.ErrTxCommitRollback] if PostgreSQL rolled back instead, which it does
// if a statement of the transaction failed, and errUnreplicated if a synchronous standby did not confirm the commit.
func (t batchTx) Commit() error {
	if t.notStarted() {
		return t.Rollback()
	}
	t.queue.Queue("COMMIT")
	done, err := t.send(t.ctx, nil)
	if err == nil && done.tag != "COMMIT" {
		err = pgx.ErrTxCommitRollback
	}
	if err == nil {
		err = takeUnreplicated(t.Conn)
	}
	if err != nil {
		return errors.Join(err, t.Rollback())
	}
	t.inTx = false
	return nil
}

// Rollback discards the queue, and sends ROLLBACK if the transaction has begun on the server.
func (t batchTx) Rollback() error {
	conn := t.Conn.Conn()
	t.inTx, t.queue = false, pgx.Batch{}
	if conn.IsClosed() {
		return driver.ErrBadConn
	}
	if t.notStarted() {
		return nil
	}
	ctx, cancel := t.bounded(t.ctx)
	defer cancel()
	_, err := conn.Exec(ctx, "ROLLBACK")
	return err
}

// notStarted reports whether at most BEGIN is queued and the server has no transaction.
func (c *batchConn) notStarted() bool {
	return c.queue.Len() <= 1 && c.Conn.Conn().PgConn().TxStatus() == 'I'
}
