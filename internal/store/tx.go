package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/audit"
)

type txKey struct{ db *DB }

// transaction is one that is open, what is to be done once it has committed, and the activity that goes with it.
type transaction struct {
	*gorm.DB
	after    []func()
	repeated bool // after a conflict or a lost connection

	head           audit.Head // of the chain that the entries append to, if the caller has read it: see Activity.UseHead
	pendingEntries []audit.Entry
	chain          func(ctx context.Context, held []audit.Entry) error
}

// flushAudit adds what was held.
func (t *transaction) flushAudit(ctx context.Context) error {
	if len(t.pendingEntries) == 0 {
		return nil
	}
	return t.chain(ctx, t.pendingEntries)
}

func (d *DB) txFrom(ctx context.Context) (*transaction, bool) {
	tx, inside := ctx.Value(txKey{d}).(*transaction)
	return tx, inside
}

// maxRetries is how often a transaction is run again, after which its asker is better off with 503.
const maxRetries = 8

// InTx runs do in one transaction and commits if it answers nil. The context that do gets carries the transaction: use
// it for everything inside. A transaction inside a transaction is the same one.
//
// Where the database says that transactions were in each other's way, or the connection broke before the commit, nothing
// was kept, and do is run again: what it leaves outside of the database it must set, not add to.
func (d *DB) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if _, inside := d.txFrom(ctx); inside {
		return do(ctx)
	}
	defer d.withStats(ctx)()
	for try := 0; ; try++ {
		again, err := d.runTx(ctx, do, try > 0)
		if err == nil || !again || try == maxRetries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Millisecond << try): // of those who met, one has gone on
		}
	}
}

// runTx runs a transaction, and says whether one that failed may be run again.
func (d *DB) runTx(ctx context.Context, do func(ctx context.Context) error, repeated bool) (again bool, err error) {
	var refused error
	var done *transaction
	committing := false
	err = d.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		done = &transaction{DB: tx, repeated: repeated}
		ctx := context.WithValue(ctx, txKey{d}, done)
		if refused = do(ctx); refused == nil {
			refused = done.flushAudit(ctx)
		}
		committing = refused == nil
		return refused
	})
	if err != nil {
		if d.isDiskFull(err) {
			d.diskFull.Store(true)
		}
		again = errors.Is(err, errConflict) || d.isConflict(err) || (d.isConnectionLost(err) && !committing)
		if refused == nil { // begin or commit failed
			err = wrapError(err)
		}
		return again, err
	}
	d.stats.committed(ctx)
	for _, do := range done.after {
		do()
	}
	return false, nil
}

// singleWriter says whether there is one writing transaction at a time, so that there is nothing to lock.
func (d *DB) singleWriter() bool { return d.write.Name() == "sqlite" }

// AfterCommit calls do when the transaction of ctx has committed, or at once outside of one.
func (d *DB) AfterCommit(ctx context.Context, do func()) {
	if tx, inside := d.txFrom(ctx); inside {
		tx.after = append(tx.after, do)
		return
	}
	do()
}

func (d *DB) reader(ctx context.Context) *gorm.DB {
	if tx, inside := d.txFrom(ctx); inside {
		return tx.DB
	}
	return d.read.WithContext(ctx)
}

func (d *DB) writer(ctx context.Context) *gorm.DB {
	if tx, inside := d.txFrom(ctx); inside {
		return tx.DB
	}
	return d.write.WithContext(ctx)
}

// deferred is writer for a change of which nobody asks what came: a server may be sent it with the next statement.
func (d *DB) deferred(ctx context.Context) *gorm.DB {
	return d.writer(ctx).WithContext(deferResult(ctx))
}

// withSavepoint runs a statement that may meet a duplicate key. PostgreSQL spoils the whole transaction then: a
// savepoint keeps what came before, so that the caller may go on.
func withSavepoint(tx *gorm.DB, do func(tx *gorm.DB) error) error {
	return tx.Transaction(do)
}
