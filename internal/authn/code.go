package authn

import (
	"context"
	"errors"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/throttle"
)

// counted is what surrounds the judgement of a code: counting the guess, committed before the code is looked at, and
// the reward, inside the transaction that accepts it.
type counted struct {
	guess   throttle.Guess
	reserve func(ctx context.Context) (throttle.Budget, error)
	grant   func(ctx context.Context) error
}

// judgeCode counts and judges a code. Accepting it, forgiving the failures before it and the reward are one
// transaction, and so is the end of a removal of MFA: what was lost is there.
func (s *Service) judgeCode(ctx context.Context, c claim, code string, around counted) error {
	done, err := s.Attempts.Turn(ctx, around.guess)
	if err != nil {
		return err
	}
	defer done()
	budget, err := around.reserve(ctx)
	if err != nil {
		return err
	}
	match, err := s.Methods.Verify(ctx, c.account.ID, code)
	if err != nil {
		return err
	}
	if len(match) == 0 {
		return &mfa.RejectedError{Budget: budget}
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, c.account.ID); err != nil {
			return err
		}
		if err := s.Methods.Use(ctx, c.account.ID, match); err != nil {
			return err
		}
		if err := s.Attempts.Succeeded(ctx, around.guess); err != nil {
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

// reserveAfterPassword counts a guess at a code, and commits with it that the password was right: that is known even if
// the code is wrong or not looked at.
func (s *Service) reserveAfterPassword(ctx context.Context, c claim) (throttle.Budget, error) {
	var budget throttle.Budget
	var wait *throttle.WaitError
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Attempts.Succeeded(ctx, c.passwordGuess()); err != nil {
			return err
		}
		var err error
		budget, err = s.Attempts.Reserve(ctx, c.codeGuess())
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

// reserveTry counts a guess at a code, for the account and for this pending sign-in. The account's budget comes first:
// during a wait a try costs the sign-in nothing. With its last try a sign-in is over, and waiting would not help.
func (s *Service) reserveTry(ctx context.Context, c claim, p Pending) (throttle.Budget, error) {
	var budget throttle.Budget
	tries := 0
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		var err error
		if budget, err = s.Attempts.Reserve(ctx, c.codeGuess()); err != nil {
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
