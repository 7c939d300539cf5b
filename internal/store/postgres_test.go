package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/test/pgserver"
)

// server is a migrated database on a server, whatever the run is about.
func server(t *testing.T) (*DB, place) {
	t.Helper()
	at := place(pgserver.Database(t))
	return opened(t, at), at
}

func TestEveryConnectionToAServerIsPatientAndNotForever(t *testing.T) {
	t.Parallel()
	db, at := server(t)
	for name, want := range map[string]string{"statement_timeout": "10s", "idle_in_transaction_session_timeout": "20s", "application_name": "twofold"} {
		var got string
		must(t, db.read.Raw("SHOW "+name).Scan(&got).Error)
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	own := connected(t, at+"&statement_timeout=100", silent)
	var got string
	must(t, own.read.Raw("SHOW statement_timeout").Scan(&got).Error)
	if got != "100ms" {
		t.Errorf("with a timeout of the URL's own it is %q, want 100ms", got)
	}
	if err := own.read.Exec("SELECT pg_sleep(5)").Error; err == nil {
		t.Error("a statement took longer than it may")
	}
}

func TestLookingAtAServerChangesNothing(t *testing.T) {
	t.Parallel()
	db, at := server(t)
	ada(t, db)
	look, err := OpenReadOnly(string(at), silent)
	must(t, err)
	t.Cleanup(func() { _ = look.Close() })
	if migrated, err := look.Migrated(ctx); err != nil || !migrated {
		t.Errorf("Migrated() = %v, %v, want true", migrated, err)
	}
	if err := addTo(look, "bob")(ctx); err == nil || rows(t, db, "accounts") != 1 {
		t.Error("an account was added while only looking")
	}
	if err := look.Ready(ctx); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Ready() = %v of a connection that takes no writes, want ErrReadOnly", err)
	}
}

func TestAServerThatIsNotThereIsAFailureWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"postgres://ada:secret@127.0.0.1:1/twofold", pgserver.Shared(t).URL("nosuch")} {
		_, err := Open(at, Options{}, silent)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q) answered %v", at, err)
		}
	}
}

// waits returns when somebody waits for what another transaction has locked, or the test is over.
func waits(t *testing.T, db *DB) {
	for n := 0; n == 0 && t.Context().Err() == nil; {
		err := db.read.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&n).Error
		if err != nil {
			return
		}
	}
}

// raced runs do twice at once: the first is held inside its transaction until the second has done the same, or waits for it.
func raced(t *testing.T, db *DB, do func(ctx context.Context, first bool) error) (runs int32) {
	t.Helper()
	var count atomic.Int32
	inside, beside := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(beside) })
	done := make(chan error, 2)
	go func() {
		done <- db.InTx(ctx, func(ctx context.Context) error {
			if count.Add(1) == 1 {
				defer func() {
					close(inside)
					<-beside
				}()
			}
			return do(ctx, true)
		})
	}()
	<-inside
	go func() {
		once := false
		done <- db.InTx(ctx, func(ctx context.Context) error {
			count.Add(1)
			if once {
				return do(ctx, false)
			}
			once = true
			go func() {
				waits(t, db)
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

func TestTransactionsThatAreInEachOthersWayAreRunAgain(t *testing.T) {
	t.Parallel()
	_, at := server(t)
	for outcome, c := range map[string]struct {
		options string
		do      func(db *DB) func(ctx context.Context, first bool) error
	}{
		"two that would not have happened one after the other": {
			"&default_transaction_isolation=serializable",
			func(db *DB) func(context.Context, bool) error {
				return func(ctx context.Context, _ bool) error {
					var n int64
					if err := db.reader(ctx).Model(&accountRow{}).Count(&n).Error; err != nil {
						return err
					}
					return addTo(db, name("serial", int(n)))(ctx)
				}
			},
		},
		"two that record the first entry of a chain": {
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
			db := connected(t, at+place(c.options), silent)
			if runs := raced(t, db, c.do(db)); runs != 3 {
				t.Errorf("they were run %d times in all, want 3: one of them again", runs)
			}
		})
	}
}

func TestTransactionsThatWaitForEachOtherAreRunAgain(t *testing.T) {
	t.Parallel()
	db, _ := server(t)
	must(t, errors.Join(addTo(db, "ada")(ctx), addTo(db, "bob")(ctx)))
	var met atomic.Int32
	both := make(chan struct{})
	atOnce := make(chan error, 2)
	for _, order := range [][2]string{{"ada", "bob"}, {"bob", "ada"}} {
		go func() {
			atOnce <- db.InTx(ctx, func(ctx context.Context) error {
				if err := errors.Join(Accounts{db}.Lock(ctx, order[0]), sendNow(ctx, db)); err != nil {
					return err
				}
				switch met.Add(1) {
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
		if err := <-atOnce; err != nil {
			t.Error(err)
		}
	}
	if met.Load() < 3 { // more, where the one that runs again is there before the other has woken up
		t.Errorf("they were run %d times in all, want 3: one of them again", met.Load())
	}
}

func TestATransactionWhoseConnectionBreaksIsRunAgain(t *testing.T) {
	t.Parallel()
	db, _ := server(t)
	runs := 0
	must(t, db.InTx(ctx, func(ctx context.Context) error {
		if err := addTo(db, "ada")(ctx); err != nil {
			return err
		}
		if runs++; runs == 1 {
			return db.writer(ctx).Exec("SELECT pg_terminate_backend(pg_backend_pid())").Error
		}
		return nil
	}))
	if n := rows(t, db, "accounts"); n != 1 || runs != 2 {
		t.Errorf("%d accounts after %d runs, want 1 after 2", n, runs)
	}
}

func TestATransactionThatAlwaysFailsEnds(t *testing.T) {
	t.Parallel()
	db, _ := server(t)
	runs := 0
	err := db.InTx(ctx, func(context.Context) error {
		runs++
		return wrapError(errConflict)
	})
	if f := (*FailureError)(nil); !errors.As(err, &f) || runs != 1+maxRetries {
		t.Errorf("got %v after %d runs, want a failure after %d", err, runs, 1+maxRetries)
	}
	over, end := context.WithCancel(ctx)
	runs = 0
	_ = db.InTx(over, func(context.Context) error {
		runs++
		end()
		return wrapError(errConflict)
	})
	if runs != 1 {
		t.Errorf("%d runs for somebody who has gone, want 1", runs)
	}
}

func TestAColumnThatANewerVersionAddsStopsNobody(t *testing.T) {
	t.Parallel()
	db, _ := server(t)
	ada(t, db)
	_, err := Accounts{db}.ByID(ctx, "ada") // the statement is prepared
	must(t, err)
	must(t, db.write.Exec("ALTER TABLE accounts ADD COLUMN shoe_size BIGINT NOT NULL DEFAULT 0").Error)
	if _, err := (Accounts{db}).ByID(ctx, "ada"); err != nil {
		t.Errorf("reading after the column came: %v", err)
	}
	must(t, Accounts{db}.Insert(ctx, account.Account{ID: "bob", Email: "bob@example.com"}))
}
