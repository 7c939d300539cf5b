package authn_test

import (
	"context"
	"errors"
	"time"

	"twofold/internal/account"
	"twofold/internal/authn"
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

func (s methods) Methods(ctx context.Context, a string) ([]mfa.Method, error) {
	return through(s.faults, func() ([]mfa.Method, error) { return s.Store.Methods(ctx, a) })
}

func (s methods) AdvanceStep(ctx context.Context, a, id string, step totp.Step, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.AdvanceStep(ctx, a, id, step, at) })
}

func (s methods) RecoveryCodes(ctx context.Context, a string) ([]mfa.StoredRecoveryCode, error) {
	return through(s.faults, func() ([]mfa.StoredRecoveryCode, error) { return s.Store.RecoveryCodes(ctx, a) })
}

func (s methods) ConsumeRecoveryCode(ctx context.Context, a, id string, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.ConsumeRecoveryCode(ctx, a, id, at) })
}

type notices struct {
	mfa.Notices
	*faults
}

func (s notices) Enqueue(ctx context.Context, n notify.Notice) (int, error) {
	return through(s.faults, func() (int, error) { return s.Notices.Enqueue(ctx, n) })
}

type accounts struct {
	account.Store
	*faults
}

func (s accounts) ByID(ctx context.Context, id string) (account.Account, error) {
	return through(s.faults, func() (account.Account, error) { return s.Store.ByID(ctx, id) })
}

func (s accounts) ByEmail(ctx context.Context, email string) (account.Account, error) {
	return through(s.faults, func() (account.Account, error) { return s.Store.ByEmail(ctx, email) })
}

func (s accounts) Rehash(ctx context.Context, id, old, hash string) error {
	return s.do(func() error { return s.Store.Rehash(ctx, id, old, hash) })
}

func (s accounts) Lock(ctx context.Context, id string) error {
	return s.do(func() error { return s.Store.Lock(ctx, id) })
}

type signIns struct {
	authn.Store
	*faults
}

func (s signIns) InTx(ctx context.Context, do func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, do)
}

func (s signIns) Insert(ctx context.Context, p authn.PendingSignIn, token [32]byte) error {
	return s.do(func() error { return s.Store.Insert(ctx, p, token) })
}

func (s signIns) Load(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	return through(s.faults, func() (authn.Snapshot, error) { return s.Store.Load(ctx, q) })
}

func (s signIns) LockAndLoad(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	return through(s.faults, func() (authn.Snapshot, error) { return s.Store.LockAndLoad(ctx, q) })
}

func (s signIns) Delete(ctx context.Context, id string) error {
	return s.do(func() error { return s.Store.Delete(ctx, id) })
}

func (s signIns) DeleteOldest(ctx context.Context, a string, b throttle.Bucket, keep int) error {
	return s.do(func() error { return s.Store.DeleteOldest(ctx, a, b, keep) })
}

func (s signIns) DeleteOf(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteOf(ctx, a) })
}

type sessions struct {
	session.Store
	*faults
}

func (s sessions) Insert(ctx context.Context, sess session.Session, token [32]byte) error {
	return s.do(func() error { return s.Store.Insert(ctx, sess, token) })
}

func (s sessions) Delete(ctx context.Context, a, id string) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Delete(ctx, a, id) })
}

func (s sessions) DeleteByToken(ctx context.Context, token [32]byte) error {
	return s.do(func() error { return s.Store.DeleteByToken(ctx, token) })
}

func (s sessions) DeleteOldest(ctx context.Context, a string, keep int) error {
	return s.do(func() error { return s.Store.DeleteOldest(ctx, a, keep) })
}

type stepUps struct {
	stepup.Store
	*faults
}

func (s stepUps) Insert(ctx context.Context, g stepup.Grant) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Insert(ctx, g) })
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
