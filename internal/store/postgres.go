package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"
)

var postgresDialect = dialect{
	folder:           "migrations/postgres",
	goose:            goose.DialectPostgres,
	tables:           "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ?",
	greatest:         "greatest",
	locker:           tableLocker,
	snapshot:         &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	isConflict:       func(err error) bool { return hasCode(err, "40001", "40P01") || isHeadConflict(err) },
	isConnectionLost: isLost,
	isDiskFull:       func(err error) bool { return hasCode(err, "53100", "58030") },
	isDenied:         func(err error) bool { return hasCode(err, "42501", "3F000") },
	isReadOnly:       func(err error) bool { return hasCode(err, "25006") },
	storageIDQuery:   "SELECT CAST(oid AS TEXT) || '.' || CAST(CAST(CAST('epochs' AS regclass) AS oid) AS TEXT) FROM pg_database WHERE datname = current_database()",
	disableTimeout:   "SET LOCAL statement_timeout = 0",
	createQuery: "SELECT CAST(current_user AS TEXT) AS role, coalesce(CAST(current_schema() AS TEXT), '') AS schema," +
		" coalesce(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS may_create," +
		" pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS read_only",
	durabilityQuery: "SELECT 'fsync ' || coalesce(current_setting('fsync', true), 'on') || ', synchronous_commit ' ||" +
		" CASE coalesce(current_setting('synchronous_commit', true), 'on') WHEN 'off' THEN 'off' ELSE 'on' END",
	wantDurability: "fsync on, synchronous_commit on",
	writableQuery:  "SELECT NOT pg_is_in_recovery() AND has_table_privilege('accounts', 'INSERT')",
	limitsQuery:    "SELECT current_setting('statement_timeout') <> '0' AND current_setting('idle_in_transaction_session_timeout') <> '0'",
	clockQuery:     "SELECT clock_timestamp()",
}

func openPostgres(databaseURL string, o Options, log *slog.Logger) (*DB, error) {
	config, err := postgresConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	stats := &QueryStats{}
	pool, err := openServer(*withDefaults(config, sessionSettings), cmp.Or(o.Connections, 16), stats, log)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	d := &DB{dialect: postgresDialect, stats: stats, read: pool, write: pool}
	d.migrator = func() (*sql.DB, func() error, error) {
		own := sql.OpenDB(migrationConnector{stdlib.GetConnector(*migrationConfig(config))})
		return own, own.Close, nil
	}
	return d, nil
}

func openPostgresReadOnly(databaseURL string, log *slog.Logger) (*DB, error) {
	config, err := postgresConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	stats := &QueryStats{}
	connector := stdlib.GetConnector(*withDefaults(config, sessionSettings))
	pool, err := openConnector(readOnlyConnector{connector}, 1, stats, log)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &DB{dialect: postgresDialect, stats: stats, read: pool, write: pool}, nil
}

func openServer(config pgx.ConnConfig, conns int, stats *QueryStats, log *slog.Logger) (*gorm.DB, error) {
	config.OnNotice = noteUnreplicated
	config.BuildContextWatcherHandler = cancelRequests
	return openConnector(batchConnector{Connector: stdlib.GetConnector(config), limit: clientLimit(&config), planLifetime: planLifetime}, conns, stats, log)
}

func openConnector(connector driver.Connector, conns int, stats *QueryStats, log *slog.Logger) (*gorm.DB, error) {
	pool := sql.OpenDB(connector)
	pool.SetConnMaxLifetime(30 * time.Minute) // so that load spreads again after a server was away
	to := &postgresDialector{gormpostgres.Dialector{Config: &gormpostgres.Config{Conn: pool}}}
	db, err := openPool(to, conns, stats, log)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// tableLocker lets one process migrate at a time. It uses a row as a lease, because not every database that speaks
// PostgreSQL's protocol has advisory locks.
func tableLocker(log *slog.Logger) (goose.ProviderOption, error) {
	locker, err := lock.NewPostgresTableLocker(
		lock.WithTableLockTimeout(100*time.Millisecond, 600),
		lock.WithTableUnlockTimeout(100*time.Millisecond, 100),
		lock.WithTableLogger(log),
	)
	if err != nil {
		return nil, err
	}
	return goose.WithLocker(locker), nil
}

// postgresDialector is gorm's dialect of PostgreSQL with another translation of errors.
type postgresDialector struct {
	gormpostgres.Dialector
}

// Translate returns gorm's errors for a duplicate key and a violated foreign key, without PostgreSQL's text, which contains
// values. It leaves the error of a deferred statement alone, which is not an error of the statement that gorm ran.
func (*postgresDialector) Translate(err error) error {
	var deferred *deferredError
	switch {
	case errors.As(err, &deferred):
		return err
	case hasCode(err, "23505"):
		return gorm.ErrDuplicatedKey
	case hasCode(err, "23503"):
		return gorm.ErrForeignKeyViolated
	}
	return err
}

// hasCode reports whether the server returned one of these error codes (PostgreSQL documentation, appendix A).
func hasCode(err error, codes ...string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}

// isHeadConflict reports whether PostgreSQL rejected an activity entry because another transaction changed the head of its
// chain: the entry has no number, or an existing one.
func isHeadConflict(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.TableName != "activity" {
		return false
	}
	return e.Code == "23502" && e.ColumnName == "number" || e.Code == "23505" && e.ConstraintName == "activity_account_id_number_key"
}

// isLost reports whether the connection broke, or the server is starting or shutting down.
func isLost(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return strings.HasPrefix(e.Code, "08") || slices.Contains([]string{"57P01", "57P02", "57P03"}, e.Code)
	}
	var network *net.OpError
	var connecting *pgconn.ConnectError
	for _, broken := range []error{driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) &&
		(errors.As(err, &network) || errors.As(err, &connecting) || pgconn.SafeToRetry(err))
}
