package authn

import (
	"context"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// recoveryTry is a recovery code that is tried. To look at it costs a hash, like a password.
type recoveryTry struct {
	code    mfa.RecoveryCode
	guess   throttle.Guess
	within  throttle.Within  // what it is tried at, if that has tries of its own
	beside  []throttle.Guess // that were right and counted: forgiven before it is looked at
	counted *throttle.Counts // for the guess, where that was read; nil: not
	grant   func(ctx context.Context, now Standing) error
}

// proveRecovery judges the recovery code beside a password that was right.
func (s *Service) proveRecovery(ctx context.Context, c claim, p Proofs, r reward) error {
	return s.tryRecovery(ctx, c, recoveryTry{
		code: p.RecoveryCode, guess: c.guess(throttle.RecoveryCode), beside: []throttle.Guess{c.passwordGuess()},
		grant: func(ctx context.Context, now Standing) error { return r.grant(ctx, now, session.Proofs(true)) },
	})
}

// tryRecovery counts a recovery code, in a commit of its own, and judges it then. A running wait is looked for before the
// queue for a hash, and the guess is counted only when its turn has come. It has recorded what it refused.
func (s *Service) tryRecovery(ctx context.Context, c claim, t recoveryTry) error {
	done, err := s.Attempts.Turn(ctx, t.guess)
	if err != nil {
		return err
	}
	defer done()
	if t.counted == nil {
		counted, err := s.Attempts.Counts(ctx, t.guess)
		if err != nil {
			return err
		}
		t.counted = &counted
	}
	if err := s.Attempts.Allows(t.guess, t.within, *t.counted); err != nil {
		return s.decide(ctx, c, func(ctx context.Context) (verdict, failure error) {
			return overWithTries(err), s.forgive(ctx, throttle.Within{}, t.beside)
		})
	}
	id, budget, err := s.findRecovery(ctx, c, t)
	if err != nil {
		return s.refuse(ctx, c, err)
	}
	return s.decide(ctx, c, func(ctx context.Context) (verdict, err error) {
		if id == "" {
			wrong := audit.Event{Kind: audit.RecoveryCodesFailed, AccountID: c.account().ID}
			return &mfa.RejectedError{Budget: budget}, s.Audit.Record(ctx, wrong)
		}
		now, err := s.lock(ctx, c, t.guess)
		if err != nil {
			return nil, err
		}
		if err := s.Methods.UseRecoveryCode(ctx, now.Account.ID, id); err != nil {
			return nil, err
		}
		if err := s.Attempts.Succeeded(ctx, t.within, t.guess); err != nil {
			return nil, err
		}
		if err := t.grant(ctx, now); err != nil {
			return nil, err
		}
		return nil, s.found(ctx, now)
	})
}

// findRecovery counts the guess when its turn has come, and with it that what is beside it was right: that is known even
// if this is wrong or not looked at. Then it looks at it.
func (s *Service) findRecovery(ctx context.Context, c claim, t recoveryTry) (id string, budget throttle.Budget, err error) {
	release, err := s.Passwords.Acquire(ctx)
	if err != nil {
		return "", throttle.Budget{}, fmt.Errorf("queue for a hash: %w", err)
	}
	defer release()
	err = s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.Accounts.Lock(ctx, c.account().ID); err != nil {
			return err
		}
		if err := s.forgive(ctx, throttle.Within{}, t.beside); err != nil {
			return err
		}
		budget, err = s.reserve(ctx, t.guess, t.within)
		return err
	})
	if err != nil {
		return "", throttle.Budget{}, err
	}
	id, err = s.Methods.FindRecoveryCode(ctx, c.account().ID, t.code)
	return id, budget, err
}
