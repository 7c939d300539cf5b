package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// dialect holds the differences between SQLite and PostgreSQL.
type dialect struct {
	folder           string // of its migrations
	goose            goose.Dialect
	tables           string // query: counts the tables with a name
	greatest         string // function: the greatest of its arguments
	locker           func(*slog.Logger) (goose.ProviderOption, error)
	snapshot         *sql.TxOptions   // of a read-only transaction with one snapshot; nil if every transaction has one
	isConflict       func(error) bool // the transaction conflicted with another and was rolled back
	isConnectionLost func(error) bool // the connection broke
	isDiskFull       func(error) bool // the disk is full or fails
	isDenied         func(error) bool // a privilege or a schema is missing; nil if there are no roles
	isReadOnly       func(error) bool // the server or the session permits no writes; likewise

	storageIDQuery string // query: the object ids of the tables, which differ in a restored copy; empty = there are none
	disableTimeout string // lifts the statement timeout of a transaction; empty = there is no timeout

	createQuery string // query: role, schema, and whether the role may create tables in it; empty = the file's permissions decide

	// For the doctor command.
	durabilityQuery string // query: the settings that decide whether a commit is on disk
	wantDurability  string // its result in a safe configuration
	writableQuery   string // query: whether this user may write; empty = the file's permissions decide
	limitsQuery     string // query: whether statements and idle transactions have a time limit; empty = there is no server
	clockQuery      string // query: the server's time; empty = there is no server
}

// openPool opens a pool of connections, whose statements are counted in stats. gorm's own statement cache is off, because
// both drivers cache prepared statements for each connection.
func openPool(to gorm.Dialector, conns int, stats *QueryStats, log *slog.Logger) (*gorm.DB, error) {
	db, err := gorm.Open(to, &gorm.Config{
		SkipDefaultTransaction: true,
		QueryFields:            true, // name the columns, so that a column added by a newer version changes no statement
		TranslateError:         true,
		Logger:                 silentLogger{log},
	})
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return db, errors.Join(wrapErrors(db), countStatements(db, stats))
}

func closePool(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// silentLogger replaces gorm's logger, which prints statements with their values.
type silentLogger struct{ to *slog.Logger }

func (l silentLogger) LogMode(logger.LogLevel) logger.Interface { return l }

func (l silentLogger) Info(context.Context, string, ...any) {}

func (l silentLogger) Warn(ctx context.Context, _ string, _ ...any) {
	l.to.WarnContext(ctx, "database layer reported a warning")
}

func (l silentLogger) Error(ctx context.Context, _ string, _ ...any) {
	l.to.ErrorContext(ctx, "database layer reported an error")
}

func (l silentLogger) Trace(context.Context, time.Time, func() (string, int64), error) {}

// unixMicro is a time that is stored as microseconds since the Unix epoch. The zero time is stored as zero.
type unixMicro struct{ time.Time }

// Value returns the time as it is stored.
func (u unixMicro) Value() (driver.Value, error) {
	if u.IsZero() {
		return int64(0), nil
	}
	return u.UnixMicro(), nil
}

// Scan sets the time, in UTC, from a stored one.
func (u *unixMicro) Scan(from any) error {
	n, ok := from.(int64)
	if !ok {
		return fmt.Errorf("scan time from %T", from)
	}
	u.Time = time.Time{}
	if n != 0 {
		u.Time = time.UnixMicro(n).UTC()
	}
	return nil
}

// GormDataType returns gorm's name of the column's type.
func (unixMicro) GormDataType() string { return "integer" }
