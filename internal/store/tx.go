package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/audit"
)

type txKey struct{ db *DB }

// transaction is an open transaction, the functions to call once it has committed, and the activity entries to append before.
type transaction struct {
	*gorm.DB
	after    []func()
	repeated bool // after a conflict or a lost connection

	head           audit.Head // of the chain that the entries append to, if the caller has read it: see Activity.UseHead
	pendingEntries []audit.Entry
	chain          func(ctx context.Context, entries []audit.Entry) error
}

// flushAudit appends the buffered activity entries.
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

// maxRetries is how many times InTx repeats a transaction that conflicted or lost its connection. After that it returns the
// error, and the API responds with 503.
const maxRetries = 8

// InTx runs do in one transaction and commits it if do returns nil. The context passed to do carries the transaction and must
// be used for everything inside. If ctx already carries one, do runs in that.
//
// If the transaction conflicts with another, or the connection breaks before the commit, nothing is stored and do runs again.
// Therefore do must set variables outside of it and not add to them. An error of do, of BEGIN or of COMMIT is returned.
func (d *DB) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if _, inside := d.txFrom(ctx); inside {
		return do(ctx)
	}
	defer d.beginHook(ctx)()
	for try := 0; ; try++ {
		again, err := d.runTx(ctx, do, try > 0)
		if err == nil || !again || try == maxRetries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Millisecond << try): // by then the other transaction has probably finished
		}
	}
}

// runTx runs a transaction once. If it fails, again reports whether it may be repeated. repeated states that this one is a
// repetition.
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

// singleWriter reports whether the database permits one writing transaction at a time, so that rows need no locks.
func (d *DB) singleWriter() bool { return d.write.Name() == "sqlite" }

// AfterCommit calls do after the transaction of ctx has committed, or at once if ctx carries none.
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

// deferred is writer for a write that may be queued as in execDeferred. Use it in the frequent flows only: the errors of a
// queued write surface elsewhere, and gorm reports no affected rows.
func (d *DB) deferred(ctx context.Context) *gorm.DB {
	return d.writer(ctx).WithContext(deferResult(ctx))
}

// withSavepoint runs a statement that may violate a unique constraint. PostgreSQL aborts the whole transaction then. Rolling
// back to a savepoint lets the caller handle the error and continue.
func withSavepoint(tx *gorm.DB, do func(tx *gorm.DB) error) error {
	return tx.Transaction(do)
}
