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

var _ mfaremoval.Methods = (*mfa.Service)(nil)

// RequestRemoval requests a removal of MFA with a pending sign-in, which stays valid. It returns ErrSignInExpired, also if
// the account has no MFA any more, so that the password alone would sign it in, if its password has been replaced, or if the
// pending sign-in has been revoked in the meantime; and a *mfaremoval.UnavailableError.
func (s *Service) RequestRemoval(ctx context.Context, token secret.Text, via session.Delivery) (mfaremoval.Status, error) {
	a, release, err := s.resume(ctx, token, via, secret.Text{}, throttle.RemovalCancel)
	if err != nil {
		return mfaremoval.Status{}, err
	}
	defer release()
	var status mfaremoval.Status
	err = s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		now, err := s.lockAndReload(ctx, a, a.attemptFor(throttle.RemovalCancel))
		if err != nil {
			return err
		}
		if now.Pending.ID == "" {
			return ErrSignInExpired
		}
		status, err = s.Removals.Request(ctx, now.Account.ID, now.Pending.CreatedAt)
		return err
	})
	if errors.Is(err, mfaremoval.ErrStale) || errors.Is(err, ErrCredentialsRejected) {
		return mfaremoval.Status{}, ErrSignInExpired
	}
	if err != nil {
		return mfaremoval.Status{}, err
	}
	return status, nil
}

// CancelRemoval cancels a removal of MFA with a code and a pending sign-in, which stays valid and loses no try. It returns
// mfaremoval.ErrNotFound before anything is counted or checked, and otherwise the errors of Complete.
func (s *Service) CancelRemoval(ctx context.Context, req SecondFactorRequest) error {
	a, release, err := s.resume(ctx, req.Token, req.ReceivedVia, req.Browser, throttle.RemovalCancel)
	if err != nil {
		return err
	}
	defer release()
	if _, err := s.Removals.Current(ctx, a.account().ID); err != nil {
		return err
	}
	counted := a.attemptFor(throttle.RemovalCancel)
	grant := func(ctx context.Context, now Snapshot) error {
		if now.Pending.ID == "" { // revoked since the first snapshot
			return ErrSignInExpired
		}
		return s.Removals.CancelByCode(ctx, now.Account.ID)
	}
	if !req.Second.RecoveryCode.IsZero() {
		err = s.checkRecoveryCode(ctx, a, recoveryAttempt{code: req.Second.RecoveryCode, attempt: counted, counts: &a.snapshot.Counts, grant: grant})
	} else {
		err = s.checkCode(ctx, a, codeAttempt{code: req.Second.Code, attempt: counted, grant: grant})
	}
	return rejectedAsExpired(err)
}
