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

// tickInterval is the time between two runs of the worker.
const tickInterval = time.Minute

// Run calls RunOnce every minute until ctx is done. Several processes may run it: time that one of them has counted is not
// counted again. Errors are logged and do not stop it.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(tickInterval)
	defer ticker.Stop()
	for {
		if err := s.RunOnce(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "MFA removals failed", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// RunOnce advances the clock of every removal in progress and does what is due: reminders, the last mail, expiry. Each
// removal has a transaction of its own, so that a failure does not delay the others.
func (s *Service) RunOnce(ctx context.Context) error {
	accounts, err := s.Store.Open(ctx)
	if err != nil {
		return fmt.Errorf("list MFA removals: %w", err)
	}
	var failed []error
	for _, id := range accounts {
		if err := s.withAccountLock(ctx, id, func(ctx context.Context) error { return s.tick(ctx, id) }); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// tick advances the clock of the account's removal, in the transaction of ctx.
func (s *Service) tick(ctx context.Context, accountID string) error {
	r, err := s.active(ctx, accountID)
	if errors.Is(err, ErrNotFound) {
		return nil // it has ended in the meantime
	}
	if err != nil {
		return err
	}
	paused, err := s.clockPaused(ctx, r, r.CountedAt)
	if err != nil {
		return err
	}
	now := s.Now()
	if !paused {
		r.Remaining -= s.elapsed(r, now)
	}
	r.CountedAt = now
	if err := s.remind(ctx, &r, now, paused); err != nil {
		return err
	}
	found, err := s.Store.Update(ctx, r)
	if err == nil && !found {
		err = ErrNotFound
	}
	return err
}

// elapsed returns how much of the time since the last tick counts: at most MaxTick, so that downtime, when cancelling was
// impossible, does not count, and nothing if the server's clock was set back.
func (s *Service) elapsed(r Removal, now time.Time) time.Duration {
	return min(max(now.Sub(r.CountedAt), 0), s.Limits.MaxTick, r.Remaining)
}

// remind enqueues what is due: the last mail once the time has passed, otherwise a reminder, once the one before it was
// delivered. It sets the times of r accordingly.
func (s *Service) remind(ctx context.Context, r *Removal, now time.Time, paused bool) error {
	kind := notify.RemovalReminder
	switch {
	case r.Remaining == 0 && !r.Ready():
		kind, r.ReadyAt = notify.RemovalReady, now
	case now.Before(r.AnnouncedAt.Add(s.Limits.Remind)):
		return nil
	case paused:
		delivered, err := s.Notices.Delivered(ctx, r.topic())
		if err != nil || !delivered {
			return err
		}
	}
	r.AnnouncedAt = now
	return s.announce(ctx, *r, kind)
}

// clockPaused reports whether the clock is paused, or was at some moment after since: a notice is undelivered, or the owner's
// credentials were locked or in backoff. So an attacker who uses up the owner's attempts, of the password too, cannot keep
// the owner from cancelling while the time passes.
func (s *Service) clockPaused(ctx context.Context, r Removal, since time.Time) (bool, error) {
	delivered, err := s.Notices.Delivered(ctx, r.topic())
	if err != nil || !delivered {
		return true, err
	}
	return s.Attempts.LockedSince(ctx, r.AccountID, since, throttle.Password, throttle.TOTP, throttle.RecoveryCode, throttle.RemovalCancel)
}
