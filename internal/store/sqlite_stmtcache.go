package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// cachingConnector opens connections to SQLite that keep what they compiled. To compile a statement takes longer than to run it;
// database/sql would do it anew in every transaction.
type cachingConnector struct{ driver.Connector }

func newCachingConnector(dsn string) (cachingConnector, error) {
	c, err := sqlite.NewConnector(dsn)
	return cachingConnector{c}, err
}

// Connect opens a connection.
func (c cachingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(fullConn)
	if !ok {
		return nil, errors.Join(errLacks, conn.Close())
	}
	return &cachedConn{fullConn: full, statements: make(map[string]fullStmt)}, nil
}

var errLacks = errors.New("the driver lacks what database/sql can make use of")

// fullConn is what the driver's connections are.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// fullStmt is what the driver's statements are.
type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// cachedConn is one connection. Database/sql lets one goroutine use it at a time.
type cachedConn struct {
	fullConn
	statements map[string]fullStmt // by their text, those that are not in use
}

// maxCachedStatements is how many statements a connection keeps: more than this program has, but for lists of unusual lengths.
const maxCachedStatements = 250

// checkout answers a statement, which is the caller's until it is given back.
func (c *cachedConn) checkout(ctx context.Context, text string) (fullStmt, error) {
	if s, known := c.statements[text]; known {
		delete(c.statements, text)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	full, ok := s.(fullStmt)
	if !ok {
		return nil, errors.Join(errLacks, s.Close())
	}
	return full, nil
}

// release keeps a statement for the next who asks for it, in the place of any other where there are too many.
func (c *cachedConn) release(text string, s fullStmt) error {
	if _, another := c.statements[text]; another {
		return s.Close()
	}
	c.statements[text] = s
	if len(c.statements) <= maxCachedStatements {
		return nil
	}
	for text, other := range c.statements {
		delete(c.statements, text)
		return other.Close()
	}
	return nil
}

// ExecContext runs a statement that answers no rows.
func (c *cachedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (done driver.Result, err error) {
	s, err := c.checkout(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.release(text, s)) }()
	return s.ExecContext(ctx, args)
}

// QueryContext runs a statement whose rows are read until they are closed.
func (c *cachedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.checkout(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.release(text, s))
	}
	return &cachedRows{Rows: rows, done: func() error { return c.release(text, s) }}, nil
}

// Close closes the connection and what it kept.
func (c *cachedConn) Close() error {
	var errs []error
	for _, s := range c.statements {
		errs = append(errs, s.Close())
	}
	c.statements = nil
	return errors.Join(append(errs, c.fullConn.Close())...)
}

// cachedRows give their statement back when they are closed.
type cachedRows struct {
	driver.Rows
	done func() error
}

// Close ends the reading.
func (r *cachedRows) Close() error { return errors.Join(r.Rows.Close(), r.done()) }
