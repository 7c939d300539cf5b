package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// compiling opens connections to SQLite that keep what they compiled. To compile a statement takes longer than to run it;
// database/sql would do it anew in every transaction.
type compiling struct{ driver.Connector }

func newCompiling(dsn string) (compiling, error) {
	c, err := sqlite.NewConnector(dsn)
	return compiling{c}, err
}

// Connect opens a connection.
func (c compiling) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(fullConn)
	if !ok {
		return nil, errors.Join(errLacks, conn.Close())
	}
	return &compiled{fullConn: full, kept: make(map[string]fullStmt)}, nil
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

// compiled is one connection. Database/sql lets one goroutine use it at a time.
type compiled struct {
	fullConn
	kept map[string]fullStmt // by their text, those that are not in use
}

// most is how many statements a connection keeps: more than this program has, but for lists of unusual lengths.
const most = 250

// take answers a statement, which is the caller's until it is given back.
func (c *compiled) take(ctx context.Context, text string) (fullStmt, error) {
	if s, known := c.kept[text]; known {
		delete(c.kept, text)
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

// give keeps a statement for the next who asks for it, in the place of any other where there are too many.
func (c *compiled) give(text string, s fullStmt) error {
	if _, another := c.kept[text]; another {
		return s.Close()
	}
	c.kept[text] = s
	if len(c.kept) <= most {
		return nil
	}
	for text, other := range c.kept {
		delete(c.kept, text)
		return other.Close()
	}
	return nil
}

// ExecContext runs a statement that answers no rows.
func (c *compiled) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (done driver.Result, err error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.give(text, s)) }()
	return s.ExecContext(ctx, args)
}

// QueryContext runs a statement whose rows are read until they are closed.
func (c *compiled) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, errors.Join(err, c.give(text, s))
	}
	return &compiledRows{Rows: rows, done: func() error { return c.give(text, s) }}, nil
}

// Close closes the connection and what it kept.
func (c *compiled) Close() error {
	var errs []error
	for _, s := range c.kept {
		errs = append(errs, s.Close())
	}
	c.kept = nil
	return errors.Join(append(errs, c.fullConn.Close())...)
}

// compiledRows give their statement back when they are closed.
type compiledRows struct {
	driver.Rows
	done func() error
}

// Close ends the reading.
func (r *compiledRows) Close() error { return errors.Join(r.Rows.Close(), r.done()) }
