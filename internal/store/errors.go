package store

import (
	"errors"

	"gorm.io/gorm"
)

// FailureError is a database that did not do what it was asked. Nobody's request is at fault: the answer is 503.
type FailureError struct {
	cause error
}

func (e *FailureError) Error() string { return "database: " + e.cause.Error() }

// Unwrap answers the cause.
func (e *FailureError) Unwrap() error { return e.cause }

// Unavailable marks the error for those who may not know this package.
func (e *FailureError) Unavailable() bool { return true }

// errConflict means that another transaction did the same thing first: run again, this one sees it.
var errConflict = errors.New("another transaction came first")

func wrapError(err error) error { return &FailureError{cause: err} }

// wrapErrors makes a FailureError of every statement's error that a caller does not handle.
func wrapErrors(db *gorm.DB) error {
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
			tx.Error = wrapError(tx.Error)
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
