package retention

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// name is the name of the lease.
	name = "retention"
	// lease is how long a process that died keeps other processes from purging. It is renewed when half of it has
	// passed.
	lease = 2 * time.Minute
)

// errLost means that another process holds the lease, because this one was suspended for longer than the lease.
var errLost = errors.New("another process holds the lease")

// leaseHolder is a purge in progress, which needs the lease.
type leaseHolder struct {
	*Service
	until time.Time
}

// begin acquires the lease. It returns nil if another process holds it.
func (s *Service) begin(ctx context.Context) (*leaseHolder, error) {
	l := &leaseHolder{Service: s}
	err := l.acquire(ctx)
	if errors.Is(err, errLost) {
		return nil, nil
	}
	return l, err
}

func (l *leaseHolder) acquire(ctx context.Context) error {
	now := l.Now()
	l.until = now.Add(lease)
	taken, err := l.Store.AcquireLease(ctx, name, l.Holder, now, l.until)
	if err != nil {
		return fmt.Errorf("acquire purge lease: %w", err)
	}
	if !taken {
		return errLost
	}
	return nil
}

// end releases the lease, also if ctx is done.
func (l *leaseHolder) end(ctx context.Context) error {
	if err := l.Store.ReleaseLease(context.WithoutCancel(ctx), name, l.Holder); err != nil {
		return fmt.Errorf("release purge lease: %w", err)
	}
	return nil
}

// batches repeats a transaction until it finds less than a full batch, with a pause in between, and returns the total.
func (l *leaseHolder) batches(ctx context.Context, batch func(ctx context.Context, limit int) (int, error)) (int, error) {
	sum := 0
	for {
		if err := l.renew(ctx); err != nil {
			return sum, err
		}
		n, err := batch(ctx, l.Limits.Batch)
		sum += n
		if err != nil || n < l.Limits.Batch {
			return sum, err
		}
		if err := l.pause(ctx); err != nil {
			return sum, err
		}
	}
}

// renew extends the lease if less than half of it is left.
func (l *leaseHolder) renew(ctx context.Context) error {
	if l.until.Sub(l.Now()) > lease/2 {
		return nil
	}
	return l.acquire(ctx)
}

func (l *leaseHolder) pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(l.Limits.BatchPause):
		return nil
	}
}
