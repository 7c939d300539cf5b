package faultstore

import (
	"context"
	"time"

	"twofold/internal/account"
	"twofold/internal/authn"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// Accounts is a faulty account.Store.
type Accounts struct {
	account.Store
	*Faults
}

func (s Accounts) ByID(ctx context.Context, id string) (account.Account, error) {
	return get(s.Faults, func() (account.Account, error) { return s.Store.ByID(ctx, id) })
}

func (s Accounts) ByEmail(ctx context.Context, email string) (account.Account, error) {
	return get(s.Faults, func() (account.Account, error) { return s.Store.ByEmail(ctx, email) })
}

func (s Accounts) Lock(ctx context.Context, id string) error {
	return s.do(func() error { return s.Store.Lock(ctx, id) })
}

func (s Accounts) Rehash(ctx context.Context, id, old, hash string) error {
	return s.do(func() error { return s.Store.Rehash(ctx, id, old, hash) })
}

func (s Accounts) SetPassword(ctx context.Context, id, hash string, at time.Time) error {
	return s.do(func() error { return s.Store.SetPassword(ctx, id, hash, at) })
}

// SignIns is a faulty authn.Store.
type SignIns struct {
	authn.Store
	*Faults
}

func (s SignIns) InTx(ctx context.Context, do func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, do)
}

func (s SignIns) Load(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	return get(s.Faults, func() (authn.Snapshot, error) { return s.Store.Load(ctx, q) })
}

func (s SignIns) LockAndLoad(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	return get(s.Faults, func() (authn.Snapshot, error) { return s.Store.LockAndLoad(ctx, q) })
}

func (s SignIns) Insert(ctx context.Context, p authn.PendingSignIn, token [32]byte) error {
	return s.do(func() error { return s.Store.Insert(ctx, p, token) })
}

func (s SignIns) SetEnrollmentKey(ctx context.Context, id string, key []byte, name string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.SetEnrollmentKey(ctx, id, key, name) })
}

func (s SignIns) Delete(ctx context.Context, id string) error {
	return s.do(func() error { return s.Store.Delete(ctx, id) })
}

func (s SignIns) DeleteOldest(ctx context.Context, a string, b throttle.Bucket, keep int) error {
	return s.do(func() error { return s.Store.DeleteOldest(ctx, a, b, keep) })
}

func (s SignIns) DeleteOf(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteOf(ctx, a) })
}

// Devices is a faulty authn.Devices.
type Devices struct {
	authn.Devices
	*Faults
}

func (s Devices) HasAny(ctx context.Context, a string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Devices.HasAny(ctx, a) })
}

func (s Devices) Find(ctx context.Context, a string, digest [32]byte) (authn.Device, error) {
	return get(s.Faults, func() (authn.Device, error) { return s.Devices.Find(ctx, a, digest) })
}

func (s Devices) Upsert(ctx context.Context, device authn.Device, digest [32]byte) error {
	return s.do(func() error { return s.Devices.Upsert(ctx, device, digest) })
}

func (s Devices) Rotate(ctx context.Context, device authn.Device, from, to [32]byte) error {
	return s.do(func() error { return s.Devices.Rotate(ctx, device, from, to) })
}

func (s Devices) Rekey(ctx context.Context, from, to [32]byte) error {
	return s.do(func() error { return s.Devices.Rekey(ctx, from, to) })
}

func (s Devices) Revoke(ctx context.Context, a, keep string, at time.Time) error {
	return s.do(func() error { return s.Devices.Revoke(ctx, a, keep, at) })
}

func (s Devices) Prune(ctx context.Context, a string, at time.Time, keep int) error {
	return s.do(func() error { return s.Devices.Prune(ctx, a, at, keep) })
}

// Sessions is a faulty session.Store.
type Sessions struct {
	session.Store
	*Faults
}

func (s Sessions) Insert(ctx context.Context, sess session.Session, token [32]byte) error {
	return s.do(func() error { return s.Store.Insert(ctx, sess, token) })
}

func (s Sessions) Update(ctx context.Context, sess session.Session) error {
	return s.do(func() error { return s.Store.Update(ctx, sess) })
}

func (s Sessions) SetToken(ctx context.Context, id string, token [32]byte) error {
	return s.do(func() error { return s.Store.SetToken(ctx, id, token) })
}

func (s Sessions) ByAccount(ctx context.Context, a string) ([]session.Session, error) {
	return get(s.Faults, func() ([]session.Session, error) { return s.Store.ByAccount(ctx, a) })
}

func (s Sessions) Delete(ctx context.Context, a, id string) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.Delete(ctx, a, id) })
}

func (s Sessions) DeleteByToken(ctx context.Context, token [32]byte) error {
	return s.do(func() error { return s.Store.DeleteByToken(ctx, token) })
}

func (s Sessions) DeleteOthers(ctx context.Context, a, keep string) (int, error) {
	return get(s.Faults, func() (int, error) { return s.Store.DeleteOthers(ctx, a, keep) })
}

func (s Sessions) DeleteOldest(ctx context.Context, a string, keep int) error {
	return s.do(func() error { return s.Store.DeleteOldest(ctx, a, keep) })
}

// StepUps is a faulty stepup.Store.
type StepUps struct {
	stepup.Store
	*Faults
}

func (s StepUps) Insert(ctx context.Context, g stepup.Grant) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.Insert(ctx, g) })
}

func (s StepUps) Consume(ctx context.Context, id string, at time.Time) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.Consume(ctx, id, at) })
}

func (s StepUps) DeleteOf(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteOf(ctx, a) })
}

// Attempts is a faulty throttle.Store.
type Attempts struct {
	throttle.Store
	*Faults
}

func (s Attempts) InTx(ctx context.Context, do func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, do)
}

func (s Attempts) Reserve(ctx context.Context, a throttle.Attempt, limit throttle.SubLimit, at time.Time, r throttle.Rules) (c throttle.Counts, counted bool, err error) {
	if err := s.next(); err != nil {
		return throttle.Counts{}, false, err
	}
	return s.Store.Reserve(ctx, a, limit, at, r)
}

func (s Attempts) CountTry(ctx context.Context, subject string, limit throttle.SubLimit, at time.Time) (tries int, counted bool, err error) {
	if err := s.next(); err != nil {
		return 0, false, err
	}
	return s.Store.CountTry(ctx, subject, limit, at)
}

func (s Attempts) Counts(ctx context.Context, a throttle.Attempt, limit throttle.SubLimit) (throttle.Counts, error) {
	return get(s.Faults, func() (throttle.Counts, error) { return s.Store.Counts(ctx, a, limit) })
}

func (s Attempts) LockedSince(ctx context.Context, subject string, kinds []throttle.Kind, since time.Time, limit int) (bool, error) {
	return get(s.Faults, func() (bool, error) { return s.Store.LockedSince(ctx, subject, kinds, since, limit) })
}

func (s Attempts) Reset(ctx context.Context, limit throttle.SubLimit, attempts ...throttle.Attempt) error {
	return s.do(func() error { return s.Store.Reset(ctx, limit, attempts...) })
}

func (s Attempts) ResetKind(ctx context.Context, subject string, k throttle.Kind) error {
	return s.do(func() error { return s.Store.ResetKind(ctx, subject, k) })
}
