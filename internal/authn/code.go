package authn

import (
	"context"
	"errors"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/throttle"
)

// counted is what surrounds the judgement of a second proof: counting the guess, committed before the proof is looked
// at, and the reward, inside the transaction that accepts it.
type counted struct {
	reserve func(ctx context.Context, g throttle.Guess) (throttle.Budget, error)
	grant   func(ctx context.Context) error
}

// second is a proof beside the password: a code of an authenticator app, or a recovery code.
type second struct {
	guess throttle.Guess
	wrong audit.Kind // what a wrong one is recorded as; empty: with the door's own entry
	// queue waits for what looking at it costs, before the guess is counted, so that nobody pays for a busy server.
	queue func(ctx context.Context, g throttle.Guess) (release func(), err error)
	// look answers how to use it up, or nil where it is wrong. It changes nothing.
	look func(ctx context.Context) (use func(ctx context.Context) error, err error)
}

// secondOf is the second proof among those presented.
func (s *Service) secondOf(c claim, p Second) second {
	if !p.RecoveryCode.IsZero() {
		return s.recoveryCode(c, p.RecoveryCode)
	}
	return s.appCode(c, p.Code)
}

func (s *Service) appCode(c claim, code string) second {
	return second{
		guess: c.guess(throttle.TOTP),
		queue: func(context.Context, throttle.Guess) (func(), error) { return func() {}, nil },
		look: func(ctx context.Context) (func(context.Context) error, error) {
			match, err := s.Methods.Verify(ctx, c.account.ID, code)
			if err != nil || len(match) == 0 {
				return nil, err
			}
			return func(ctx context.Context) error { return s.Methods.Use(ctx, c.account.ID, match) }, nil
		},
	}
}

// recoveryCode takes a hash to look at, like a password, and has a budget of its own.
func (s *Service) recoveryCode(c claim, code mfa.RecoveryCode) second {
	guess := c.guess(throttle.RecoveryCode)
	return second{
		guess: guess,
		wrong: audit.RecoveryCodesFailed,
		queue: func(ctx context.Context, g throttle.Guess) (func(), error) {
			if err := s.Attempts.Check(ctx, g); err != nil {
				return nil, err
			}
			return s.Passwords.Acquire(ctx)
		},
		look: func(ctx context.Context) (func(context.Context) error, error) {
			id, err := s.Methods.FindRecoveryCode(ctx, c.account.ID, code)
			if err != nil || id == "" {
				return nil, err
			}
			return func(ctx context.Context) error { return s.Methods.UseRecoveryCode(ctx, c.account.ID, id) }, nil
		},
	}
}

// judgeSecond counts and judges a second proof. Accepting it, forgiving the failures before it and the reward are one
// transaction, and so is the end of a removal of MFA: what was lost is there.
func (s *Service) judgeSecond(ctx context.Context, c claim, p second, around counted) error {
	done, err := s.Attempts.Turn(ctx, p.guess)
	if err != nil {
		return err
	}
	defer done()
	use, budget, err := s.lookAt(ctx, p, around)
	if err != nil {
		return err
	}
	if use == nil {
		if p.wrong != "" {
			if err := s.Audit.Record(ctx, audit.Event{Kind: p.wrong, AccountID: c.account.ID}); err != nil {
				return err
			}
		}
		return &mfa.RejectedError{Budget: budget}
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, c); err != nil {
			return err
		}
		if err := use(ctx); err != nil {
			return err
		}
		if err := s.Attempts.Succeeded(ctx, p.guess); err != nil {
			return err
		}
		if err := around.grant(ctx); err != nil {
			return err
		}
		return s.Removals.Found(ctx, c.account.ID)
	})
	if errors.Is(err, mfa.ErrCodeUsed) {
		if err := s.Audit.Record(ctx, audit.Event{Kind: audit.CodeReplayed, AccountID: c.account.ID}); err != nil {
			return err
		}
	}
	return err
}

// lookAt counts the guess when its turn has come, and looks at it.
func (s *Service) lookAt(ctx context.Context, p second, around counted) (use func(context.Context) error, budget throttle.Budget, err error) {
	release, err := p.queue(ctx, p.guess)
	if err != nil {
		return nil, throttle.Budget{}, err
	}
	defer release()
	if budget, err = around.reserve(ctx, p.guess); err != nil {
		return nil, throttle.Budget{}, err
	}
	use, err = p.look(ctx)
	return use, budget, err
}

// reserveAfterPassword counts a guess at a second proof, and commits with it that the password was right: that is known
// even if the second is wrong or not looked at.
func (s *Service) reserveAfterPassword(ctx context.Context, c claim, g throttle.Guess) (throttle.Budget, error) {
	var budget throttle.Budget
	var wait *throttle.WaitError
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Attempts.Succeeded(ctx, c.passwordGuess()); err != nil {
			return err
		}
		var err error
		budget, err = s.Attempts.Reserve(ctx, g)
		if errors.As(err, &wait) {
			return nil // the guess was refused uncounted; the password's success stands
		}
		return err
	})
	if err == nil && wait != nil {
		return throttle.Budget{}, wait
	}
	return budget, err
}

// reserveTry counts a guess at a second proof, for the account and for this pending sign-in. The account's budget comes
// first: during a wait a try costs the sign-in nothing. With its last try a sign-in is over, and waiting would not help.
func (s *Service) reserveTry(ctx context.Context, p Pending, g throttle.Guess) (throttle.Budget, error) {
	var budget throttle.Budget
	tries := 0
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if budget, err = s.Attempts.Reserve(ctx, g); err != nil {
			return err
		}
		if tries, err = s.Store.CountTry(ctx, p.ID, s.Limits.SignInTries); err != nil {
			return err
		}
		if tries == 0 {
			return ErrSignInExpired
		}
		return nil
	})
	return budget.AtMost(s.Limits.SignInTries - tries), err
}
