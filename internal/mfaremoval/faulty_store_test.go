package mfaremoval_test

import (
	"context"
	"errors"
	"time"

	"twofold/internal/account"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/throttle"
)

var errFault = errors.New("a dependency fails")

// faults makes the nth call of any dependency fail, counted over all of them; 0: none.
type faults struct {
	nth, calls int
	struck     bool
}

func (f *faults) strike() error {
	if f.nth == 0 {
		return nil
	}
	f.calls++
	if f.calls == f.nth {
		f.struck = true
		return errFault
	}
	return nil
}

// through makes a call, unless it is the one that fails.
func through[T any](f *faults, call func() (T, error)) (T, error) {
	if err := f.strike(); err != nil {
		var none T
		return none, err
	}
	return call()
}

func (f *faults) do(call func() error) error {
	if err := f.strike(); err != nil {
		return err
	}
	return call()
}

type removals struct {
	mfaremoval.Store
	*faults
}

// InTx can fail to begin and to commit.
func (s removals) InTx(ctx context.Context, do func(context.Context) error) error {
	if err := s.strike(); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := do(ctx); err != nil {
			return err
		}
		return s.strike()
	})
}

func (s removals) Last(ctx context.Context, a string) (mfaremoval.Removal, error) {
	return through(s.faults, func() (mfaremoval.Removal, error) { return s.Store.Last(ctx, a) })
}

func (s removals) Open(ctx context.Context) ([]string, error) {
	return through(s.faults, func() ([]string, error) { return s.Store.Open(ctx) })
}

func (s removals) Begin(ctx context.Context, r mfaremoval.Removal) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Begin(ctx, r) })
}

func (s removals) Update(ctx context.Context, r mfaremoval.Removal) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Update(ctx, r) })
}

func (s removals) Cancel(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Cancel(ctx, a, id, at) })
}

func (s removals) Delete(ctx context.Context, a, id string) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Delete(ctx, a, id) })
}

type locks struct {
	account.Locker
	*faults
}

func (s locks) Lock(ctx context.Context, a string) error {
	return s.do(func() error { return s.Locker.Lock(ctx, a) })
}

type accounts struct {
	mfaremoval.Accounts
	*faults
}

func (s accounts) ByID(ctx context.Context, a string) (account.Account, error) {
	return through(s.faults, func() (account.Account, error) { return s.Accounts.ByID(ctx, a) })
}

func (s accounts) Recipient(ctx context.Context, a string) (notify.Recipient, error) {
	return through(s.faults, func() (notify.Recipient, error) { return s.Accounts.Recipient(ctx, a) })
}

type methods struct {
	inner mfaremoval.Methods
	*faults
}

func (s methods) Methods(ctx context.Context, a string) ([]mfa.Method, error) {
	return through(s.faults, func() ([]mfa.Method, error) { return s.inner.Methods(ctx, a) })
}

func (s methods) RecoveryCodeStatus(ctx context.Context, a string) (mfa.RecoveryCodeStatus, error) {
	return through(s.faults, func() (mfa.RecoveryCodeStatus, error) { return s.inner.RecoveryCodeStatus(ctx, a) })
}

func (s methods) RemoveAll(ctx context.Context, a string) (int, error) {
	return through(s.faults, func() (int, error) { return s.inner.RemoveAll(ctx, a) })
}

type notices struct {
	mfaremoval.Notices
	*faults
}

func (s notices) Enqueue(ctx context.Context, n notify.Notice) (int, error) {
	return through(s.faults, func() (int, error) { return s.Notices.Enqueue(ctx, n) })
}

func (s notices) Delivered(ctx context.Context, topic string) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Notices.Delivered(ctx, topic) })
}

type links struct {
	mfaremoval.Links
	*faults
}

func (s links) Issue(ctx context.Context, a string, p maillink.Purpose, subject string, d time.Duration) (secret.Text, error) {
	return through(s.faults, func() (secret.Text, error) { return s.Links.Issue(ctx, a, p, subject, d) })
}

func (s links) Lookup(ctx context.Context, p maillink.Purpose, token secret.Text) (maillink.Link, error) {
	return through(s.faults, func() (maillink.Link, error) { return s.Links.Lookup(ctx, p, token) })
}

func (s links) Consume(ctx context.Context, l maillink.Link) error {
	return s.do(func() error { return s.Links.Consume(ctx, l) })
}

func (s links) RevokeAll(ctx context.Context, a string, p maillink.Purpose, subject string) error {
	return s.do(func() error { return s.Links.RevokeAll(ctx, a, p, subject) })
}

type attempts struct {
	mfaremoval.Attempts
	*faults
}

func (s attempts) LockedSince(ctx context.Context, a string, since time.Time, kinds ...throttle.Kind) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Attempts.LockedSince(ctx, a, since, kinds...) })
}

func (s attempts) Unlock(ctx context.Context, a string, k throttle.Kind) error {
	return s.do(func() error { return s.Attempts.Unlock(ctx, a, k) })
}
