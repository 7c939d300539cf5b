package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"twofold/internal/authn"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/test/queryplan"
	"twofold/internal/throttle"
)

// snapshotLoads load snapshots in every way in which requests do.
var snapshotLoads = map[string]func(ctx context.Context, s SignIns) (authn.Snapshot, error){
	"authorization": func(ctx context.Context, s SignIns) (authn.Snapshot, error) {
		return s.Load(ctx, authn.SnapshotQuery{AccountID: "ada", At: noon})
	},
	"step-up token": func(ctx context.Context, s SignIns) (authn.Snapshot, error) {
		return s.Load(ctx, authn.SnapshotQuery{AccountID: "ada", StepUp: "ada-step-up", At: noon})
	},
	"step-up": func(ctx context.Context, s SignIns) (authn.Snapshot, error) {
		return s.Load(ctx, authn.SnapshotQuery{AccountID: "ada", Kind: throttle.Password, Browser: secret.New("browser"), At: noon})
	},
	"password": func(ctx context.Context, s SignIns) (authn.Snapshot, error) {
		return s.Load(ctx, authn.SnapshotQuery{Email: "ada@example.com", Kind: throttle.Password, Browser: secret.New("browser"), At: noon})
	},
	"code": func(ctx context.Context, s SignIns) (authn.Snapshot, error) {
		return s.Load(ctx, authn.SnapshotQuery{SignIn: secret.New("pending"), Kind: throttle.TOTP, At: noon})
	},
	"locked, password": func(ctx context.Context, s SignIns) (authn.Snapshot, error) {
		return s.LockAndLoad(ctx, authn.SnapshotQuery{AccountID: "ada", Kind: throttle.TOTP, Browser: secret.New("browser"), At: noon})
	},
	"locked, code": func(ctx context.Context, s SignIns) (authn.Snapshot, error) {
		return s.LockAndLoad(ctx, authn.SnapshotQuery{AccountID: "ada", SignIn: secret.New("pending"), Kind: throttle.TOTP, At: noon})
	},
}

// textOf returns the one statement of do that is a snapshot query, and the number of its values.
func textOf(t *testing.T, db *DB, do func(ctx context.Context, s SignIns) (authn.Snapshot, error)) (text string, values int) {
	t.Helper()
	stats := &QueryStats{OnStatement: func(statement string, v []any) {
		if strings.Contains(statement, "mfa_methods") {
			text, values = statement, len(v)
		}
	}}
	must(t, db.InTx(WithStats(ctx, stats), func(ctx context.Context) error {
		_, err := do(ctx, SignIns{db})
		return err
	}))
	return text, values
}

// newPostgresConnection opens a migrated PostgreSQL database with one connection, which keeps plans for so long.
func newPostgresConnection(t *testing.T, planLifetime time.Duration) *DB {
	t.Helper()
	_, at := newPostgresDB(t)
	config, err := postgresConfig(string(at))
	must(t, err)
	db := &DB{dialect: postgresDialect, stats: &QueryStats{}}
	db.write, err = openConnector(batchConnector{Connector: stdlib.GetConnector(*config), planLifetime: planLifetime}, 1, db.stats, silent)
	must(t, err)
	db.read = db.write
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func plansOf(t *testing.T, db *DB) queryplan.Database {
	t.Helper()
	pool, err := db.write.DB()
	must(t, err)
	return queryplan.Database{DB: pool, Server: !db.singleWriter()}
}

// grow inserts so many accounts with attempts and devices, and does not analyze the tables.
func grow(t *testing.T, db *DB, accounts int) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO accounts (id, email, password_hash, password_changed_at, created_at)
			SELECT 'account-' || n, n || '@example.com', '', 0, 0 FROM generate_series(1, ?) n`,
		`INSERT INTO attempts SELECT 'account-' || n, 'totp', 'anyone', 1, 0, 0 FROM generate_series(1, ?) n`,
		`INSERT INTO devices SELECT 'device-' || n, 'account-' || n, sha256(n::text::bytea), 'cookie', 0, 0 FROM generate_series(1, ?) n`,
	} {
		execute(t, db, statement, accounts)
	}
}

// Whatever the statistics say, a new plan reads no table and no index from end to end once the tables have grown.
func TestSnapshotPlans_AnyStatistics(t *testing.T) {
	t.Parallel()
	for name, statistics := range map[string]func(t *testing.T, db *DB){
		"never analyzed":       func(*testing.T, *DB) {},
		"analyzed while empty": func(t *testing.T, db *DB) { t.Helper(); execute(t, db, "ANALYZE") },
		"analyzed after a purge": func(t *testing.T, db *DB) {
			t.Helper()
			must(t, plansOf(t, db).Fill(ctx, 5000, noon))
			for _, table := range []string{"accounts", "attempts", "activity", "activity_heads"} { // the others cascade
				execute(t, db, "DELETE FROM "+table)
			}
			execute(t, db, "VACUUM ANALYZE")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newPostgresConnection(t, 0)
			statistics(t, db)
			plans := plansOf(t, db)
			must(t, plans.Fill(ctx, 5000, noon))
			execute(t, db, "SET plan_cache_mode = force_generic_plan")
			number := 0
			for load, do := range snapshotLoads {
				number++
				text, values := textOf(t, db, do)
				execute(t, db, fmt.Sprintf("PREPARE snapshot_%d AS %s", number, text))
				statement := fmt.Sprintf("EXECUTE snapshot_%d(%s)", number, strings.TrimSuffix(strings.Repeat("NULL, ", values), ", "))
				scans, err := plans.FullScans(ctx, statement, nil)
				must(t, err)
				for _, scan := range scans {
					t.Errorf("%s: %s", load, scan)
				}
			}
		})
	}
}

// rowsRead returns how many rows the connection has read of all tables since it last reported its statistics. It does not do so
// within a transaction.
func rowsRead(ctx context.Context, t *testing.T, db *DB) (n int) {
	t.Helper()
	must(t, db.reader(ctx).Raw(`SELECT CAST(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) AS BIGINT) FROM pg_stat_xact_user_tables`).Scan(&n).Error)
	return n
}

// A connection that has planned its statements while the tables were empty plans them again when the tables have grown.
func TestPlanLifetime_GrownTables(t *testing.T) {
	t.Parallel()
	db := newPostgresConnection(t, time.Nanosecond)
	insertAda(t, db)
	execute(t, db, "ANALYZE")
	run := func() (most int) {
		for _, do := range snapshotLoads {
			must(t, db.InTx(ctx, func(ctx context.Context) error {
				before := rowsRead(ctx, t, db)
				if err := (Sessions{db}).Insert(ctx, session.Session{ID: "other", AccountID: "ada"}, tokenOf("other")); err != nil { // checks foreign keys
					return err
				}
				if _, err := (Sessions{db}).Delete(ctx, "ada", "other"); err != nil {
					return err
				}
				_, err := do(ctx, SignIns{db})
				most = max(most, rowsRead(ctx, t, db)-before)
				return err
			}))
		}
		return most
	}
	for range 10 { // PostgreSQL keeps a plan after the fifth
		run()
	}
	grow(t, db, 20000)
	if most := run(); most > 100 {
		t.Errorf("a sign-in reads %d rows", most)
	}
}

// The number of failures is stored. Counting them in the activity would take as long as the account has entries.
func TestSnapshot_FailuresWithoutReadingActivity(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	plans := plansOf(t, db)
	for load, do := range snapshotLoads {
		text, values := textOf(t, db, do)
		indexes, err := plans.Indexes(ctx, text, make([]any, values))
		must(t, err)
		for _, index := range indexes {
			if strings.HasPrefix(index, "activity_account") || strings.HasPrefix(index, "sqlite_autoindex_activity_2") {
				t.Errorf("%s: the snapshot reads the activity by %s", load, index)
			}
		}
	}
}

func TestNamedQuery_Args(t *testing.T) {
	t.Parallel()
	q := newNamedQuery("SELECT :b, CAST(:a_a AS TEXT) WHERE x = :b")
	if want := "SELECT ?, CAST(? AS TEXT) WHERE x = ?"; q.text != want {
		t.Errorf("got %q, want %q", q.text, want)
	}
	if got := q.args(map[string]any{"a_a": 1, "b": noon, "c": 3}); !slices.Equal(got, []any{noon, 1, noon}) {
		t.Errorf("got %v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a missing value was accepted")
		}
	}()
	q.args(map[string]any{"b": time.Second})
}
