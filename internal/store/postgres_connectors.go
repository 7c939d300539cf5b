package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5/stdlib"
)

// migrationConnector opens connections whose transactions have no statement timeout, whatever the URL, the role or the database
// set. The timeout is lifted for each transaction and not for the session, because a connection pooler may give the server's
// session to another client afterwards.
type migrationConnector struct{ driver.Connector }

// Connect opens a connection.
func (m migrationConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := connect(ctx, m.Connector)
	if err != nil {
		return nil, err
	}
	return migrationConn{conn}, nil
}

type migrationConn struct{ *stdlib.Conn }

// BeginTx begins a transaction without statement timeout.
func (c migrationConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	if _, err := c.Conn.Conn().Exec(ctx, postgresDialect.disableTimeout); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// readOnlyConnector opens connections that change nothing: each statement outside of a transaction runs in a read-only
// transaction of its own. The session is not made read-only, because target_session_attrs=read-write would then reject every
// server, a connection pooler would reject the parameter, and a pooled session would stay read-only for its next client.
type readOnlyConnector struct{ driver.Connector }

// Connect opens a connection.
func (r readOnlyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := connect(ctx, r.Connector)
	if err != nil {
		return nil, err
	}
	return readOnlyConn{conn}, nil
}

type readOnlyConn struct{ *stdlib.Conn }

// BeginTx begins a read-only transaction.
func (c readOnlyConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	o.ReadOnly = true
	return c.Conn.BeginTx(ctx, o)
}

// ExecContext runs a statement that returns no rows. PostgreSQL rejects it if it writes.
func (c readOnlyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (result driver.Result, err error) {
	err = c.readOnly(ctx, func() (err error) {
		result, err = c.Conn.ExecContext(ctx, query, args)
		return err
	})
	return result, err
}

// QueryContext runs a statement and reads all of its rows.
func (c readOnlyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows := &bufferedRows{}
	err := c.readOnly(ctx, func() error {
		found, err := c.Conn.Conn().Query(ctx, query, plainValues(args)...)
		if err != nil {
			return err
		}
		return rows.read(found)
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// readOnly runs do in the open transaction, which is read-only, or in a new one.
func (c readOnlyConn) readOnly(ctx context.Context, do func() error) error {
	if c.Conn.Conn().PgConn().TxStatus() != 'I' {
		return do()
	}
	tx, err := c.BeginTx(ctx, driver.TxOptions{})
	if err != nil {
		return err
	}
	return errors.Join(do(), tx.Rollback())
}

// connect opens a connection of pgx.
func connect(ctx context.Context, to driver.Connector) (*stdlib.Conn, error) {
	conn, err := to.Connect(ctx)
	if err != nil {
		return nil, err
	}
	pg, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(errUnexpectedDriver, conn.Close())
	}
	return pg, nil
}
