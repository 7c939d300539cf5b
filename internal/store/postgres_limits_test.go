package store

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// vanishingConn is a connection to a server that vanishes from the network: what is sent is lost, and nothing closes it.
type vanishingConn struct {
	net.Conn
	vanished *atomic.Bool
}

func (c vanishingConn) Write(b []byte) (int, error) {
	if c.vanished.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// openVanishing opens a database with one connection, whose server vanishes when the returned value is set.
func openVanishing(t *testing.T, at databaseURL) (*DB, *atomic.Bool) {
	t.Helper()
	config, err := postgresConfig(string(at))
	must(t, err)
	vanished, dial := new(atomic.Bool), config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return vanishingConn{conn, vanished}, err
	}
	config.ConnectTimeout, config.BuildContextWatcherHandler = 200*time.Millisecond, cancelRequests
	stats := &QueryStats{}
	pool, err := openConnector(batchConnector{Connector: stdlib.GetConnector(*config), limit: 100 * time.Millisecond}, 1, stats, silent)
	must(t, err)
	db := &DB{dialect: postgresDialect, stats: stats, read: pool, write: pool}
	t.Cleanup(func() { _ = db.Close() })
	return db, vanished
}

func TestPostgres_VanishedServer(t *testing.T) {
	t.Parallel()
	oncePerRun(t)
	_, at := newPostgresDB(t)
	for what, statement := range map[string]func(ctx context.Context, db *DB, vanished *atomic.Bool) error{
		"a query": func(ctx context.Context, db *DB, vanished *atomic.Bool) error {
			vanished.Store(true)
			_, err := db.Version(ctx)
			return err
		},
		"a write": func(ctx context.Context, db *DB, vanished *atomic.Bool) error {
			vanished.Store(true)
			return db.write.WithContext(ctx).Exec("DELETE FROM links").Error
		},
		"a transaction": func(ctx context.Context, db *DB, vanished *atomic.Bool) error {
			vanished.Store(true)
			return db.InTx(ctx, insertsAccount(db, "ada"))
		},
		"a commit": func(ctx context.Context, db *DB, vanished *atomic.Bool) error {
			return db.InTx(ctx, func(ctx context.Context) error {
				err := sendNow(ctx, db)
				vanished.Store(true)
				return err
			})
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			db, vanished := openVanishing(t, at)
			within, cancel := context.WithTimeout(ctx, 30*time.Second)
			defer cancel()
			err := statement(within, db, vanished)
			if f := (*FailureError)(nil); !errors.As(err, &f) || within.Err() != nil {
				t.Errorf("got %v after the time of the test, want a failure before", err)
			}
			vanished.Store(false)
			for err = errRefused; err != nil && within.Err() == nil; { // a busy machine may need several tries to connect
				err = db.read.WithContext(within).Exec("SELECT 1").Error
			}
			if err != nil {
				t.Errorf("when the server is back: %v", err)
			}
		})
	}
}

// The restore fence lifts the statement timeout of its transaction, which takes as long as there are accounts.
func TestPostgres_LiftedTimeoutLiftsTheLimit(t *testing.T) {
	t.Parallel()
	oncePerRun(t)
	_, at := newPostgresDB(t)
	db, _ := openVanishing(t, at)
	slow := func(ctx context.Context) error { return db.writer(ctx).Exec("SELECT pg_sleep(1)").Error }
	if err := db.InTx(ctx, slow); err == nil {
		t.Error("a statement took longer than its limit")
	}
	must(t, db.InTx(ctx, func(ctx context.Context) error {
		return errors.Join(RestoreState{db}.LockAllAccounts(ctx), slow(ctx))
	}))
	if err := db.InTx(ctx, slow); err == nil {
		t.Error("a statement of the next transaction took longer than its limit")
	}
}

func TestClientLimit_FollowsStatementTimeout(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]time.Duration{
		"": 15 * time.Second, "statement_timeout=500": 5500 * time.Millisecond, "statement_timeout=1m": time.Minute + 5*time.Second,
		"statement_timeout=0": 0, "statement_timeout=1h30min": 0, "options=-c%20statement_timeout%3D1": 0,
	} {
		config, err := postgresConfig("postgres://ada@db/twofold?" + query)
		must(t, err)
		if got := clientLimit(withDefaults(config, sessionSettings)); got != want {
			t.Errorf("%q: the limit is %s, want %s", query, got, want)
		}
	}
}
