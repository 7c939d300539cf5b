package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// This file is a database/sql driver on top of the SQLite driver that caches prepared statements for each connection. Preparing a
// statement takes longer than running it, and the driver prepares at every call. gorm's own cache does not help, because
// database/sql prepares its statements again in every transaction. Without this cache, the snapshot query takes 2.9 times as
// long, and the database work of a right code 1.5 times, commits included (BenchmarkSQLite_StatementCache). Preparing only the
// hand-written statements on the sql.DB would leave out those that gorm builds.

// cachingConnector opens connections to SQLite that cache prepared statements.
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
		return nil, errors.Join(errUnexpectedDriver, conn.Close())
	}
	return &cachedConn{fullConn: full, statements: make(map[string]fullStmt)}, nil
}

var errUnexpectedDriver = errors.New("the database driver lacks an optional interface of database/sql")

// fullConn are the interfaces that the driver's connections implement.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// fullStmt are the interfaces that the driver's statements implement.
type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// cachedConn is one connection. database/sql lets one goroutine use it at a time.
type cachedConn struct {
	fullConn
	statements map[string]fullStmt // prepared statements by their text, except those in use
}

// maxCachedStatements is the maximum number of statements in the cache of a connection. The program has fewer, except for lists
// of unusual lengths.
const maxCachedStatements = 250

// checkout takes a statement out of the cache, or prepares it. It belongs to the caller until release.
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
		return nil, errors.Join(errUnexpectedDriver, s.Close())
	}
	return full, nil
}

// release puts a statement into the cache. It closes an arbitrary one if the cache is full, and s if the cache has another of the
// same text, which happens if the text was prepared twice because its rows were being read.
func (c *cachedConn) release(text string, s fullStmt) error {
	if _, cached := c.statements[text]; cached {
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

// ExecContext runs a statement that returns no rows.
func (c *cachedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (done driver.Result, err error) {
	s, err := c.checkout(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.release(text, s)) }()
	return s.ExecContext(ctx, args)
}

// QueryContext runs a statement, which is in use until its rows are closed.
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

// Close closes the connection and the cached statements.
func (c *cachedConn) Close() error {
	var errs []error
	for _, s := range c.statements {
		errs = append(errs, s.Close())
	}
	c.statements = nil
	return errors.Join(append(errs, c.fullConn.Close())...)
}

// cachedRows release their statement when they are closed.
type cachedRows struct {
	driver.Rows
	done func() error
}

// Close closes the rows and releases the statement.
func (r *cachedRows) Close() error { return errors.Join(r.Rows.Close(), r.done()) }
