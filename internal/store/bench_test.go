package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/session"
	"twofold/internal/test/pgserver"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// BenchmarkSQLite_StatementCache compares the store with and without the cache of prepared statements.
func BenchmarkSQLite_StatementCache(b *testing.B) {
	newStore := func(connect func(dsn string) (driver.Connector, error)) *benchStore {
		path := filepath.Join(b.TempDir(), "twofold.db")
		openMigrated(b, sqliteURL(path))
		open := func(option string) driver.Connector {
			connector, err := connect(dsn(path, option))
			must(b, err)
			return connector
		}
		db := &DB{dialect: sqliteDialect, stats: &QueryStats{}}
		var err error
		db.write, err = openSQLiteConnector(open("_txlock=immediate"), 1, db.stats, silent)
		must(b, err)
		db.read, err = openSQLiteConnector(open("_pragma=query_only(1)"), 1, db.stats, silent)
		must(b, err)
		return newBenchStore(b, db)
	}
	compareStores(b,
		newStore(func(dsn string) (driver.Connector, error) { return newCachingConnector(dsn) }),
		newStore(func(dsn string) (driver.Connector, error) { return sqlite.NewConnector(dsn) }))
}

// delayedConn is a connection whose writes are delayed, like those to a server on another machine.
type delayedConn struct{ net.Conn }

func (c delayedConn) Write(b []byte) (int, error) {
	time.Sleep(500 * time.Microsecond)
	return c.Conn.Write(b)
}

// BenchmarkPostgres_Batch compares the store with and without batches. Each round trip takes half a millisecond more than on one
// machine, as it does between two machines in a data center.
func BenchmarkPostgres_Batch(b *testing.B) {
	newStore := func(wrap func(driver.Connector) driver.Connector) *benchStore {
		url := pgserver.Database(b)
		openMigrated(b, databaseURL(url))
		config, err := postgresConfig(url)
		must(b, err)
		dial := config.DialFunc
		config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			return delayedConn{conn}, err
		}
		db := &DB{dialect: postgresDialect, stats: &QueryStats{}}
		db.write, err = openConnector(wrap(stdlib.GetConnector(*config)), 1, db.stats, silent)
		must(b, err)
		db.read = db.write
		return newBenchStore(b, db)
	}
	compareStores(b,
		newStore(func(c driver.Connector) driver.Connector { return batchConnector{Connector: c} }),
		newStore(func(c driver.Connector) driver.Connector { return c }))
}

// compareStores runs the same work on two stores in turn and reports the ratio of the median times.
func compareStores(b *testing.B, with, without *benchStore) {
	stores := [2]*benchStore{with, without}
	for _, work := range []struct {
		name string
		do   func(s *benchStore) error
	}{
		{"snapshot", (*benchStore).loadSnapshot}, {"wrong code", (*benchStore).wrongCode}, {"right code", (*benchStore).rightCode},
	} {
		b.Run(work.name, func(b *testing.B) {
			var times [2][]float64
			for round := 0; b.Loop(); round++ {
				for i := range stores {
					i = (i + round) % 2
					start := time.Now()
					must(b, work.do(stores[i]))
					times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/1000)
				}
			}
			var median [2]float64
			for i := range times {
				slices.Sort(times[i])
				median[i] = times[i][len(times[i])/2]
			}
			b.ReportMetric(median[0], "µs-with")
			b.ReportMetric(median[1], "µs-without")
			b.ReportMetric(median[1]/median[0], "without/with")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// benchStore runs the statements of a sign-in, without its hashes.
type benchStore struct {
	*DB
	n     int
	heads map[string]audit.Head
}

func newBenchStore(t testing.TB, db *DB) *benchStore {
	t.Helper()
	t.Cleanup(func() { _ = db.Close() })
	insertAda(t, db)
	return &benchStore{DB: db, heads: make(map[string]audit.Head)}
}

func (s *benchStore) loadSnapshot() error {
	_, err := SignIns{s.DB}.Load(ctx, authn.SnapshotQuery{AccountID: "ada", Kind: throttle.TOTP, At: noon})
	return err
}

func (s *benchStore) wrongCode() error {
	if err := s.loadSnapshot(); err != nil {
		return err
	}
	attempt := throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	rules := throttle.Rules{FreeAttempts: 1 << 30, Backoff: []time.Duration{time.Second}}
	if _, _, err := (Attempts{s.DB}).Reserve(ctx, attempt, throttle.SubLimit{}, noon, rules); err != nil {
		return err
	}
	return s.InTx(ctx, func(ctx context.Context) error { return s.appendEntries(ctx, audit.SignInFailed) })
}

func (s *benchStore) rightCode() error {
	if err := s.loadSnapshot(); err != nil {
		return err
	}
	s.n++
	id := fmt.Sprint("session-", s.n)
	return s.InTx(ctx, func(ctx context.Context) error {
		if _, err := (SignIns{s.DB}).LockAndLoad(ctx, authn.SnapshotQuery{AccountID: "ada", Kind: throttle.TOTP, At: noon}); err != nil {
			return err
		}
		if _, err := (Methods{s.DB}).AdvanceStep(ctx, "ada", "ada-method", totp.Step(s.n), noon); err != nil {
			return err
		}
		if err := (Sessions{s.DB}).DeleteOldest(ctx, "ada", 5); err != nil {
			return err
		}
		if err := (Sessions{s.DB}).Insert(ctx, session.Session{ID: id, AccountID: "ada", CreatedAt: noon}, tokenOf(id)); err != nil {
			return err
		}
		if err := (SignIns{s.DB}).Delete(ctx, id); err != nil {
			return err
		}
		return s.appendEntries(ctx, audit.SessionCreated, audit.SignInSucceeded)
	})
}

// appendEntries appends an entry of each kind to the account's chain.
func (s *benchStore) appendEntries(ctx context.Context, kinds ...audit.Kind) error {
	var entries []audit.Entry
	head := s.heads["ada"]
	for _, kind := range kinds {
		e := audit.Entry{AccountID: "ada", Number: head.Number + 1, Time: noon, Kind: kind, Previous: head.Hash}
		e.ID = fmt.Sprint("entry-", e.Number)
		copy(e.Hash[:], e.ID)
		head = audit.Head{Number: e.Number, Hash: e.Hash}
		entries = append(entries, e)
	}
	s.heads["ada"] = head
	return Activity{s.DB}.Append(ctx, entries)
}
