package authn

import (
	"context"
	"errors"

	"twofold/internal/mfa"
	"twofold/internal/removal"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// RequestRemoval asks for a removal of MFA, for a pending sign-in, which stays. It answers ErrSignInExpired, also where
// there is no MFA any more, so that the password alone would do, or another password, and a *removal.UnavailableError.
func (s *Service) RequestRemoval(ctx context.Context, token secret.Text, carrier session.Delivery) (removal.Status, error) {
	c, done, err := s.resume(ctx, token, carrier, secret.Text{}, throttle.RemovalCancel)
	if err != nil {
		return removal.Status{}, err
	}
	defer done()
	status, err := s.Removals.Request(ctx, c.account().ID, c.standing.Pending.CreatedAt)
	if errors.Is(err, removal.ErrStale) {
		return removal.Status{}, ErrSignInExpired
	}
	return status, err
}

// CancelRemoval cancels a removal of MFA with a code, for a pending sign-in, which stays: its tries are not those of this
// guess. It answers removal.ErrNone before anything is counted or judged, and otherwise what Complete answers.
func (s *Service) CancelRemoval(ctx context.Context, in Completion) error {
	c, done, err := s.resume(ctx, in.Token, in.Carrier, in.Browser, throttle.RemovalCancel)
	if err != nil {
		return err
	}
	defer done()
	if _, err := s.Removals.Current(ctx, c.account().ID); err != nil {
		return err
	}
	guess := c.guess(throttle.RemovalCancel)
	grant := func(ctx context.Context, now Standing) error { return s.Removals.CancelByCode(ctx, now.Account.ID) }
	if !in.Second.RecoveryCode.IsZero() {
		err = s.tryRecovery(ctx, c, recoveryTry{code: in.Second.RecoveryCode, guess: guess, counted: &c.standing.Counts, grant: grant})
	} else {
		err = s.tryCode(ctx, c, try{code: in.Second.Code, guess: guess, grant: grant})
	}
	return c.expired(err)
}

var _ removal.Methods = (*mfa.Service)(nil)
