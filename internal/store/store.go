// Package store keeps everything that is kept, in SQLite or in PostgreSQL. It is the only one that knows gorm and SQL.
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

// DB is one database. SQLite takes one writer at a time: our own wait in a fair queue for the one writing connection,
// so that only other processes are met by SQLite's polling. In PostgreSQL both are one pool.
type DB struct {
	dialect
	// Watch, where it is set, is told of every transaction; what it answers is called when that is over.
	Watch func(ctx context.Context) (done func())

	diskFull    atomic.Bool // the last transaction met a full disk
	stats       *QueryStats
	read, write *gorm.DB
	migrator    func() (pool *sql.DB, done func() error, err error) // nil where one only looks
}

// Options are what is said of a database beside where it is. The zero value is fine.
type Options struct {
	Connections int // maximum per process, PostgreSQL only; zero: 16
}

var (
	// ErrURL means that a database URL is not one this build can open.
	ErrURL = errors.New("not a database URL that this version can open: use sqlite:PATH, as in sqlite:./data/twofold.db, or postgres://USER@HOST/DATABASE")
	// ErrNotFound means that there is no database yet.
	ErrNotFound = errors.New("there is no database yet")
)

// Open opens the database of a URL. An SQLite file that is not there is created, readable by its owner only. It does not
// migrate. It answers ErrURL.
func Open(databaseURL string, o Options, log *slog.Logger) (*DB, error) {
	if IsPostgres(databaseURL) {
		return openPostgres(databaseURL, o, log)
	}
	return openSQLite(databaseURL, log)
}

// OpenReadOnly opens the database of a URL for looking at it: nothing of it changes, and none is created. It answers
// ErrAbsent, or ErrURL.
func OpenReadOnly(databaseURL string, log *slog.Logger) (*DB, error) {
	if IsPostgres(databaseURL) {
		return openPostgresReadOnly(databaseURL, log)
	}
	return openSQLiteReadOnly(databaseURL, log)
}

// IsPostgres says whether a URL is that of a database server, which several processes share.
func IsPostgres(databaseURL string) bool {
	return strings.HasPrefix(databaseURL, "postgres://") || strings.HasPrefix(databaseURL, "postgresql://")
}

// QueryStats is what was asked of the database since it was opened.
func (d *DB) Stats() *QueryStats { return d.stats }

// Close closes the database.
func (d *DB) Close() error {
	if d.read == d.write {
		return closePool(d.read)
	}
	return errors.Join(closePool(d.read), closePool(d.write))
}
