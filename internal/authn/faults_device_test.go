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

func (d devices) Any(ctx context.Context, a string) (bool, error) {
	return through(d.faults, func() (bool, error) { return d.Devices.Any(ctx, a) })
}

func (d devices) Find(ctx context.Context, a string, digest [32]byte) (authn.Device, error) {
	return through(d.faults, func() (authn.Device, error) { return d.Devices.Find(ctx, a, digest) })
}

func (d devices) Keep(ctx context.Context, kept authn.Device, digest [32]byte) error {
	return d.do(func() error { return d.Devices.Keep(ctx, kept, digest) })
}

func (d devices) Move(ctx context.Context, from, to [32]byte) error {
	return d.do(func() error { return d.Devices.Move(ctx, from, to) })
}

func (d devices) Renew(ctx context.Context, kept authn.Device, from, to [32]byte) error {
	return d.do(func() error { return d.Devices.Renew(ctx, kept, from, to) })
}

func (d devices) Forget(ctx context.Context, a, keep string, at time.Time) error {
	return d.do(func() error { return d.Devices.Forget(ctx, a, keep, at) })
}

func (d devices) Tidy(ctx context.Context, a string, at time.Time, keep int) error {
	return d.do(func() error { return d.Devices.Tidy(ctx, a, at, keep) })
}

func (s accounts) SetPassword(ctx context.Context, id, hash string, at time.Time) error {
	return s.do(func() error { return s.Store.SetPassword(ctx, id, hash, at) })
}

func (s stepUps) Spend(ctx context.Context, id string, at time.Time) (bool, error) {
	return through(s.faults, func() (bool, error) { return s.Store.Spend(ctx, id, at) })
}

func (s stepUps) DeleteOf(ctx context.Context, a string) error {
	return s.do(func() error { return s.Store.DeleteOf(ctx, a) })
}

func (s sessions) Of(ctx context.Context, a string) ([]session.Session, error) {
	return through(s.faults, func() ([]session.Session, error) { return s.Store.Of(ctx, a) })
}

func (s sessions) DeleteOthers(ctx context.Context, a, keep string) (int, error) {
	return through(s.faults, func() (int, error) { return s.Store.DeleteOthers(ctx, a, keep) })
}

func (s sessions) SetToken(ctx context.Context, id string, token [32]byte) error {
	return s.do(func() error { return s.Store.SetToken(ctx, id, token) })
}
