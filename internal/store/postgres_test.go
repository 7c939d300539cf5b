package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/test/pgserver"
)

// newPostgresDB opens a migrated PostgreSQL database, even if the tests run on SQLite.
func newPostgresDB(t *testing.T) (*DB, databaseURL) {
	t.Helper()
	at := databaseURL(pgserver.Database(t))
	return openMigrated(t, at), at
}

// oncePerRun skips a test unless the tests run on PostgreSQL. `make test` runs this package on SQLite too, where a test that takes
// long, or creates many databases on the server, would be the same.
func oncePerRun(t *testing.T) {
	t.Helper()
	if !pgserver.Enabled() {
		t.Skip("this test runs with TWOFOLD_TEST_DATABASE=postgres: make test-store-postgres")
	}
}

// waitForLock returns when a transaction waits for a lock, or at the end of the test.
func waitForLock(t *testing.T, db *DB) {
	for n := 0; n == 0 && t.Context().Err() == nil; {
		err := db.read.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&n).Error
		if err != nil {
			return
		}
	}
}

// race runs do in two concurrent transactions. The first one does not commit before the second has run do, or waits for a lock. It
// returns how many times do ran.
func race(t *testing.T, db *DB, do func(ctx context.Context, first bool) error) (runs int32) {
	t.Helper()
	var count atomic.Int32
	firstDone, secondDone := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(secondDone) })
	done := make(chan error, 2)
	go func() {
		done <- db.InTx(ctx, func(ctx context.Context) error {
			if count.Add(1) == 1 {
				defer func() {
					close(firstDone)
					<-secondDone
				}()
			}
			return do(ctx, true)
		})
	}()
	<-firstDone
	go func() {
		once := false
		done <- db.InTx(ctx, func(ctx context.Context) error {
			count.Add(1)
			if once {
				return do(ctx, false)
			}
			once = true
			go func() {
				waitForLock(t, db)
				release()
			}()
			defer release()
			return do(ctx, false)
		})
	}()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	return count.Load()
}

func TestInTx_ConflictIsRetried(t *testing.T) {
	t.Parallel()
	_, at := newPostgresDB(t)
	for outcome, c := range map[string]struct {
		options string
		do      func(db *DB) func(ctx context.Context, first bool) error
	}{
		"two that are not serializable": {
			"&default_transaction_isolation=serializable",
			func(db *DB) func(context.Context, bool) error {
				return func(ctx context.Context, _ bool) error {
					var n int64
					if err := db.reader(ctx).Model(&accountRow{}).Count(&n).Error; err != nil {
						return err
					}
					return insertsAccount(db, name("serial", int(n)))(ctx)
				}
			},
		},
		"two that append the first entry of a chain": {
			"",
			func(db *DB) func(context.Context, bool) error {
				return func(ctx context.Context, first bool) error {
					head, err := Activity{db}.Head(ctx, "chain")
					if err != nil {
						return err
					}
					id := map[bool]string{true: "first", false: "second"}[first]
					return Activity{db}.Append(ctx, []audit.Entry{{ID: id, AccountID: "chain", Number: head.Number + 1}})
				}
			},
		},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			db := openDB(t, at+databaseURL(c.options), silent)
			if runs := race(t, db, c.do(db)); runs != 3 {
				t.Errorf("they ran %d times, want 3: one of them again", runs)
			}
		})
	}
}

func TestInTx_DeadlockIsRetried(t *testing.T) {
	t.Parallel()
	db, _ := newPostgresDB(t)
	must(t, errors.Join(insertsAccount(db, "ada")(ctx), insertsAccount(db, "bob")(ctx)))
	var runs atomic.Int32
	both := make(chan struct{})
	done := make(chan error, 2)
	for _, order := range [][2]string{{"ada", "bob"}, {"bob", "ada"}} {
		go func() {
			done <- db.InTx(ctx, func(ctx context.Context) error {
				if err := errors.Join(Accounts{db}.Lock(ctx, order[0]), sendNow(ctx, db)); err != nil {
					return err
				}
				switch runs.Add(1) {
				case 1:
					<-both
				case 2:
					close(both)
				}
				return Accounts{db}.Lock(ctx, order[1])
			})
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := runs.Load(); n < 3 { // more if a retry locks its first account before the other transaction wakes up
		t.Errorf("they ran %d times, want at least 3: one of them again", n)
	}
}

func TestInTx_LostConnectionIsRetried(t *testing.T) {
	t.Parallel()
	db, _ := newPostgresDB(t)
	runs := 0
	must(t, db.InTx(ctx, func(ctx context.Context) error {
		if err := insertsAccount(db, "ada")(ctx); err != nil {
			return err
		}
		if runs++; runs == 1 {
			return db.writer(ctx).Exec("SELECT pg_terminate_backend(pg_backend_pid())").Error
		}
		return nil
	}))
	if n := countRows(t, db, "accounts"); n != 1 || runs != 2 {
		t.Errorf("%d accounts after %d runs, want 1 after 2", n, runs)
	}
}

func TestInTx_RetriesEnd(t *testing.T) {
	t.Parallel()
	db, _ := newPostgresDB(t)
	runs := 0
	err := db.InTx(ctx, func(context.Context) error {
		runs++
		return wrapError(errConflict)
	})
	if f := (*FailureError)(nil); !errors.As(err, &f) || runs != 1+maxRetries {
		t.Errorf("got %v after %d runs, want a failure after %d", err, runs, 1+maxRetries)
	}
	cancelled, cancel := context.WithCancel(ctx)
	runs = 0
	_ = db.InTx(cancelled, func(context.Context) error {
		runs++
		cancel()
		return wrapError(errConflict)
	})
	if runs != 1 {
		t.Errorf("%d runs with a cancelled context, want 1", runs)
	}
}

func TestPostgres_ColumnOfANewerVersion(t *testing.T) {
	t.Parallel()
	db, _ := newPostgresDB(t)
	insertAda(t, db)
	_, err := Accounts{db}.ByID(ctx, "ada") // prepares the statement
	must(t, err)
	must(t, db.write.Exec("ALTER TABLE accounts ADD COLUMN shoe_size BIGINT NOT NULL DEFAULT 0").Error)
	if _, err := (Accounts{db}).ByID(ctx, "ada"); err != nil {
		t.Errorf("reading after the column was added: %v", err)
	}
	must(t, Accounts{db}.Insert(ctx, account.Account{ID: "bob", Email: "bob@example.com"}))
}
