package store

import (
	"errors"

	"gorm.io/gorm"
)

// FailureError is an error of the database that is not the fault of the request. The API responds with 503.
type FailureError struct {
	cause error
}

func (e *FailureError) Error() string { return "database: " + e.cause.Error() }

// Unwrap returns the cause.
func (e *FailureError) Unwrap() error { return e.cause }

// Unavailable marks the error for packages that must not import this one.
func (e *FailureError) Unavailable() bool { return true }

// errConflict means that another transaction changed the same rows first. InTx repeats the transaction, which then sees them.
var errConflict = errors.New("conflict with another transaction")

func wrapError(err error) error { return &FailureError{cause: err} }

// wrapErrors wraps the errors of gorm's statements in a FailureError, except those that callers handle.
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
	const name = "twofold:wrap_errors"
	return errors.Join(
		db.Callback().Create().After("*").Register(name, mark),
		db.Callback().Query().After("*").Register(name, mark),
		db.Callback().Update().After("*").Register(name, mark),
		db.Callback().Delete().After("*").Register(name, mark),
		db.Callback().Row().After("*").Register(name, mark),
		db.Callback().Raw().After("*").Register(name, mark),
	)
}
