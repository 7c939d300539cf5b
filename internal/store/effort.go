package store

import (
	"context"
	"errors"
	"sync/atomic"

	"gorm.io/gorm"
)

// Effort counts what is asked of the database: statements, and commits, each of which waits for a disk.
type Effort struct {
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

// committed counts a commit.
func committed(ctx context.Context) {
	if e, _ := ctx.Value(effortKey{}).(*Effort); e != nil {
		e.commits.Add(1)
	}
}

// countStatements counts every statement where its context wants that.
func countStatements(db *gorm.DB) error {
	read := func(tx *gorm.DB) {
		if e, _ := tx.Statement.Context.Value(effortKey{}).(*Effort); e != nil {
			e.statements.Add(1)
		}
	}
	write := func(tx *gorm.DB) {
		read(tx)
		if _, inside := tx.Statement.ConnPool.(gorm.TxCommitter); !inside {
			committed(tx.Statement.Context)
		}
	}
	const name = "twofold:count"
	return errors.Join(
		db.Callback().Create().Before("*").Register(name, write),
		db.Callback().Query().Before("*").Register(name, read),
		db.Callback().Update().Before("*").Register(name, write),
		db.Callback().Delete().Before("*").Register(name, write),
		db.Callback().Row().Before("*").Register(name, read),
		db.Callback().Raw().Before("*").Register(name, write),
	)
}
