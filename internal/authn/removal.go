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
	p, c, err := s.resume(ctx, token, carrier)
	if err != nil {
		return removal.Status{}, err
	}
	status, err := s.Removals.Request(ctx, c.account.ID, p.CreatedAt)
	if errors.Is(err, removal.ErrStale) {
		return removal.Status{}, ErrSignInExpired
	}
	return status, err
}

// CancelRemoval cancels a removal of MFA with a code, for a pending sign-in, which stays: its tries are not those of this
// guess. It answers removal.ErrNone before anything is counted or judged, and otherwise what Complete answers.
func (s *Service) CancelRemoval(ctx context.Context, in Completion) error {
	_, c, err := s.resume(ctx, in.Token, in.Carrier)
	if err != nil {
		return err
	}
	if c.device, err = s.recognize(ctx, c.account.ID, in.Browser); err != nil {
		return err
	}
	if _, err := s.Removals.Current(ctx, c.account.ID); err != nil {
		return err
	}
	p := s.secondOf(c, in.Second)
	p.guess = c.guess(throttle.RemovalCancel)
	err = s.judgeSecond(ctx, c, p, counted{
		reserve: s.Attempts.Reserve,
		grant:   func(ctx context.Context) error { return s.Removals.CancelByCode(ctx, c.account.ID) },
	})
	if errors.Is(err, ErrCredentialsRejected) { // the password that began the sign-in is another by now
		err = ErrSignInExpired
	}
	if err != nil {
		return s.failedSignIn(ctx, c, err)
	}
	return nil
}

var _ removal.Methods = (*mfa.Service)(nil)
