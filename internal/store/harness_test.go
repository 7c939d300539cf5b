package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/keyring"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/test/pgserver"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

	silent = slog.New(slog.DiscardHandler)
)

// databaseURL is the URL of a database, which a test opens several times in place of several processes.
type databaseURL string

// emptyDatabase returns an empty database for one test, on PostgreSQL if the tests run on that.
func emptyDatabase(t *testing.T) databaseURL {
	t.Helper()
	if pgserver.Enabled() {
		return databaseURL(pgserver.Database(t))
	}
	return sqliteURL(filepath.Join(t.TempDir(), "twofold.db"))
}

// sqliteURL returns the URL of a file, even if the tests run on PostgreSQL.
func sqliteURL(path string) databaseURL { return databaseURL("sqlite:" + path) }

// openDB opens a database without migrating it.
func openDB(t testing.TB, at databaseURL, log *slog.Logger) *DB {
	t.Helper()
	db, err := Open(string(at), Options{}, log)
	if err != nil {
		t.Fatalf("open %s: %v", at, err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// openMigrated opens a database and migrates it.
func openMigrated(t testing.TB, at databaseURL) *DB {
	t.Helper()
	db := openDB(t, at, silent)
	if err := db.Migrate(ctx); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return db
}

// newDB opens a migrated database for one test.
func newDB(t *testing.T) *DB {
	t.Helper()
	return openDB(t, migratedDatabase(t), silent)
}

// migratedDatabase returns a migrated database for one test.
func migratedDatabase(t *testing.T) databaseURL {
	t.Helper()
	if !pgserver.Enabled() {
		at := emptyDatabase(t)
		openMigrated(t, at)
		return at
	}
	return databaseURL(pgserver.CloneDatabase(t, "migrated", func(url string) error {
		db, err := Open(url, Options{}, silent)
		if err != nil {
			return err
		}
		return errors.Join(db.Migrate(ctx), db.Close())
	}))
}

// newSQLiteDB opens a migrated SQLite file, even if the tests run on PostgreSQL.
func newSQLiteDB(t *testing.T) *DB {
	t.Helper()
	return openMigrated(t, sqliteURL(filepath.Join(t.TempDir(), "twofold.db")))
}

// insertAda is insertAccountWithRows for the account ada.
func insertAda(t testing.TB, db *DB) {
	t.Helper()
	insertAccountWithRows(t, db, "ada")
}

// insertAccountWithRows inserts an account with one session, one method, one enrollment and one step-up token. Their ids begin
// with that of the account.
func insertAccountWithRows(t testing.TB, db *DB, id string) {
	t.Helper()
	must(t, Accounts{db}.Insert(ctx, account.Account{
		ID: id, Email: id + "@example.com", PasswordHash: "hash", CreatedAt: noon, PasswordChangedAt: noon,
	}))
	must(t, Sessions{db}.Insert(ctx, session.Session{
		ID: id + "-session", AccountID: id, Delivery: session.Cookie, AMR: session.AMRFor(false), AuthTime: noon, CreatedAt: noon,
		LastUsedAt: noon, AbsoluteExpiry: noon.Add(time.Hour), IP: "192.0.2.1", UserAgent: "test",
	}, tokenOf(id)))
	must(t, Methods{db}.InsertMethod(ctx, mfa.Method{
		ID: id + "-method", AccountID: id, Type: mfa.TOTP, Name: "phone", SealedKey: []byte("sealed"), CreatedAt: noon,
	}))
	must(t, Methods{db}.ReplaceEnrollment(ctx, mfa.Enrollment{
		ID: id + "-enrollment", AccountID: id, SessionID: id + "-session", Name: "new phone", SealedKey: []byte("sealed"),
		CreatedAt: noon, ExpiresAt: noon.Add(time.Minute),
	}))
	if countRows(t, db, "signing_keys") == 0 {
		must(t, Keys{db}.InsertSigningKey(ctx, keyring.SealedKey{Key: keyring.Key{KID: "key", ActivatedAt: noon}, Sealed: []byte("sealed")}))
	}
	inserted, err := StepUps{db}.Insert(ctx, newStepUp(id, id+"-step-up"))
	must(t, err)
	if !inserted {
		t.Fatal("the step-up token was not inserted")
	}
}

// newStepUp returns a token of an account that insertAccountWithRows has inserted. It expires a minute after noon.
func newStepUp(accountID, id string) stepup.Grant {
	return stepup.Grant{
		ID: id, AccountID: accountID, SessionID: accountID + "-session", Purpose: "mfa.remove", ExpiresAt: noon.Add(time.Minute), KID: "key",
	}
}

func insertStepUp(db *DB, g stepup.Grant) error {
	_, err := StepUps{db}.Insert(ctx, g)
	return err
}

func tokenOf(text string) (token [32]byte) {
	copy(token[:], text)
	return token
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// countRows returns the number of rows of a table.
func countRows(t testing.TB, db *DB, table string) int {
	t.Helper()
	var n int
	must(t, db.read.Raw("SELECT count(*) FROM "+table).Scan(&n).Error)
	return n
}

// concurrently calls do fifty times at the same time and returns how often it returned true.
func concurrently(t *testing.T, do func(i int) (bool, error)) int {
	t.Helper()
	const calls = 50
	var running sync.WaitGroup
	var succeeded atomic.Int32
	start := make(chan struct{})
	for i := range calls {
		running.Go(func() {
			<-start
			ok, err := do(i)
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
			if ok {
				succeeded.Add(1)
			}
		})
	}
	close(start)
	running.Wait()
	return int(succeeded.Load())
}

// lockedBuffer is a buffer for a log to which several goroutines write.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func name(prefix string, n int) string { return fmt.Sprintf("%s-%03d", prefix, n) }
