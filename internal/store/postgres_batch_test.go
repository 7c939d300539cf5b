package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/session"
)

// sendNow sends the statements that are queued in the transaction of ctx.
func sendNow(ctx context.Context, db *DB) error { return db.writer(ctx).Exec("SELECT 1").Error }

// countingNetConn is a connection that counts its writes, each of which is a round trip.
type countingNetConn struct {
	net.Conn
	sent *atomic.Int64
}

func (c countingNetConn) Write(b []byte) (int, error) {
	c.sent.Add(1)
	return c.Conn.Write(b)
}

// newRoundTripCounter opens a database with one connection and returns the number of its round trips.
func newRoundTripCounter(t *testing.T, url string) (*DB, *atomic.Int64) {
	t.Helper()
	return countRoundTrips(t, url, func(c driver.Connector) driver.Connector { return batchConnector{Connector: c} })
}

func countRoundTrips(t *testing.T, url string, wrap func(driver.Connector) driver.Connector) (*DB, *atomic.Int64) {
	t.Helper()
	config, err := postgresConfig(url)
	must(t, err)
	sent, dial := new(atomic.Int64), config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return countingNetConn{conn, sent}, err
	}
	stats := &QueryStats{}
	pool, err := openConnector(wrap(stdlib.GetConnector(*config)), 1, stats, silent)
	must(t, err)
	db := &DB{dialect: postgresDialect, stats: stats, read: pool, write: pool}
	t.Cleanup(func() { _ = db.Close() })
	return db, sent
}

// A wrong code takes 3 round trips and a right one 4. Without batches they would take 6 and 11.
func TestBatch_RoundTripsOfASignIn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wrap         func(driver.Connector) driver.Connector
		wrong, right int64
	}{
		"with batches":    {func(c driver.Connector) driver.Connector { return batchConnector{Connector: c} }, 3, 4},
		"without batches": {func(c driver.Connector) driver.Connector { return c }, 6, 11},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, at := newPostgresDB(t)
			db, sent := countRoundTrips(t, string(at), c.wrap)
			s := newBenchStore(t, db)
			for range 2 { // the first entry needs another statement, and each is prepared once
				must(t, errors.Join(s.wrongCode(), s.rightCode()))
			}
			sent.Store(0)
			must(t, s.wrongCode())
			if got := sent.Swap(0); got != c.wrong {
				t.Errorf("%d round trips for a wrong code, want %d", got, c.wrong)
			}
			must(t, s.rightCode())
			if got := sent.Load(); got != c.right {
				t.Errorf("%d round trips for a right code, want %d", got, c.right)
			}
		})
	}
}

func TestBatch_RoundTrips(t *testing.T) {
	t.Parallel()
	db, at := newPostgresDB(t)
	insertAda(t, db)
	db, sent := newRoundTripCounter(t, string(at))
	change := func(n int64) func(context.Context) error {
		return func(ctx context.Context) error {
			if err := (Accounts{db}).Lock(ctx, "ada"); err != nil {
				return err
			}
			if _, err := (Sessions{db}).ByAccount(ctx, "ada"); err != nil {
				return err
			}
			return errors.Join(
				Sessions{db}.Insert(ctx, session.Session{ID: string(rune('a' + n)), AccountID: "ada"}, tokenOf(string(rune('a'+n)))),
				SignIns{db}.Delete(ctx, "none"),
				Activity{db}.Append(ctx, []audit.Entry{{ID: string(rune('a' + n)), AccountID: "chain", Number: n}}),
			)
		}
	}
	for n := int64(1); n <= 2; n++ { // the first and the second entry need different statements, which are prepared
		must(t, db.InTx(ctx, change(n)))
	}
	sent.Store(0)
	must(t, db.InTx(ctx, change(3)))
	if got := sent.Load(); got != 2 {
		t.Errorf("%d round trips, want 2: one to begin, lock and read, one to write and commit", got)
	}
	if n := countRows(t, db, "activity"); n != 3 {
		t.Errorf("%d entries, want 3", n)
	}
	sent.Store(0)
	must(t, db.InTx(ctx, func(context.Context) error { return nil }))
	if err := db.InTx(ctx, func(context.Context) error { return errRefused }); !errors.Is(err, errRefused) || sent.Load() != 0 {
		t.Errorf("transactions without statements: %v and %d round trips, want none", err, sent.Load())
	}
}

var errRefused = errors.New("refused")

func TestBatch_DeferredErrorFailsTransaction(t *testing.T) {
	t.Parallel()
	db, at := newPostgresDB(t)
	insertAda(t, db)
	db, _ = newRoundTripCounter(t, string(at))
	duplicate := func(ctx context.Context) error {
		return Sessions{db}.Insert(ctx, session.Session{ID: "second", AccountID: "ada"}, tokenOf("ada"))
	}
	before := countRows(t, db, "sessions")
	for what, then := range map[string]func(context.Context) error{
		"at the commit":         func(context.Context) error { return nil },
		"at the next statement": func(ctx context.Context) error { return sendNow(ctx, db) },
	} {
		err := db.InTx(ctx, func(ctx context.Context) error {
			must(t, errors.Join(Accounts{db}.SetProfile(ctx, "ada", "Ada of "+what, "en"), duplicate(ctx)))
			return then(ctx)
		})
		if f := (*FailureError)(nil); !errors.As(err, &f) || !hasCode(err, "23505") {
			t.Errorf("%s: got %v, want the server's error", what, err)
		}
		a, err := Accounts{db}.ByID(ctx, "ada") // on the same connection
		must(t, err)
		if n := countRows(t, db, "sessions"); n != before || a.DisplayName != "" {
			t.Errorf("%s: %d sessions and the name %q: the transaction was not rolled back", what, n, a.DisplayName)
		}
	}
}

func TestBatch_CommitOfAbortedTransaction(t *testing.T) {
	t.Parallel()
	db, _ := newPostgresDB(t)
	err := db.write.Transaction(func(tx *gorm.DB) error {
		_ = tx.Exec("SELECT 1/0").Error // ignored on purpose
		return nil
	})
	if !errors.Is(err, pgx.ErrTxCommitRollback) {
		t.Errorf("got %v, want ErrTxCommitRollback", err)
	}
}

func TestBatch_StaleHeadConflicts(t *testing.T) {
	t.Parallel()
	db, _ := newPostgresDB(t)
	must(t, db.InTx(ctx, func(ctx context.Context) error {
		return Activity{db}.Append(ctx, []audit.Entry{{ID: "one", AccountID: "chain", Number: 1}})
	}))
	for _, late := range []int64{1, 3} {
		runs := 0
		err := db.InTx(ctx, func(ctx context.Context) error {
			runs++
			return errors.Join(
				Accounts{db}.Insert(ctx, account.Account{ID: "ada", Email: "ada@example.com"}),
				Activity{db}.Append(ctx, []audit.Entry{{ID: "late", AccountID: "chain", Number: late}}),
			)
		})
		if !isHeadConflict(err) || runs != 1+maxRetries {
			t.Errorf("entry %d: got %v after %d runs, want a conflict each time", late, err, runs)
		}
		if n, m := countRows(t, db, "activity"), countRows(t, db, "accounts"); n != 1 || m != 0 {
			t.Errorf("entry %d: %d entries and %d accounts, want 1 and none", late, n, m)
		}
	}
}

func TestBatch_RowsEqualThoseWithoutBatch(t *testing.T) {
	t.Parallel()
	db, _ := newPostgresDB(t)
	type row struct {
		Text  string
		Bytes []byte
		Big   int64
		Small int64
		Yes   bool
		None  *string
	}
	const words = `SELECT CAST('ä' AS TEXT) AS text, CAST('\x00ff' AS BYTEA) AS bytes, CAST(9007199254740993 AS BIGINT) AS big,
		CAST(n AS INTEGER) AS small, n > 1 AS yes, CAST(NULL AS TEXT) AS none FROM generate_series(1, 3) AS n`
	var outside, first, second []row
	must(t, db.write.Raw(words).Scan(&outside).Error)
	must(t, db.InTx(ctx, func(ctx context.Context) error {
		return errors.Join(db.reader(ctx).Raw(words).Scan(&first).Error, db.reader(ctx).Raw(words).Scan(&second).Error)
	}))
	if len(first) != 3 || first[2].Small != 3 || !first[2].Yes || first[0].Big != 9007199254740993 || first[0].None != nil {
		t.Errorf("got %+v", first)
	}
	if !reflect.DeepEqual(outside, first) || !reflect.DeepEqual(outside, second) {
		t.Errorf("without a batch %+v, in a batch %+v, after it %+v", outside, first, second)
	}
	err := db.InTx(ctx, func(ctx context.Context) error {
		var when any
		return db.reader(ctx).Raw("SELECT CAST('1 day' AS INTERVAL)").Row().Scan(&when)
	})
	if err == nil {
		t.Error("a value of an unsupported type was read")
	}
}
