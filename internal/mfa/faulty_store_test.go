package mfa_test

import (
	"context"
	"errors"
	"time"

	"twofold/internal/account"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

var errStore = errors.New("the store fails")

// faults makes the nth call of any store fail, counted over all of them; 0: none.
type faults struct {
	nth, calls int
	struck     bool
}

func (f *faults) on(nth int) { *f = faults{nth: nth} }
func (f *faults) off()       { f.nth = 0 }

func (f *faults) strike() error {
	f.calls++
	if f.calls == f.nth {
		f.struck = true
		return errStore
	}
	return nil
}

// inTx fails to begin, or to commit.
func (f *faults) inTx(ctx context.Context, begin func(context.Context, func(context.Context) error) error, do func(context.Context) error) error {
	if err := f.strike(); err != nil {
		return err
	}
	return begin(ctx, func(ctx context.Context) error {
		if err := do(ctx); err != nil {
			return err
		}
		return f.strike()
	})
}

// through makes one call, unless it is the one that fails.
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

type methods struct {
	mfa.Store
	*faults
}

func (s methods) InTx(ctx context.Context, do func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, do)
}

func (s methods) Methods(ctx context.Context, a string) ([]mfa.Method, error) {
	return through(s.faults, func() ([]mfa.Method, error) { return s.Store.Methods(ctx, a) })
}

func (s methods) InsertMethod(ctx context.Context, m mfa.Method) error {
	return s.do(func() error { return s.Store.InsertMethod(ctx, m) })
}

func (s methods) DeleteMethod(ctx context.Context, a, id string) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.DeleteMethod(ctx, a, id) })
}

func (s methods) DeleteMethods(ctx context.Context, a string) (int, error) {
	return through(s.faults, func() (int, error) { return s.Store.DeleteMethods(ctx, a) })
}

func (s methods) AdvanceStep(ctx context.Context, a, id string, step totp.Step, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.AdvanceStep(ctx, a, id, step, at) })
}

func (s methods) ReplaceEnrollment(ctx context.Context, e mfa.Enrollment) error {
	return s.do(func() error { return s.Store.ReplaceEnrollment(ctx, e) })
}

func (s methods) State(ctx context.Context, a string) (mfa.State, error) {
	return through(s.faults, func() (mfa.State, error) { return s.Store.State(ctx, a) })
}

func (s methods) IncrementTries(ctx context.Context, a, id string, limit int) (int, error) {
	return through(s.faults, func() (int, error) { return s.Store.IncrementTries(ctx, a, id, limit) })
}

func (s methods) DeleteEnrollment(ctx context.Context, a, id string) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.DeleteEnrollment(ctx, a, id) })
}

func (s methods) DeleteEnrollments(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteEnrollments(ctx, a) })
}

func (s methods) ExpiredEnrollments(ctx context.Context, before time.Time, limit int) ([]mfa.Enrollment, error) {
	return through(s.faults, func() ([]mfa.Enrollment, error) { return s.Store.ExpiredEnrollments(ctx, before, limit) })
}

func (s methods) RenameMethod(ctx context.Context, a, id, name string) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.RenameMethod(ctx, a, id, name) })
}

func (s methods) SuspendMethod(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.SuspendMethod(ctx, a, id, at) })
}

func (s methods) MarkExpired(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.MarkExpired(ctx, a, id, at) })
}

func (s methods) RecoveryCodes(ctx context.Context, a string) ([]mfa.StoredRecoveryCode, error) {
	return through(s.faults, func() ([]mfa.StoredRecoveryCode, error) { return s.Store.RecoveryCodes(ctx, a) })
}

func (s methods) InsertRecoveryCodes(ctx context.Context, codes []mfa.StoredRecoveryCode) error {
	return s.do(func() error { return s.Store.InsertRecoveryCodes(ctx, codes) })
}

func (s methods) ConsumeRecoveryCode(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.ConsumeRecoveryCode(ctx, a, id, at) })
}

func (s methods) DeleteRecoveryCodes(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteRecoveryCodes(ctx, a) })
}

type notices struct {
	mfa.Notices
	*faults
}

func (s notices) Enqueue(ctx context.Context, n notify.Notice) (int, error) {
	return through(s.faults, func() (int, error) { return s.Notices.Enqueue(ctx, n) })
}

type locker struct {
	account.Locker
	*faults
}

func (s locker) Lock(ctx context.Context, a string) error {
	return s.do(func() error { return s.Locker.Lock(ctx, a) })
}

type sessions struct {
	session.Store
	*faults
}

func (s sessions) Update(ctx context.Context, sess session.Session) error {
	return s.do(func() error { return s.Store.Update(ctx, sess) })
}

func (s sessions) SetToken(ctx context.Context, id string, token [32]byte) error {
	return s.do(func() error { return s.Store.SetToken(ctx, id, token) })
}

func (s sessions) DeleteOthers(ctx context.Context, a, keep string) (int, error) {
	return through(s.faults, func() (int, error) { return s.Store.DeleteOthers(ctx, a, keep) })
}

type stepUps struct {
	stepup.Store
	*faults
}

func (s stepUps) Consume(ctx context.Context, id string, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Consume(ctx, id, at) })
}

func (s stepUps) DeleteOf(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteOf(ctx, a) })
}

type attempts struct {
	throttle.Store
	*faults
}

func (s attempts) InTx(ctx context.Context, do func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, do)
}

func (s attempts) Reserve(ctx context.Context, g throttle.Attempt, w throttle.SubLimit, at time.Time, r throttle.Rules) (c throttle.Counts, counted bool, err error) {
	if err := s.strike(); err != nil {
		return throttle.Counts{}, false, err
	}
	return s.Store.Reserve(ctx, g, w, at, r)
}

func (s attempts) Counts(ctx context.Context, g throttle.Attempt, w throttle.SubLimit) (throttle.Counts, error) {
	return through(s.faults, func() (throttle.Counts, error) { return s.Store.Counts(ctx, g, w) })
}

func (s attempts) Reset(ctx context.Context, w throttle.SubLimit, guesses ...throttle.Attempt) error {
	return s.do(func() error { return s.Store.Reset(ctx, w, guesses...) })
}

func (s attempts) ResetKind(ctx context.Context, subject string, k throttle.Kind) error {
	return s.do(func() error { return s.Store.ResetKind(ctx, subject, k) })
}
