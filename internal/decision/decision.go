// Package decision names the outcome of a transaction that decides about what a user presented, such as a password or a
// code. There are three outcomes. Accepted and refused both commit, because a failed attempt must stay counted; only an
// error rolls back. The caller learns the outcome after the commit, never before it.
package decision

import "context"

// Refusal states why a transaction refuses what the user presented. The transaction commits nevertheless. A nil *Refusal
// means accepted. It is not an error, so that it cannot be mistaken for a reason to roll back.
type Refusal struct {
	Err error // returned to the caller after the commit
}

// Refuse returns a Refusal for the reason err.
func Refuse(err error) *Refusal { return &Refusal{Err: err} }

// Reason returns why r refuses, or nil if it is nil.
func (r *Refusal) Reason() error {
	if r == nil {
		return nil
	}
	return r.Err
}

// Func decides inside a transaction. With a Refusal the transaction commits, with an error it rolls back.
type Func func(ctx context.Context) (*Refusal, error)

// Store opens transactions.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
}

// InTx runs decide in one transaction. It returns the Refusal after the commit, or the error after the rollback.
func InTx(ctx context.Context, s Store, decide Func) (*Refusal, error) {
	var refusal *Refusal
	err := s.InTx(ctx, func(ctx context.Context) (err error) {
		refusal, err = decide(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return refusal, nil
}
