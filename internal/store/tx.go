package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

type txKey struct{ db *DB }

// transaction is one that is open, and what is to be done once it has committed.
type transaction struct {
	*gorm.DB
	after []func()
}

func (d *DB) open(ctx context.Context) (*transaction, bool) {
	tx, inside := ctx.Value(txKey{d}).(*transaction)
	return tx, inside
}

// retries is how often a transaction is run again, after which its asker is better off with 503.
const retries = 8

// InTx runs do in one transaction and commits if it answers nil. The context that do gets carries the transaction: use
// it for everything inside. A transaction inside a transaction is the same one.
//
// Where the database says that transactions were in each other's way, or the connection broke before the commit, nothing
// was kept, and do is run again: what it leaves outside of the database it must set, not add to.
func (d *DB) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if _, inside := d.open(ctx); inside {
		return do(ctx)
	}
	for try := 0; ; try++ {
		again, err := d.once(ctx, do)
		if err == nil || !again || try == retries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Millisecond << try): // of those who met, one has gone on
		}
	}
}

// once runs a transaction, and says whether one that failed may be run again.
func (d *DB) once(ctx context.Context, do func(ctx context.Context) error) (again bool, err error) {
	var refused error
	var done *transaction
	committing := false
	err = d.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		done = &transaction{DB: tx}
		refused = do(context.WithValue(ctx, txKey{d}, done))
		committing = refused == nil
		return refused
	})
	if err != nil {
		again = errors.Is(err, errCollision) || d.conflict(err) || (d.lost(err) && !committing)
		if refused == nil { // begin or commit failed
			err = failure(err)
		}
		return again, err
	}
	for _, do := range done.after {
		do()
	}
	return false, nil
}

// AfterCommit calls do when the transaction of ctx has committed, or at once outside of one.
func (d *DB) AfterCommit(ctx context.Context, do func()) {
	if tx, inside := d.open(ctx); inside {
		tx.after = append(tx.after, do)
		return
	}
	do()
}

func (d *DB) reader(ctx context.Context) *gorm.DB {
	if tx, inside := d.open(ctx); inside {
		return tx.DB
	}
	return d.read.WithContext(ctx)
}

func (d *DB) writer(ctx context.Context) *gorm.DB {
	if tx, inside := d.open(ctx); inside {
		return tx.DB
	}
	return d.write.WithContext(ctx)
}

// unlessDuplicate runs a statement that may meet a duplicate key. PostgreSQL spoils the whole transaction then: a
// savepoint keeps what came before, so that the caller may go on.
func unlessDuplicate(tx *gorm.DB, do func(tx *gorm.DB) error) error {
	return tx.Transaction(do)
}
