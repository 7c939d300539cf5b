package mfaremoval

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"twofold/internal/notify"
	"twofold/internal/throttle"
)

// tickInterval is the time between two looks at the clock.
const tickInterval = time.Minute

// Run looks at the clock of every removal once a minute, until the context ends. Several processes may: whoever comes
// second finds that the time was counted.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	for {
		if err := s.RunOnce(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "removals of MFA do not go on", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// RunOnce counts the time of every removal under way, and does what is due: reminders, the last mail, the end. Each is a
// transaction of its own, so that one that fails holds no other up.
func (s *Service) RunOnce(ctx context.Context) error {
	accounts, err := s.Store.Open(ctx)
	if err != nil {
		return fmt.Errorf("list removals of MFA: %w", err)
	}
	var failed []error
	for _, id := range accounts {
		if err := s.withAccountLock(ctx, id, func(ctx context.Context) error { return s.tick(ctx, id) }); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (s *Service) tick(ctx context.Context, accountID string) error {
	r, err := s.active(ctx, accountID)
	if errors.Is(err, ErrNotFound) {
		return nil // it ended meanwhile
	}
	if err != nil {
		return err
	}
	stopped, err := s.clockPaused(ctx, r, r.CountedAt)
	if err != nil {
		return err
	}
	now := s.Now()
	if !stopped {
		r.Remaining -= s.elapsed(r, now)
	}
	r.CountedAt = now
	if err := s.remind(ctx, &r, now, stopped); err != nil {
		return err
	}
	found, err := s.Store.Update(ctx, r)
	if err == nil && !found {
		err = ErrNotFound
	}
	return err
}

// elapsed is what counts of the time since the last look: no more than TickMax, so that a server that was down, where
// nobody could cancel, does not run the time off; and nothing where the server's clock went back.
func (s *Service) elapsed(r Removal, now time.Time) time.Duration {
	return min(max(now.Sub(r.CountedAt), 0), s.Limits.MaxTick, r.Remaining)
}

// remind posts what is due: the last mail when the time is over, otherwise a reminder, once the one before has arrived.
func (s *Service) remind(ctx context.Context, r *Removal, now time.Time, stopped bool) error {
	kind := notify.RemovalReminder
	switch {
	case r.Remaining == 0 && !r.Ready():
		kind, r.ReadyAt = notify.RemovalReady, now
	case now.Before(r.AnnouncedAt.Add(s.Limits.Remind)):
		return nil
	case stopped:
		delivered, err := s.Notices.Delivered(ctx, r.topic())
		if err != nil || !delivered {
			return err
		}
	}
	r.AnnouncedAt = now
	return s.notifyAndRecord(ctx, *r, kind)
}

// clockPaused says whether the time stands still, or stood still at some moment after since: a notice is not delivered, or
// the owner's proofs had to wait or are no longer accepted. Who spends the owner's tries, of the password too, cannot
// keep the owner from cancelling while the time runs.
func (s *Service) clockPaused(ctx context.Context, r Removal, since time.Time) (bool, error) {
	delivered, err := s.Notices.Delivered(ctx, r.topic())
	if err != nil || !delivered {
		return true, err
	}
	return s.Attempts.LockedSince(ctx, r.AccountID, since, throttle.Password, throttle.TOTP, throttle.RecoveryCode, throttle.RemovalCancel)
}
