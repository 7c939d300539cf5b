package authn_test

import (
	"context"
	"time"

	"twofold/internal/authn"
	"twofold/internal/session"
)

type devices struct {
	authn.Devices
	*faults
}

func (d devices) HasAny(ctx context.Context, a string) (bool, error) {
	return through(d.faults, func() (bool, error) { return d.Devices.HasAny(ctx, a) })
}

func (d devices) Find(ctx context.Context, a string, digest [32]byte) (authn.Device, error) {
	return through(d.faults, func() (authn.Device, error) { return d.Devices.Find(ctx, a, digest) })
}

func (d devices) Upsert(ctx context.Context, kept authn.Device, digest [32]byte) error {
	return d.do(func() error { return d.Devices.Upsert(ctx, kept, digest) })
}

func (d devices) Rekey(ctx context.Context, from, to [32]byte) error {
	return d.do(func() error { return d.Devices.Rekey(ctx, from, to) })
}

func (d devices) Rotate(ctx context.Context, kept authn.Device, from, to [32]byte) error {
	return d.do(func() error { return d.Devices.Rotate(ctx, kept, from, to) })
}

func (d devices) Revoke(ctx context.Context, a, keep string, at time.Time) error {
	return d.do(func() error { return d.Devices.Revoke(ctx, a, keep, at) })
}

func (d devices) Prune(ctx context.Context, a string, at time.Time, keep int) error {
	return d.do(func() error { return d.Devices.Prune(ctx, a, at, keep) })
}

func (s accounts) SetPassword(ctx context.Context, id, hash string, at time.Time) error {
	return s.do(func() error { return s.Store.SetPassword(ctx, id, hash, at) })
}

func (s stepUps) Consume(ctx context.Context, id string, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Consume(ctx, id, at) })
}

func (s stepUps) DeleteOf(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteOf(ctx, a) })
}

func (s sessions) ByAccount(ctx context.Context, a string) ([]session.Session, error) {
	return through(s.faults, func() ([]session.Session, error) { return s.Store.ByAccount(ctx, a) })
}

func (s sessions) DeleteOthers(ctx context.Context, a, keep string) (int, error) {
	return through(s.faults, func() (int, error) { return s.Store.DeleteOthers(ctx, a, keep) })
}

func (s sessions) SetToken(ctx context.Context, id string, token [32]byte) error {
	return s.do(func() error { return s.Store.SetToken(ctx, id, token) })
}
