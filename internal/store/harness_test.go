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

// storageIDQuery is where a database is: what several processes open.
type place string

// somewhere is an empty database of the test's own, of the kind that this run of the tests is about.
func somewhere(t *testing.T) place {
	t.Helper()
	if pgserver.Enabled() {
		return place(pgserver.Database(t))
	}
	return sqliteAt(filepath.Join(t.TempDir(), "twofold.db"))
}

// sqliteAt is the place of a file, whatever the run is about.
func sqliteAt(path string) place { return place("sqlite:" + path) }

// connected opens a place as it is.
func connected(t *testing.T, at place, log *slog.Logger) *DB {
	t.Helper()
	db, err := Open(string(at), Options{}, log)
	if err != nil {
		t.Fatalf("open %s: %v", at, err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// opened opens a place and migrates it.
func opened(t *testing.T, at place) *DB {
	t.Helper()
	db := connected(t, at, silent)
	if err := db.Migrate(ctx); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return db
}

// fresh is a migrated database of the test's own.
func fresh(t *testing.T) *DB {
	t.Helper()
	return connected(t, migrated(t), silent)
}

// migrated is the place of one.
func migrated(t *testing.T) place {
	t.Helper()
	if !pgserver.Enabled() {
		at := somewhere(t)
		opened(t, at)
		return at
	}
	return place(pgserver.CloneDatabase(t, "migrated", func(url string) error {
		db, err := Open(url, Options{}, silent)
		if err != nil {
			return err
		}
		return errors.Join(db.Migrate(ctx), db.Close())
	}))
}

// freshFile is a migrated SQLite file, for what only a file has.
func freshFile(t *testing.T) *DB {
	t.Helper()
	return opened(t, sqliteAt(filepath.Join(t.TempDir(), "twofold.db")))
}

// ada puts an account with one session, one method, one enrollment and one step-up token into the database.
func ada(t *testing.T, db *DB) {
	t.Helper()
	put(t, db, "ada")
}

func put(t *testing.T, db *DB, id string) {
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
	if rows(t, db, "signing_keys") == 0 {
		must(t, Keys{db}.InsertSigningKey(ctx, keyring.SealedKey{Key: keyring.Key{KID: "key", ActivatedAt: noon}, Sealed: []byte("sealed")}))
	}
	kept, err := StepUps{db}.Insert(ctx, stepUpOf(id, id+"-step-up"))
	must(t, err)
	if !kept {
		t.Fatal("the step-up token was not kept")
	}
}

// stepUpOf is a token of an account that put has put there.
func stepUpOf(accountID, id string) stepup.Grant {
	return stepup.Grant{
		ID: id, AccountID: accountID, SessionID: accountID + "-session", Purpose: "mfa.remove", ExpiresAt: noon.Add(time.Minute), KID: "key",
	}
}

func keepToken(db *DB, g stepup.Grant) error {
	_, err := StepUps{db}.Insert(ctx, g)
	return err
}

func tokenOf(text string) (token [32]byte) {
	copy(token[:], text)
	return token
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rows counts a table.
func rows(t *testing.T, db *DB, table string) int {
	t.Helper()
	var n int
	must(t, db.read.Raw("SELECT count(*) FROM "+table).Scan(&n).Error)
	return n
}

// atOnce runs do fifty times at the same moment and says how often it answered true.
func atOnce(t *testing.T, do func(i int) (bool, error)) int {
	t.Helper()
	const crowd = 50
	var done sync.WaitGroup
	var yes atomic.Int32
	start := make(chan struct{})
	for i := range crowd {
		done.Go(func() {
			<-start
			ok, err := do(i)
			if err != nil {
				t.Errorf("number %d: %v", i, err)
			}
			if ok {
				yes.Add(1)
			}
		})
	}
	close(start)
	done.Wait()
	return int(yes.Load())
}

// lockedBuffer collects a log that several goroutines write.
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
