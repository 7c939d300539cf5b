// Package store implements the store interfaces of the domain packages on SQLite and PostgreSQL. It is the only package that
// imports gorm and contains SQL. Begin with [Open], [DB.Migrate] and [DB.InTx]; each domain has a type around a [DB], such as
// [Accounts] or [Sessions]. Three invariants hold. A check and the write that depends on it are one conditional statement, or
// run under a lock, so that they hold across processes. An error of the database is a [FailureError], never an empty result.
// No statement and no value is logged.
//
// Most statements are built with gorm. These are written by hand, because building them with gorm and reading rows by
// reflection costs more than the database does, or because gorm cannot express them:
//
//   - the frequent ones of a request (rawsql.go): [SignIns.Load] and [SignIns.LockAndLoad] (signin_snapshot.go),
//     [Sessions.ByToken], [Sessions.Insert], [SignIns.Insert], [SignIns.Delete], [Attempts.Reserve], [Activity.Append],
//     [Accounts.Lock], [Methods.State], [Outbox.Insert], [Outbox.NewDevices], [UnfinishedSignIns.Unfinished];
//   - upserts, and writes with a condition or with other tables: [Attempts.CountTry], [Attempts.Reset], [Removals.Begin], [Retention.AcquireLease],
//     [Activity.Truncate], [Activity.DeleteChain], [StepUps.Insert], [Devices.Rotate], [Reminders.MarkReminded];
//   - statements composed from a table of tables: [Retention.Purge], [Keys.NotSealedWith], [Keys.Reencrypt],
//     [RestoreState.RevokeAll];
//   - reads with subqueries, collations or aggregates: [AdminAccounts.Find], [AdminAccounts.OtherAdministrators],
//     [AdminAccounts.LastSignIn], [AdminAccounts.Lockouts], [Reminders.AccountsToRemind], [Activity.Walk];
//   - PRAGMAs and system catalogs: [DB.Ready], [DB.Migrated], [DB.CheckCreate], [DB.Durability], [DB.Limited],
//     [DB.ServerTime], [Backup].
//
// Two driver layers below gorm save time: postgres_batch.go sends the statements of a transaction in batches, and
// sqlite_stmtcache.go caches prepared statements. Each file states how much it saves. postgres_connectors.go has the connections
// that migrate or only read, and postgres_limits.go limits the time of a statement.
package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"

	"gorm.io/gorm"
)

// DB is one database. SQLite permits one writer at a time. Goroutines of this process wait for the one writing connection in
// database/sql's fair queue, so that SQLite's own polling is needed only between processes. On PostgreSQL both pools are the
// same.
type DB struct {
	dialect
	// OnTransaction, if set, is called at the beginning of every transaction, and the function that it returns at the end.
	OnTransaction func(ctx context.Context) (done func())

	diskFull    atomic.Bool // a transaction failed because the disk was full, and no write has succeeded since
	stats       *QueryStats
	read, write *gorm.DB
	migrator    func() (pool *sql.DB, done func() error, err error) // nil if opened read-only
}

// Options configure a database. The zero value means the defaults.
type Options struct {
	Connections int // maximum number of connections of this process to PostgreSQL; zero means 16
}

var (
	// ErrURL means that a database URL is malformed or of an unknown kind.
	ErrURL = errors.New("not a database URL that this version can open: use sqlite:PATH, as in sqlite:./data/twofold.db, or postgres://USER@HOST/DATABASE")
	// ErrNotFound means that the SQLite file does not exist.
	ErrNotFound = errors.New("there is no database yet")
)

// Open opens the database of a URL, and does not migrate it. It creates an SQLite file that does not exist, readable by its
// owner only. It returns ErrURL if it cannot open such a URL.
func Open(databaseURL string, o Options, log *slog.Logger) (*DB, error) {
	if IsPostgres(databaseURL) {
		return openPostgres(databaseURL, o, log)
	}
	return openSQLite(databaseURL, log)
}

// OpenReadOnly opens the database of a URL for reading. It neither changes nor creates one. It returns ErrNotFound if there is
// no SQLite file, or ErrURL.
func OpenReadOnly(databaseURL string, log *slog.Logger) (*DB, error) {
	if IsPostgres(databaseURL) {
		return openPostgresReadOnly(databaseURL, log)
	}
	return openSQLiteReadOnly(databaseURL, log)
}

// IsPostgres reports whether a URL names a PostgreSQL database, which several processes can share.
func IsPostgres(databaseURL string) bool {
	return strings.HasPrefix(databaseURL, "postgres://") || strings.HasPrefix(databaseURL, "postgresql://")
}

// Stats returns the counts of statements and commits since the database was opened.
func (d *DB) Stats() *QueryStats { return d.stats }

// Close closes the database.
func (d *DB) Close() error {
	if d.read == d.write {
		return closePool(d.read)
	}
	return errors.Join(closePool(d.read), closePool(d.write))
}
