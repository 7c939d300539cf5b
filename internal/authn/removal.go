package authn

import (
	"context"
	"errors"

	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// RequestRemoval asks for a removal of MFA, for a pending sign-in, which stays. It answers ErrSignInExpired, also where
// there is no MFA any more, so that the password alone would do, or another password, and a *removal.UnavailableError.
func (s *Service) RequestRemoval(ctx context.Context, token secret.Text, carrier session.Delivery) (mfaremoval.Status, error) {
	c, done, err := s.resume(ctx, token, carrier, secret.Text{}, throttle.RemovalCancel)
	if err != nil {
		return mfaremoval.Status{}, err
	}
	defer done()
	status, err := s.Removals.Request(ctx, c.account().ID, c.snapshot.Pending.CreatedAt)
	if errors.Is(err, mfaremoval.ErrStale) {
		return mfaremoval.Status{}, ErrSignInExpired
	}
	return status, err
}

// CancelRemoval cancels a removal of MFA with a code, for a pending sign-in, which stays: its tries are not those of this
// guess. It answers mfaremoval.ErrNotFound before anything is counted or judged, and otherwise what Complete answers.
func (s *Service) CancelRemoval(ctx context.Context, in SecondFactorRequest) error {
	c, done, err := s.resume(ctx, in.Token, in.ReceivedVia, in.Browser, throttle.RemovalCancel)
	if err != nil {
		return err
	}
	defer done()
	if _, err := s.Removals.Current(ctx, c.account().ID); err != nil {
		return err
	}
	guess := c.attemptFor(throttle.RemovalCancel)
	grant := func(ctx context.Context, now Snapshot) error { return s.Removals.CancelByCode(ctx, now.Account.ID) }
	if !in.Second.RecoveryCode.IsZero() {
		err = s.checkRecoveryCode(ctx, c, recoveryAttempt{code: in.Second.RecoveryCode, attempt: guess, counts: &c.snapshot.Counts, grant: grant})
	} else {
		err = s.checkCode(ctx, c, codeAttempt{code: in.Second.Code, attempt: guess, grant: grant})
	}
	return c.asExpired(err)
}

var _ mfaremoval.Methods = (*mfa.Service)(nil)
