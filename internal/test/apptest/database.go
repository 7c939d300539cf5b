package apptest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twofold/internal/keyring"
	"twofold/internal/store"
	"twofold/internal/test/pgserver"
	"twofold/internal/test/queryplan"
)

// databaseIn returns the URL of a folder's database: a file in it or, in runs on PostgreSQL, a database on the shared test
// server, for which it creates a master key in the folder.
func databaseIn(t testing.TB, dir string) string {
	t.Helper()
	known, err := os.ReadFile(filepath.Join(dir, urlFile))
	switch {
	case err == nil:
		return string(known)
	case !errors.Is(err, fs.ErrNotExist):
		t.Fatal(err)
	case pgserver.Enabled():
		return onPostgres(t, dir)
	}
	return "sqlite:" + filepath.Join(dir, "twofold.db")
}

// urlFile is the file in a folder with the URL of its database, if that is on PostgreSQL.
const urlFile = "database.url"

// onPostgres creates a database on the shared test server for a folder and returns its URL.
func onPostgres(t testing.TB, dir string) string {
	t.Helper()
	SkipUnlessSelected(t)
	url := pgserver.CloneDatabase(t, "app", migrate)
	useDatabase(t, dir, url)
	return url
}

// useDatabase records the URL of a folder's database and creates a master key.
func useDatabase(t testing.TB, dir, url string) {
	t.Helper()
	if _, err := keyring.CreateMaster(filepath.Join(dir, "master.key")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, urlFile), []byte(url), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Replicas starts n servers over one PostgreSQL database, in every kind of run, behind one public URL. They share nothing
// else: each has its own connections and memory, like processes.
func Replicas(t testing.TB, n int, settings ...string) []*Server {
	t.Helper()
	dir := t.TempDir()
	onPostgres(t, dir)
	return replicasIn(t, dir, n, settings)
}

// ReplicasOver starts n servers over an empty database.
func ReplicasOver(t testing.TB, url string, n int, settings ...string) []*Server {
	t.Helper()
	dir := t.TempDir()
	useDatabase(t, dir, url)
	return replicasIn(t, dir, n, settings)
}

func replicasIn(t testing.TB, dir string, n int, settings []string) []*Server {
	t.Helper()
	clock := NewClock()
	servers := []*Server{StartIn(t, dir, clock, settings...)}
	for range n - 1 {
		servers = append(servers, StartIn(t, dir, clock, append(settings, "TWOFOLD_PUBLIC_URL="+servers[0].URL)...))
	}
	return servers
}

func migrate(url string) error {
	db, err := store.Open(url, store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(context.Background()), db.Close())
}

// Database is a separate connection to a server's database. Statements have ? placeholders, on SQLite and PostgreSQL.
type Database struct {
	owner  *Server
	db     *sql.DB
	txConn *sql.Conn // has the open transaction of Begin, LockAccounts or HoldActivity; nil without one
	server bool
}

// UsesPostgres reports whether the server's database is on PostgreSQL.
func (h *Server) UsesPostgres() bool { return store.IsPostgres(h.Database) }

// OpenDatabase opens the server's database.
func (h *Server) OpenDatabase(t testing.TB) *Database {
	t.Helper()
	d := &Database{owner: h, server: h.UsesPostgres()}
	var err error
	if d.server {
		d.db, err = sql.Open("pgx", h.Database)
	} else {
		d.db, err = sql.Open("sqlite", "file:"+strings.TrimPrefix(h.Database, "sqlite:")+"?_pragma=busy_timeout(5000)")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.db.Close() })
	return d
}

// Plans returns the database for EXPLAIN checks.
func (d *Database) Plans() queryplan.Database { return queryplan.Database{DB: d.db, Server: d.server} }

func (d *Database) bound(statement string) string {
	if !d.server {
		return statement
	}
	var text strings.Builder
	for i, part := range strings.Split(statement, "?") {
		if i > 0 {
			fmt.Fprintf(&text, "$%d", i)
		}
		text.WriteString(part)
	}
	return text.String()
}

// LockAccounts begins a transaction that blocks changes of all accounts until COMMIT or ROLLBACK is executed.
func (d *Database) LockAccounts(t testing.TB) {
	t.Helper()
	d.hold(t, "accounts")
}

// HoldActivity begins a transaction that blocks new activity entries until COMMIT or ROLLBACK is executed.
func (d *Database) HoldActivity(t testing.TB) {
	t.Helper()
	d.hold(t, "activity_heads")
}

func (d *Database) hold(t testing.TB, table string) {
	t.Helper()
	d.Begin(t)
	if d.server {
		d.MustExec(t, "SELECT * FROM "+table+" FOR UPDATE")
	}
}

// Begin begins a transaction, in which statements are executed until COMMIT or ROLLBACK. On SQLite it blocks all other writers.
func (d *Database) Begin(t testing.TB) {
	t.Helper()
	var err error
	if d.txConn, err = d.db.Conn(context.Background()); err != nil {
		t.Fatal(err)
	}
	if d.server {
		d.MustExec(t, "BEGIN")
		return
	}
	d.MustExec(t, "BEGIN IMMEDIATE")
}

// Waiting returns a function that reports whether n connections to the PostgreSQL database wait for a lock.
func (d *Database) Waiting(t testing.TB, n int) func() bool {
	return func() (waits bool) {
		t.Helper()
		const query = "SELECT count(DISTINCT pid) = ? FROM pg_locks WHERE NOT granted AND pid IN (" +
			"SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
		if err := d.db.QueryRow(d.bound(query), n).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		return waits
	}
}

// Exec executes a statement, in the open transaction if there is one.
func (d *Database) Exec(statement string, args ...any) (sql.Result, error) {
	if d.txConn == nil {
		return d.db.Exec(d.bound(statement), args...)
	}
	result, err := d.txConn.ExecContext(context.Background(), d.bound(statement), args...)
	if statement == "COMMIT" || statement == "ROLLBACK" {
		err = errors.Join(err, d.txConn.Close())
		d.txConn = nil
	}
	return result, err
}

// Query runs a query outside of the open transaction.
func (d *Database) Query(statement string, args ...any) (*sql.Rows, error) {
	return d.db.Query(d.bound(statement), args...)
}

// QueryRow runs a query for one row, in the open transaction if there is one.
func (d *Database) QueryRow(statement string, args ...any) *sql.Row {
	if d.txConn != nil {
		return d.txConn.QueryRowContext(context.Background(), d.bound(statement), args...)
	}
	return d.db.QueryRow(d.bound(statement), args...)
}

// FailInserts makes every INSERT into a table fail until allow is called.
func (d *Database) FailInserts(t testing.TB, table string) (allow func()) {
	t.Helper()
	do := func(statement string) {
		if _, err := d.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if d.server {
		do("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''full''; END'")
		do("CREATE TRIGGER refused BEFORE INSERT ON " + table + " EXECUTE FUNCTION refuse()")
		return func() { do("DROP FUNCTION refuse CASCADE") }
	}
	do("CREATE TRIGGER refused BEFORE INSERT ON " + table + " BEGIN SELECT RAISE(ABORT, 'full'); END")
	return func() { do("DROP TRIGGER refused") }
}

// Files returns the paths of the database's files and write-ahead logs, with everything written that was committed.
func (d *Database) Files(t testing.TB) []string {
	t.Helper()
	patterns := []string{filepath.Join(d.owner.Dir, "twofold.db*")}
	if d.server {
		var oid string
		if _, err := d.Exec("CHECKPOINT"); err != nil {
			t.Fatal(err)
		}
		if err := d.QueryRow("SELECT oid FROM pg_database WHERE datname = current_database()").Scan(&oid); err != nil {
			t.Fatal(err)
		}
		data := filepath.Join(pgserver.Shared(t).Dir(), "data")
		patterns = []string{filepath.Join(data, "base", oid, "[0-9]*"), filepath.Join(data, "pg_wal", "[0-9A-F]*")}
	}
	var files []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

// Tables returns the names of all tables.
func (d *Database) Tables(t testing.TB) []string {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'"
	if d.server {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose_%'"
	}
	rows, err := d.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}
