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

// dialect is what one kind of database says differently.
type dialect struct {
	folder           string // of its migrations
	goose            goose.Dialect
	tables           string // counts the tables of a name
	locker           func(*slog.Logger) (goose.ProviderOption, error)
	snapshot         *sql.TxOptions   // of a transaction that sees one moment; nil where every one does
	isConflict       func(error) bool // transactions were in each other's way, and this one was undone
	isConnectionLost func(error) bool // the connection broke
	isDiskFull       func(error) bool // there is no room for a change, or no way to keep one

	storageIDQuery string // says where the tables lie, so that others of their names are told apart; empty where nothing tells
	lockTimeout    string // said in a transaction that may take long; empty where nobody hurries

	// For who looks at the database.
	commitsQuery, durabilityQuery string // says how commits are kept, and how they should be
	writableQuery                 string // says whether this user may change anything; empty where the file system knows
	clockQuery                    string // reads the server's clock; empty where there is none
}

// openPool opens connections, and counts into effort what is asked of them. Both drivers keep what they prepared themselves,
// by connection.
func openPool(to gorm.Dialector, conns int, effort *QueryStats, log *slog.Logger) (*gorm.DB, error) {
	db, err := gorm.Open(to, &gorm.Config{
		SkipDefaultTransaction: true,
		QueryFields:            true, // a column that a newer version adds changes no statement of ours
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
	return db, errors.Join(wrapErrors(db), countStatements(db, effort))
}

func closePool(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// silentLogger stands in for gorm's, which prints values: this one never sees a statement.
type silentLogger struct{ to *slog.Logger }

func (l silentLogger) LogMode(logger.LogLevel) logger.Interface { return l }

func (l silentLogger) Info(context.Context, string, ...any) {}

func (l silentLogger) Warn(ctx context.Context, _ string, _ ...any) {
	l.to.WarnContext(ctx, "the database layer warns")
}

func (l silentLogger) Error(ctx context.Context, _ string, _ ...any) {
	l.to.ErrorContext(ctx, "the database layer reports an error")
}

func (l silentLogger) Trace(context.Context, time.Time, func() (string, int64), error) {}

// unixMicro is a time at rest: microseconds since the Unix epoch; zero is the zero time.
type unixMicro struct{ time.Time }

// Value writes the time.
func (s unixMicro) Value() (driver.Value, error) {
	if s.IsZero() {
		return int64(0), nil
	}
	return s.UnixMicro(), nil
}

// Scan reads it back, in UTC.
func (s *unixMicro) Scan(from any) error {
	n, ok := from.(int64)
	if !ok {
		return fmt.Errorf("scan time from %T", from)
	}
	s.Time = time.Time{}
	if n != 0 {
		s.Time = time.UnixMicro(n).UTC()
	}
	return nil
}

// GormDataType tells gorm what the column is.
func (unixMicro) GormDataType() string { return "integer" }
