package authn

import (
	"context"
	"errors"

	"twofold/internal/mfa"
	"twofold/internal/throttle"
)

// try is a code of an authenticator app that is tried.
type try struct {
	code   string
	guess  throttle.Guess
	within throttle.Within  // what it is tried at, if that has tries of its own
	beside []throttle.Guess // that were right and counted: forgiven with it, whatever it is worth
	grant  func(ctx context.Context, now Standing) error
}

// judgeCode judges a code of a locked account, and counts it where it is wrong or used. To look at it costs nothing, so
// that judging, counting and the reward are one transaction: who learns how it ended learns it after the commit. A right
// code changes no count unless there is something to forgive, so that right codes at once are nobody's failures.
func (s *Service) judgeCode(ctx context.Context, now Standing, t try) (verdict, err error) {
	if err := s.allows(t, now); err != nil {
		return err, s.forgive(ctx, throttle.Within{}, t.beside)
	}
	match, err := s.Methods.Verify(ctx, now.Methods, t.code)
	if err != nil {
		return nil, err
	}
	if len(match) == 0 {
		return s.countWrong(ctx, t, nil)
	}
	err = s.Methods.Use(ctx, now.Account.ID, match)
	if errors.Is(err, mfa.ErrCodeUsed) {
		return s.countWrong(ctx, t, err)
	}
	if err != nil {
		return nil, err
	}
	forgiven := t.beside
	if !now.Counts.None() {
		forgiven = append(forgiven[:len(forgiven):len(forgiven)], t.guess)
	}
	if err := s.forgive(ctx, t.within, forgiven); err != nil {
		return nil, err
	}
	if err := t.grant(ctx, now); err != nil {
		return nil, err
	}
	return nil, s.found(ctx, now)
}

// countWrong counts a code that was wrong, or, with why, right once.
func (s *Service) countWrong(ctx context.Context, t try, why error) (verdict, err error) {
	if err := s.forgive(ctx, throttle.Within{}, t.beside); err != nil {
		return nil, err
	}
	budget, err := s.reserve(ctx, t.guess, t.within)
	if err != nil || why != nil {
		return why, err
	}
	return &mfa.RejectedError{Budget: budget}, nil
}

// allows says whether the code may be judged where so much is counted. With its last try a sign-in is over.
func (s *Service) allows(t try, now Standing) error {
	return overWithTries(s.Attempts.Allows(t.guess, t.within, now.Counts))
}

func (s *Service) reserve(ctx context.Context, g throttle.Guess, w throttle.Within) (throttle.Budget, error) {
	budget, err := s.Attempts.Reserve(ctx, g, w)
	return budget, overWithTries(err)
}

func overWithTries(err error) error {
	if errors.Is(err, throttle.ErrTries) {
		return ErrSignInExpired
	}
	return err
}

func (s *Service) forgive(ctx context.Context, w throttle.Within, guesses []throttle.Guess) error {
	if len(guesses) == 0 {
		return nil
	}
	return s.Attempts.Succeeded(ctx, w, guesses...)
}

// found ends a removal of MFA: what was lost is there.
func (s *Service) found(ctx context.Context, now Standing) error {
	if !now.Removal {
		return nil
	}
	return s.Removals.Found(ctx, now.Account.ID)
}

// tryCode judges a code by what was read before the account is locked: one that is wrong then is counted without another
// look. It answers what judgeCode does, and has recorded it.
func (s *Service) tryCode(ctx context.Context, c claim, t try) error {
	done, err := s.Attempts.Turn(ctx, t.guess) // so that one account's guesses wait here, and not each with a connection
	if err != nil {
		return err
	}
	defer done()
	if err := s.allows(t, c.standing); err != nil {
		return s.refuse(ctx, c, err)
	}
	match, err := s.Methods.Verify(ctx, c.standing.Methods, t.code)
	if err != nil {
		return err
	}
	return s.decide(ctx, c, func(ctx context.Context) (verdict, err error) {
		if len(match) == 0 {
			if err := s.Accounts.Lock(ctx, c.account().ID); err != nil {
				return nil, err
			}
			return s.countWrong(ctx, t, nil)
		}
		now, err := s.lock(ctx, c, t.guess)
		if err != nil {
			return nil, err
		}
		return s.judgeCode(ctx, now, t)
	})
}
