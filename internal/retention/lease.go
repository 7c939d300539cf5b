package retention

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// name is the lease's.
	name = "retention"
	// lease is how long a process that died holds the others off. It is renewed before every second half.
	lease = 2 * time.Minute
)

// errLost means that somebody else purges by now: this process stood still for longer than its lease.
var errLost = errors.New("another process has taken over")

// leaseHolder is the time in which this process purges and no other.
type leaseHolder struct {
	*Service
	until time.Time
}

// begin answers nil where it is another process's turn.
func (s *Service) begin(ctx context.Context) (*leaseHolder, error) {
	t := &leaseHolder{Service: s}
	err := t.acquire(ctx)
	if errors.Is(err, errLost) {
		return nil, nil
	}
	return t, err
}

func (t *leaseHolder) acquire(ctx context.Context) error {
	now := t.Now()
	t.until = now.Add(lease)
	taken, err := t.Store.AcquireLease(ctx, name, t.Holder, now, t.until)
	if err != nil {
		return fmt.Errorf("take turns at purging: %w", err)
	}
	if !taken {
		return errLost
	}
	return nil
}

// end lets the next one purge, also when the context has ended.
func (t *leaseHolder) end(ctx context.Context) error {
	if err := t.Store.ReleaseLease(context.WithoutCancel(ctx), name, t.Holder); err != nil {
		return fmt.Errorf("give the turn at purging back: %w", err)
	}
	return nil
}

// batches repeats a transaction as long as there is more, with a rest in between, and answers what they sum up to.
func (t *leaseHolder) batches(ctx context.Context, batch func(ctx context.Context, limit int) (int, error)) (int, error) {
	sum := 0
	for {
		if err := t.renew(ctx); err != nil {
			return sum, err
		}
		n, err := batch(ctx, t.Limits.Batch)
		sum += n
		if err != nil || n < t.Limits.Batch {
			return sum, err
		}
		if err := t.pause(ctx); err != nil {
			return sum, err
		}
	}
}

// renew makes sure that it is this process's turn for a while yet.
func (t *leaseHolder) renew(ctx context.Context) error {
	if t.until.Sub(t.Now()) > lease/2 {
		return nil
	}
	return t.acquire(ctx)
}

func (t *leaseHolder) pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(t.Limits.BatchPause):
		return nil
	}
}
