package authn

import (
	"context"
	"errors"

	"twofold/internal/mfa"
	"twofold/internal/throttle"
)

// codeAttempt is a code of an authenticator app that is tried.
type codeAttempt struct {
	code      string
	attempt   throttle.Attempt
	subLimit  throttle.SubLimit  // what it is tried at, if that has tries of its own
	alsoClear []throttle.Attempt // that were right and counted: forgiven with it, whatever it is worth
	grant     func(ctx context.Context, now Snapshot) error
}

// checkCodeLocked judges a code of a locked account, and counts it where it is wrong or used. To look at it costs nothing, so
// that judging, counting and the reward are one transaction: who learns how it ended learns it after the commit. A right
// code changes no count unless there is something to forgive, so that right codes at once are nobody's failures.
func (s *Service) checkCodeLocked(ctx context.Context, now Snapshot, t codeAttempt) (verdict, err error) {
	if err := s.checkLimits(t, now); err != nil {
		return err, s.clearFailures(ctx, throttle.SubLimit{}, t.alsoClear)
	}
	match, err := s.Methods.MatchCode(ctx, now.Methods, t.code)
	if err != nil {
		return nil, err
	}
	if len(match) == 0 {
		return s.countWrong(ctx, t, nil)
	}
	err = s.Methods.ConsumeStep(ctx, now.Account.ID, match)
	if errors.Is(err, mfa.ErrCodeUsed) {
		return s.countWrong(ctx, t, err)
	}
	if err != nil {
		return nil, err
	}
	forgiven := t.alsoClear
	if !now.Counts.IsZero() {
		forgiven = append(forgiven[:len(forgiven):len(forgiven)], t.attempt)
	}
	if err := s.clearFailures(ctx, t.subLimit, forgiven); err != nil {
		return nil, err
	}
	if err := t.grant(ctx, now); err != nil {
		return nil, err
	}
	return nil, s.cancelRemoval(ctx, now)
}

// countWrong counts a code that was wrong, or, with why, right once.
func (s *Service) countWrong(ctx context.Context, t codeAttempt, why error) (verdict, err error) {
	if err := s.clearFailures(ctx, throttle.SubLimit{}, t.alsoClear); err != nil {
		return nil, err
	}
	budget, err := s.reserve(ctx, t.attempt, t.subLimit)
	if err != nil || why != nil {
		return why, err
	}
	return &mfa.RejectedError{Budget: budget}, nil
}

// checkLimits says whether the code may be judged where so much is counted. With its last try a sign-in is over.
func (s *Service) checkLimits(t codeAttempt, now Snapshot) error {
	return asTooManyTries(s.Attempts.Check(t.attempt, t.subLimit, now.Counts))
}

func (s *Service) reserve(ctx context.Context, g throttle.Attempt, w throttle.SubLimit) (throttle.Budget, error) {
	budget, err := s.Attempts.Reserve(ctx, g, w)
	return budget, asTooManyTries(err)
}

func asTooManyTries(err error) error {
	if errors.Is(err, throttle.ErrTooManyTries) {
		return ErrSignInExpired
	}
	return err
}

func (s *Service) clearFailures(ctx context.Context, w throttle.SubLimit, guesses []throttle.Attempt) error {
	if len(guesses) == 0 {
		return nil
	}
	return s.Attempts.Clear(ctx, w, guesses...)
}

// cancelRemoval ends a removal of MFA: what was lost is there.
func (s *Service) cancelRemoval(ctx context.Context, now Snapshot) error {
	if !now.Removal {
		return nil
	}
	return s.Removals.CancelBecauseFactorUsed(ctx, now.Account.ID)
}

// checkCode judges a code by what was read before the account is locked: one that is wrong then is counted without another
// look. It answers what judgeCode does, and has recorded it.
func (s *Service) checkCode(ctx context.Context, c attempt, t codeAttempt) error {
	done, err := s.Attempts.Acquire(ctx, t.attempt) // so that one account's guesses wait here, and not each with a connection
	if err != nil {
		return err
	}
	defer done()
	if err := s.checkLimits(t, c.snapshot); err != nil {
		return s.recordRefusal(ctx, c, err)
	}
	match, err := s.Methods.MatchCode(ctx, c.snapshot.Methods, t.code)
	if err != nil {
		return err
	}
	return s.inDecisionTx(ctx, c, func(ctx context.Context) (verdict, err error) {
		if len(match) == 0 {
			if err := s.Accounts.Lock(ctx, c.account().ID); err != nil {
				return nil, err
			}
			return s.countWrong(ctx, t, nil)
		}
		now, err := s.lockAndReload(ctx, c, t.attempt)
		if err != nil {
			return nil, err
		}
		return s.checkCodeLocked(ctx, now, t)
	})
}
