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

// Request begins a removal and announces it, for a sign-in whose password was accepted at the time passwordAt. If a removal is
// already in progress, it returns that one and changes nothing. It returns ErrStale and an *UnavailableError.
func (s *Service) Request(ctx context.Context, accountID string, passwordAt time.Time) (Status, error) {
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
		if len(methods) == 0 || a.Disabled() || a.PasswordChangedAt.After(passwordAt) {
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

// active returns the account's removal in progress. If the removal is invalid, it ends it first and returns ErrNotFound.
func (s *Service) active(ctx context.Context, accountID string) (Removal, error) {
	r, err := s.open(ctx, accountID)
	if err != nil {
		return Removal{}, err
	}
	reason, err := s.invalidatedBy(ctx, r)
	if err != nil {
		return Removal{}, err
	}
	if reason == (endReason{}) {
		return r, nil
	}
	if _, err := s.end(ctx, r, reason); err != nil {
		return Removal{}, err
	}
	return Removal{}, ErrNotFound
}

// begin inserts and announces a removal, unless the account is in a cooldown.
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
	if !begun { // the account lock prevents this; a removal must not be announced twice even without it
		return s.open(ctx, a.ID)
	}
	if err := s.Attempts.Unlock(ctx, a.ID, throttle.RemovalCancel); err != nil {
		return Removal{}, err
	}
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.RemovalRequested, AccountID: a.ID, Subject: r.ID}); err != nil {
		return Removal{}, err
	}
	return r, s.announce(ctx, r, notify.RemovalRequested)
}

// announce enqueues a notice to every address of the account, each with its own link that cancels, so that one mailbox is
// enough to cancel. The link that completes the removal goes only to the address that the account had at the request.
func (s *Service) announce(ctx context.Context, r Removal, kind notify.Kind) error {
	to, err := s.Accounts.Recipient(ctx, r.AccountID)
	if err != nil {
		return err
	}
	for _, address := range to.Addresses {
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

// until returns the time that an announcement names: the earliest completion or, in the last mail, when its link expires.
func (s *Service) until(r Removal, kind notify.Kind) time.Time {
	switch {
	case kind == notify.RemovalReady:
		return r.ReadyAt.Add(s.Limits.LinkLifetime)
	case r.Ready():
		return r.ReadyAt
	}
	return s.Now().Add(r.Remaining)
}

// lifetime returns how long a link is valid. A link that cancels is valid as long as the removal can be in progress.
func (s *Service) lifetime(p maillink.Purpose) time.Duration {
	if p == maillink.CancelRemoval {
		return s.Limits.maxAge()
	}
	return s.Limits.LinkLifetime
}
