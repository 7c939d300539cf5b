package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"time"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialector is gorm's SQLite over the driver without C, whose duplicate-key errors gorm does not know.
type dialector struct {
	gormsqlite.Dialector
}

func newDialector(dsn string) gorm.Dialector {
	return &dialector{gormsqlite.Dialector{DriverName: "sqlite", DSN: dsn}}
}

// Translate tells gorm's errors for a duplicate key and for a foreign key that leads nowhere.
func (*dialector) Translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return gorm.ErrDuplicatedKey
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return gorm.ErrForeignKeyViolated
	}
	return err
}

// isBusy says whether another process holds the database.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// FailureError is a database that did not do what it was asked. Nobody's request is at fault: the answer is 503.
type FailureError struct {
	cause error
}

func (e *FailureError) Error() string { return "database: " + e.cause.Error() }

// Unwrap answers the cause.
func (e *FailureError) Unwrap() error { return e.cause }

// Unavailable marks the error for those who may not know this package.
func (e *FailureError) Unavailable() bool { return true }

// errCollision means that another transaction did the same thing first: run again, this one sees it.
var errCollision = errors.New("another transaction came first")

func failure(err error) error { return &FailureError{cause: err} }

// markFailures makes a FailureError of every statement's error that a caller does not handle.
func markFailures(db *gorm.DB) error {
	mark := func(tx *gorm.DB) {
		for _, expected := range []error{gorm.ErrRecordNotFound, gorm.ErrDuplicatedKey, gorm.ErrForeignKeyViolated} {
			if errors.Is(tx.Error, expected) {
				return
			}
		}
		if tx.Error == nil {
			return
		}
		if f := (*FailureError)(nil); !errors.As(tx.Error, &f) {
			tx.Error = failure(tx.Error)
		}
	}
	const name = "twofold:mark"
	return errors.Join(
		db.Callback().Create().After("*").Register(name, mark),
		db.Callback().Query().After("*").Register(name, mark),
		db.Callback().Update().After("*").Register(name, mark),
		db.Callback().Delete().After("*").Register(name, mark),
		db.Callback().Row().After("*").Register(name, mark),
		db.Callback().Raw().After("*").Register(name, mark),
	)
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

// stamp is a time at rest: microseconds since the Unix epoch; zero is the zero time.
type stamp struct{ time.Time }

// Value writes the time.
func (s stamp) Value() (driver.Value, error) {
	if s.IsZero() {
		return int64(0), nil
	}
	return s.UnixMicro(), nil
}

// Scan reads it back, in UTC.
func (s *stamp) Scan(from any) error {
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
func (stamp) GormDataType() string { return "integer" }
