package store

import (
	"context"
	"errors"
	"sync/atomic"

	"gorm.io/gorm"
)

// QueryStats counts what is asked of the database: statements, and commits, each of which waits for a disk.
type QueryStats struct {
	// OnStatement, where it is set, is told of every statement, as it was sent, with its values.
	OnStatement func(statement string, values []any)

	statements, commits atomic.Int64
}

// Statements is how many there were. Beginning and ending a transaction are none.
func (e *QueryStats) Statements() int { return int(e.statements.Load()) }

// Durability is how many transactions were committed, and how many statements changed something outside of one.
func (e *QueryStats) Commits() int { return int(e.commits.Load()) }

type statsKey struct{}

// WithStats is a context that counts what is done in it.
func WithStats(ctx context.Context, e *QueryStats) context.Context {
	return context.WithValue(ctx, statsKey{}, e)
}

// statsFrom is what the context counts into, or nil.
func statsFrom(ctx context.Context) *QueryStats {
	e, _ := ctx.Value(statsKey{}).(*QueryStats)
	return e
}

// committed counts a commit: into all, and where its context wants that.
func (e *QueryStats) committed(ctx context.Context) {
	e.commits.Add(1)
	if of := statsFrom(ctx); of != nil {
		of.commits.Add(1)
	}
}

// sent counts a statement: into all, and where its context wants that.
func (e *QueryStats) sent(ctx context.Context, statement string, values []any) {
	e.statements.Add(1)
	of := statsFrom(ctx)
	if of == nil {
		return
	}
	of.statements.Add(1)
	if of.OnStatement != nil {
		of.OnStatement(statement, values)
	}
}

// countStatements counts what gorm sends.
func countStatements(db *gorm.DB, all *QueryStats) error {
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
