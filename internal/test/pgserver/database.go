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

// Exec sends one statement to a database.
func (s *Server) Exec(ctx context.Context, database, statement string) (err error) {
	db, err := sql.Open("pgx", s.URL(database))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// Create creates a database: an empty one, or a copy of template, which must have no connections.
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

// shared is the server that the tests of one process use.
var shared struct {
	once    sync.Once
	server  *Server
	err     error
	number  atomic.Int64
	prepare sync.Mutex
	ready   map[string]bool
}

// Shared is the server that the tests of this process share; it ends with the process. What is on it is not kept through a
// power cut. Without PostgreSQL's programs the test is skipped, or fails where CI is true.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() {
		shared.server, shared.err = Start(context.Background(), UnsafeSettings...)
	})
	RequireBinaries(t, shared.err)
	return shared.server
}

// Enabled reports whether the tests run on PostgreSQL: TWOFOLD_TEST_DATABASE is postgres. Otherwise they run on
// SQLite.
func Enabled() bool { return os.Getenv("TWOFOLD_TEST_DATABASE") == "postgres" }

// UnsafeSettings are for a server whose data may be lost. Its log is short: a copy of a database is written there
// whole, and there are tests that read all of it.
var UnsafeSettings = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "autovacuum=off",
	"min_wal_size=32MB", "max_wal_size=64MB",
}

// RequireBinaries stops the test for an error of Start: it skips for missing programs, and fails where CI is true.
func RequireBinaries(t testing.TB, err error) {
	t.Helper()
	if (errors.Is(err, ErrAbsent) || errors.Is(err, ErrPoolerAbsent)) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Database is the URL of a new empty database on the shared server.
func Database(t testing.TB) string {
	t.Helper()
	s := Shared(t)
	name := next("empty")
	if err := s.Create(context.Background(), name, ""); err != nil {
		t.Fatal(err)
	}
	return s.URL(name)
}

// CloneDatabase is the URL of a new database that is as prepare left a first one: prepare runs once for a name.
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
	copied := next(name)
	if err := s.Create(context.Background(), copied, template); err != nil {
		t.Fatal(err)
	}
	return s.URL(copied)
}

func next(name string) string { return fmt.Sprintf("%s_%d", name, shared.number.Add(1)) }
