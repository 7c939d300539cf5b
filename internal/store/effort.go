package store

import (
	"context"
	"errors"
	"sync/atomic"

	"gorm.io/gorm"
)

// Effort counts what is asked of the database: statements, and commits, each of which waits for a disk.
type Effort struct {
	// Heard, where it is set, is told of every statement, as it was sent, with its values.
	Heard func(statement string, values []any)

	statements, commits atomic.Int64
}

// Statements is how many there were. Beginning and ending a transaction are none.
func (e *Effort) Statements() int { return int(e.statements.Load()) }

// Commits is how many transactions were committed, and how many statements changed something outside of one.
func (e *Effort) Commits() int { return int(e.commits.Load()) }

type effortKey struct{}

// Counting is a context that counts what is done in it.
func Counting(ctx context.Context, e *Effort) context.Context {
	return context.WithValue(ctx, effortKey{}, e)
}

// wanted is what the context counts into, or nil.
func wanted(ctx context.Context) *Effort {
	e, _ := ctx.Value(effortKey{}).(*Effort)
	return e
}

// committed counts a commit: into all, and where its context wants that.
func (e *Effort) committed(ctx context.Context) {
	e.commits.Add(1)
	if of := wanted(ctx); of != nil {
		of.commits.Add(1)
	}
}

// sent counts a statement: into all, and where its context wants that.
func (e *Effort) sent(ctx context.Context, statement string, values []any) {
	e.statements.Add(1)
	of := wanted(ctx)
	if of == nil {
		return
	}
	of.statements.Add(1)
	if of.Heard != nil {
		of.Heard(statement, values)
	}
}

// countStatements counts what gorm sends.
func countStatements(db *gorm.DB, all *Effort) error {
	read := func(tx *gorm.DB) {
		if !tx.DryRun { // a part of another is spelled out
			all.sent(tx.Statement.Context, tx.Statement.SQL.String(), tx.Statement.Vars)
		}
	}
	write := func(tx *gorm.DB) {
		read(tx)
		if _, inside := tx.Statement.ConnPool.(gorm.TxCommitter); !inside {
			all.committed(tx.Statement.Context)
		}
	}
	const name = "twofold:count"
	return errors.Join(
		db.Callback().Create().After("*").Register(name, write),
		db.Callback().Query().After("*").Register(name, read),
		db.Callback().Update().After("*").Register(name, write),
		db.Callback().Delete().After("*").Register(name, write),
		db.Callback().Row().After("*").Register(name, read),
		db.Callback().Raw().After("*").Register(name, write),
	)
}
