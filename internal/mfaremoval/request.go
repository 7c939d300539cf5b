package mfaremoval

import (
	"context"
	"errors"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/throttle"
)

// Request announces a removal for somebody who proved the account's password at a time. Where one is under way it answers
// that, and changes and announces nothing. It answers ErrStale and an *UnavailableError.
func (s *Service) Request(ctx context.Context, accountID string, proven time.Time) (Status, error) {
	var status Status
	err := s.withAccountLock(ctx, accountID, func(ctx context.Context) error {
		a, err := s.Accounts.ByID(ctx, accountID)
		if err != nil {
			return err
		}
		methods, err := s.Methods.Methods(ctx, accountID)
		if err != nil {
			return err
		}
		if len(methods) == 0 || a.Disabled() || a.PasswordChangedAt.After(proven) {
			return ErrStale
		}
		if !s.Enabled() {
			return &UnavailableError{Off}
		}
		r, err := s.active(ctx, accountID)
		if errors.Is(err, ErrNotFound) {
			r, err = s.begin(ctx, a)
		}
		if err != nil {
			return err
		}
		status, err = s.status(ctx, r)
		return err
	})
	if err != nil {
		return Status{}, err
	}
	return status, nil
}

// active answers the removal under way, and ends it first where something has overtaken it.
func (s *Service) active(ctx context.Context, accountID string) (Removal, error) {
	r, err := s.open(ctx, accountID)
	if err != nil {
		return Removal{}, err
	}
	over, err := s.invalidatedBy(ctx, r)
	if err != nil {
		return Removal{}, err
	}
	if over == (endReason{}) {
		return r, nil
	}
	if _, err := s.end(ctx, r, over); err != nil {
		return Removal{}, err
	}
	return Removal{}, ErrNotFound
}

func (s *Service) begin(ctx context.Context, a account.Account) (Removal, error) {
	now := s.Now()
	if !a.PasswordResetAt.IsZero() && now.Before(a.PasswordResetAt.Add(s.Limits.Cooldown)) {
		return Removal{}, &UnavailableError{PasswordReset}
	}
	last, err := s.Store.Last(ctx, a.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Removal{}, err
	}
	if err == nil && now.Before(last.CancelledAt.Add(s.Limits.Cooldown)) {
		return Removal{}, &UnavailableError{Cooldown}
	}
	r := Removal{
		ID: s.NewID(), AccountID: a.ID, Email: a.Email, RequestedAt: now, Remaining: s.Limits.Delay, CountedAt: now, AnnouncedAt: now,
	}
	begun, err := s.Store.Begin(ctx, r)
	if err != nil {
		return Removal{}, err
	}
	if !begun { // the lock holds others off; a store without one must not announce twice
		return s.open(ctx, a.ID)
	}
	if err := s.Attempts.Unlock(ctx, a.ID, throttle.RemovalCancel); err != nil {
		return Removal{}, err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.RemovalRequested, AccountID: a.ID, Subject: r.ID}); err != nil {
		return Removal{}, err
	}
	return r, s.notifyAndRecord(ctx, r, notify.RemovalRequested)
}

// notifyAndRecord tells every address, each with a link of its own that cancels: who reads one mailbox only can still do that.
// The link that completes goes to the account's own address alone.
func (s *Service) notifyAndRecord(ctx context.Context, r Removal, kind notify.Kind) error {
	who, err := s.Accounts.Recipient(ctx, r.AccountID)
	if err != nil {
		return err
	}
	for _, address := range who.Addresses {
		purposes := []maillink.Purpose{maillink.CancelRemoval}
		if kind == notify.RemovalReady && address == r.Email {
			purposes = append(purposes, maillink.CompleteRemoval)
		}
		n := notify.Notice{Kind: kind, AccountID: r.AccountID, Topic: r.topic(), To: []string{address}, Until: s.until(r, kind)}
		for _, p := range purposes {
			token, err := s.Links.Issue(ctx, r.AccountID, p, r.ID, s.lifetime(p))
			if err != nil {
				return err
			}
			n.Links = append(n.Links, notify.Action{Purpose: p, Token: token})
		}
		if _, err := s.Notices.Enqueue(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// until is the moment that an announcement names: from when the removal can be completed at the earliest, or until when.
func (s *Service) until(r Removal, kind notify.Kind) time.Time {
	switch {
	case kind == notify.RemovalReady:
		return r.ReadyAt.Add(s.Limits.LinkLifetime)
	case r.Ready():
		return r.ReadyAt
	}
	return s.Now().Add(r.Remaining)
}

// lifetime is how long a link works. One that cancels works as long as there can be something to cancel.
func (s *Service) lifetime(p maillink.Purpose) time.Duration {
	if p == maillink.CancelRemoval {
		return s.Limits.life()
	}
	return s.Limits.LinkLifetime
}
