package pgserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx
)

// Exec executes one statement in a database, over a new connection.
func (s *Server) Exec(ctx context.Context, database, statement string) (err error) {
	db, err := sql.Open("pgx", s.URL(database))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// Create creates a database as a copy of template, or an empty one if template is empty. The template must have no connections.
func (s *Server) Create(ctx context.Context, database, template string) error {
	statement := "CREATE DATABASE " + database
	if template != "" {
		statement += " TEMPLATE " + template
	}
	if err := s.Exec(ctx, "postgres", statement); err != nil {
		return fmt.Errorf("create database %s: %w", database, err)
	}
	return nil
}

// shared is the server of this process's tests.
var shared struct {
	once    sync.Once
	server  *Server
	err     error
	number  atomic.Int64    // last number in the name of a database
	prepare sync.Mutex      // guards ready
	ready   map[string]bool // templates that exist
}

// Shared returns the server that the tests of this process share. It starts with the first call and stops with the process.
// It is not durable, see UnsafeSettings. If PostgreSQL is not installed, Shared skips the test, or fails it if CI is true.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() {
		shared.server, shared.err = Start(context.Background(), UnsafeSettings...)
	})
	RequireBinaries(t, shared.err)
	return shared.server
}

// Enabled reports whether the tests run on PostgreSQL, because TWOFOLD_TEST_DATABASE is postgres. Otherwise they run on SQLite.
func Enabled() bool { return os.Getenv("TWOFOLD_TEST_DATABASE") == "postgres" }

// UnsafeSettings give up durability for speed. They also keep the write-ahead log small, because tests search all of it for
// secrets, and every clone of a database is written to it.
var UnsafeSettings = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "autovacuum=off",
	"min_wal_size=32MB", "max_wal_size=64MB",
}

// RequireBinaries ends the test if err is not nil. It skips the test for ErrAbsent, unless CI is true.
func RequireBinaries(t testing.TB, err error) {
	t.Helper()
	if (errors.Is(err, ErrAbsent) || errors.Is(err, ErrPoolerAbsent)) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Database creates an empty database on the shared server and returns its URL.
func Database(t testing.TB) string {
	t.Helper()
	s := Shared(t)
	name := next("empty")
	if err := s.Create(context.Background(), name, ""); err != nil {
		t.Fatal(err)
	}
	return s.URL(name)
}

// CloneDatabase creates a copy of a template database on the shared server and returns its URL. The first call with a name
// creates the template and calls prepare with its URL.
func CloneDatabase(t testing.TB, name string, prepare func(url string) error) string {
	t.Helper()
	s := Shared(t)
	shared.prepare.Lock()
	defer shared.prepare.Unlock()
	template := "template_" + name
	if !shared.ready[template] {
		if err := s.Create(context.Background(), template, ""); err != nil {
			t.Fatal(err)
		}
		if err := prepare(s.URL(template)); err != nil {
			t.Fatal(err)
		}
		if shared.ready == nil {
			shared.ready = make(map[string]bool)
		}
		shared.ready[template] = true
	}
	clone := next(name)
	if err := s.Create(context.Background(), clone, template); err != nil {
		t.Fatal(err)
	}
	return s.URL(clone)
}

// next returns an unused name of a database.
func next(name string) string { return fmt.Sprintf("%s_%d", name, shared.number.Add(1)) }
