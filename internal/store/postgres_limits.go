package store

import (
	"context"
	"database/sql/driver"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"
)

// The statement timeout of the server has two gaps: a commit that waits for a synchronous standby has no limit, and a server that
// has vanished from the network enforces none. Either would occupy one connection after the other until no request gets one.
// Therefore each statement has a limit on this side too, which is graceTime longer.
const graceTime = 5 * time.Second

// pingLimit is the limit of the ping that an idle connection gets before it is used again.
const pingLimit = time.Second

// clientLimit returns the limit of a statement on this side, or zero for none.
func clientLimit(config *pgx.ConnConfig) time.Duration {
	text := config.RuntimeParams[statementTimeout]
	limit, err := time.ParseDuration(text)
	if ms, notANumber := strconv.Atoi(text); notANumber == nil {
		limit, err = time.Duration(ms)*time.Millisecond, nil
	}
	if err != nil || limit <= 0 {
		return 0
	}
	return limit + graceTime
}

// cancelRequests lets a context that ends cancel the statement on the server, so that it releases its locks and does not wait for
// a standby any longer. If the server does not respond to that either, the connection is closed.
func cancelRequests(conn *pgconn.PgConn) ctxwatch.Handler {
	return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, CancelRequestDelay: 100 * time.Millisecond, DeadlineDelay: 2 * time.Second}
}

// bounded returns a context that ends after the limit of a statement. The caller must call cancel.
func (c *batchConn) bounded(ctx context.Context) (_ context.Context, cancel context.CancelFunc) {
	if c.limit == 0 || c.unlimited {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.limit)
}

// ResetSession pings a connection that was idle, so that one to a vanished server is replaced, and discards plans that have
// expired. database/sql calls it when it takes a connection out of the pool.
func (c *batchConn) ResetSession(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	if err := c.Conn.ResetSession(ctx); err != nil {
		return err
	}
	return c.discardExpiredPlans(ctx)
}

// boundedRows are rows that are read from the server within the limit of a statement.
type boundedRows struct {
	*stdlib.Rows
	cancel context.CancelFunc
}

// Close discards the rows that were not read.
func (r boundedRows) Close() error {
	defer r.cancel()
	return r.Rows.Close()
}

func (c *batchConn) queryBounded(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	ctx, cancel := c.bounded(ctx)
	rows, err := c.Conn.QueryContext(ctx, query, args)
	if err != nil {
		cancel()
		return nil, err
	}
	streamed, ok := rows.(*stdlib.Rows)
	if !ok {
		cancel()
		return nil, errUnexpectedDriver
	}
	return boundedRows{streamed, cancel}, nil
}
