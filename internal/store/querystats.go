package store

import (
	"context"
	"errors"
	"sync/atomic"

	"gorm.io/gorm"
)

// QueryStats counts statements and commits. Each commit waits for the disk.
type QueryStats struct {
	// OnStatement, if set, is called with every statement and its values.
	OnStatement func(statement string, values []any)

	statements, commits atomic.Int64
}

// Statements returns the number of statements. BEGIN, COMMIT and ROLLBACK do not count.
func (s *QueryStats) Statements() int { return int(s.statements.Load()) }

// Commits returns the number of committed transactions and of writes outside of a transaction.
func (s *QueryStats) Commits() int { return int(s.commits.Load()) }

type statsKey struct{}

// WithStats returns a context whose statements and commits are counted in s too.
func WithStats(ctx context.Context, s *QueryStats) context.Context {
	return context.WithValue(ctx, statsKey{}, s)
}

// statsFrom returns the counters of WithStats, or nil.
func statsFrom(ctx context.Context) *QueryStats {
	s, _ := ctx.Value(statsKey{}).(*QueryStats)
	return s
}

// committed counts a commit in s and in the counters of ctx.
func (s *QueryStats) committed(ctx context.Context) {
	s.commits.Add(1)
	if of := statsFrom(ctx); of != nil {
		of.commits.Add(1)
	}
}

// sent counts a statement in s and in the counters of ctx.
func (s *QueryStats) sent(ctx context.Context, statement string, values []any) {
	s.statements.Add(1)
	of := statsFrom(ctx)
	if of == nil {
		return
	}
	of.statements.Add(1)
	if of.OnStatement != nil {
		of.OnStatement(statement, values)
	}
}

// countStatements counts the statements that gorm sends.
func countStatements(db *gorm.DB, all *QueryStats) error {
	read := func(tx *gorm.DB) {
		if !tx.DryRun { // gorm builds a subquery in a dry run
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
