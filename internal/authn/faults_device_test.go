package authn_test

import (
	"context"
	"time"

	"twofold/internal/authn"
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

func (d devices) Forget(ctx context.Context, a, keep string, at time.Time) error {
	return d.do(func() error { return d.Devices.Forget(ctx, a, keep, at) })
}

func (d devices) Tidy(ctx context.Context, a string, at time.Time, keep int) error {
	return d.do(func() error { return d.Devices.Tidy(ctx, a, at, keep) })
}
