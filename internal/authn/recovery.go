package authn

import (
	"context"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// recoveryAttempt is a recovery code that is tried. To look at it costs a hash, like a password.
type recoveryAttempt struct {
	code      mfa.RecoveryCode
	attempt   throttle.Attempt
	subLimit  throttle.SubLimit  // what it is tried at, if that has tries of its own
	alsoClear []throttle.Attempt // that were right and counted: forgiven before it is looked at
	counts    *throttle.Counts   // for the guess, where that was read; nil: not
	grant     func(ctx context.Context, now Snapshot) error
}

// authenticateRecovery judges the recovery code beside a password that was right.
func (s *Service) authenticateRecovery(ctx context.Context, c attempt, p Credentials, r onSuccess) error {
	return s.checkRecoveryCode(ctx, c, recoveryAttempt{
		code: p.RecoveryCode, attempt: c.attemptFor(throttle.RecoveryCode), alsoClear: []throttle.Attempt{c.passwordAttempt()},
		grant: func(ctx context.Context, now Snapshot) error { return r.grant(ctx, now, session.AMRFor(true)) },
	})
}

// checkRecoveryCode counts a recovery code, in a commit of its own, and judges it then. A running wait is looked for before the
// queue for a hash, and the guess is counted only when its turn has come. It has recorded what it refused.
func (s *Service) checkRecoveryCode(ctx context.Context, c attempt, t recoveryAttempt) error {
	done, err := s.Attempts.Acquire(ctx, t.attempt)
	if err != nil {
		return err
	}
	defer done()
	if t.counts == nil {
		counted, err := s.Attempts.Counts(ctx, t.attempt)
		if err != nil {
			return err
		}
		t.counts = &counted
	}
	if err := s.Attempts.Check(t.attempt, t.subLimit, *t.counts); err != nil {
		return s.inDecisionTx(ctx, c, func(ctx context.Context) (verdict, failure error) {
			return asTooManyTries(err), s.clearFailures(ctx, throttle.SubLimit{}, t.alsoClear)
		})
	}
	id, budget, err := s.matchRecoveryCode(ctx, c, t)
	if err != nil {
		return s.recordRefusal(ctx, c, err)
	}
	return s.inDecisionTx(ctx, c, func(ctx context.Context) (verdict, err error) {
		if id == "" {
			wrong := audit.Event{Kind: audit.RecoveryCodesFailed, AccountID: c.account().ID}
			return &mfa.RejectedError{Budget: budget}, s.Audit.Record(ctx, wrong)
		}
		now, err := s.lockAndReload(ctx, c, t.attempt)
		if err != nil {
			return nil, err
		}
		if err := s.Methods.ConsumeRecoveryCode(ctx, now.Account.ID, id); err != nil {
			return nil, err
		}
		if err := s.Attempts.Clear(ctx, t.subLimit, t.attempt); err != nil {
			return nil, err
		}
		if err := t.grant(ctx, now); err != nil {
			return nil, err
		}
		return nil, s.cancelRemoval(ctx, now)
	})
}

// matchRecoveryCode counts the guess when its turn has come, and with it that what is beside it was right: that is known even
// if this is wrong or not looked at. Then it looks at it.
func (s *Service) matchRecoveryCode(ctx context.Context, c attempt, t recoveryAttempt) (id string, budget throttle.Budget, err error) {
	release, err := s.Passwords.Acquire(ctx)
	if err != nil {
		return "", throttle.Budget{}, fmt.Errorf("queue for a hash: %w", err)
	}
	defer release()
	err = s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.Accounts.Lock(ctx, c.account().ID); err != nil {
			return err
		}
		if err := s.clearFailures(ctx, throttle.SubLimit{}, t.alsoClear); err != nil {
			return err
		}
		budget, err = s.reserve(ctx, t.attempt, t.subLimit)
		return err
	})
	if err != nil {
		return "", throttle.Budget{}, err
	}
	id, err = s.Methods.MatchRecoveryCode(ctx, c.account().ID, t.code)
	return id, budget, err
}
