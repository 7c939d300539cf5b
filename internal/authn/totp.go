package authn

import (
	"context"
	"errors"

	"twofold/internal/decision"
	"twofold/internal/mfa"
	"twofold/internal/throttle"
)

// codeAttempt is one TOTP code to check.
type codeAttempt struct {
	code      string
	attempt   throttle.Attempt
	subLimit  throttle.SubLimit  // of the pending sign-in that the code is for, if any
	alsoClear []throttle.Attempt // counted attempts that were right: cleared even if the code is wrong
	grant     func(ctx context.Context, now Snapshot) error
}

// checkCode first checks the code against the unlocked snapshot. A code that is wrong there is counted without reading
// again. Otherwise it locks the account, reloads the snapshot and calls checkCodeLocked. It returns the same errors, already
// recorded.
func (s *Service) checkCode(ctx context.Context, a attempt, t codeAttempt) error {
	// One account's attempts queue here, so that each of them does not hold a connection while it waits for the lock.
	release, err := s.Attempts.Acquire(ctx, t.attempt)
	if err != nil {
		return err
	}
	defer release()
	if err := s.checkLimits(t, a.snapshot); err != nil {
		return s.recordRefusal(ctx, a, err)
	}
	match, err := s.Methods.MatchCode(ctx, a.snapshot.Methods, t.code)
	if err != nil {
		return err
	}
	return s.inDecisionTx(ctx, a, func(ctx context.Context) (*decision.Refusal, error) {
		if len(match) == 0 {
			if err := s.Accounts.Lock(ctx, a.account().ID); err != nil {
				return nil, err
			}
			return s.rejectCode(ctx, t)
		}
		now, err := s.lockAndReload(ctx, a, t.attempt)
		if err != nil {
			return nil, err
		}
		return s.checkCodeLocked(ctx, now, t)
	})
}

// checkCodeLocked checks a TOTP code while the account is locked. It counts a wrong code as a failure and rejects a used
// one (RFC 6238, section 5.2). A right one clears the counters, if any are set, and calls t.grant. All of it is
// one transaction, so the caller learns the result only after the commit.
func (s *Service) checkCodeLocked(ctx context.Context, now Snapshot, t codeAttempt) (*decision.Refusal, error) {
	if limit := s.checkLimits(t, now); limit != nil {
		return decision.Refuse(limit), s.clearFailures(ctx, throttle.SubLimit{}, t.alsoClear)
	}
	match, err := s.Methods.MatchCode(ctx, now.Methods, t.code)
	if err != nil {
		return nil, err
	}
	if len(match) == 0 {
		return s.rejectCode(ctx, t)
	}
	err = s.Methods.ConsumeStep(ctx, now.Account.ID, match)
	if errors.Is(err, mfa.ErrCodeUsed) {
		if _, err := s.countFailure(ctx, t); err != nil {
			return nil, err
		}
		return decision.Refuse(err), nil
	}
	if err != nil {
		return nil, err
	}
	toClear := t.alsoClear
	if !now.Counts.IsZero() {
		toClear = append(toClear[:len(toClear):len(toClear)], t.attempt)
	}
	if err := s.clearFailures(ctx, t.subLimit, toClear); err != nil {
		return nil, err
	}
	if err := t.grant(ctx, now); err != nil {
		return nil, err
	}
	return nil, s.cancelRemoval(ctx, now)
}

// rejectCode counts a wrong code and refuses it with what is left to try.
func (s *Service) rejectCode(ctx context.Context, t codeAttempt) (*decision.Refusal, error) {
	budget, err := s.countFailure(ctx, t)
	if err != nil {
		return nil, err
	}
	return decision.Refuse(&mfa.RejectedError{Budget: budget}), nil
}

// countFailure counts a code that was wrong or used.
func (s *Service) countFailure(ctx context.Context, t codeAttempt) (throttle.Budget, error) {
	if err := s.clearFailures(ctx, throttle.SubLimit{}, t.alsoClear); err != nil {
		return throttle.Budget{}, err
	}
	return s.reserve(ctx, t.attempt, t.subLimit)
}

// checkLimits reports whether the code may be checked, given the counters in now. It returns a *throttle.ThrottledError, or
// ErrSignInExpired if the pending sign-in has no tries left.
func (s *Service) checkLimits(t codeAttempt, now Snapshot) error {
	return tooManyTriesAsExpired(s.Attempts.Check(t.attempt, t.subLimit, now.Counts))
}

func (s *Service) reserve(ctx context.Context, counted throttle.Attempt, limit throttle.SubLimit) (throttle.Budget, error) {
	budget, err := s.Attempts.Reserve(ctx, counted, limit)
	return budget, tooManyTriesAsExpired(err)
}

// tooManyTriesAsExpired maps throttle.ErrTooManyTries to ErrSignInExpired: a pending sign-in expires with its last try.
func tooManyTriesAsExpired(err error) error {
	if errors.Is(err, throttle.ErrTooManyTries) {
		return ErrSignInExpired
	}
	return err
}

func (s *Service) clearFailures(ctx context.Context, limit throttle.SubLimit, counted []throttle.Attempt) error {
	if len(counted) == 0 {
		return nil
	}
	return s.Attempts.Clear(ctx, limit, counted...)
}

// cancelRemoval cancels a pending removal of MFA, if there is one, because the factor is not lost.
func (s *Service) cancelRemoval(ctx context.Context, now Snapshot) error {
	if !now.Removal {
		return nil
	}
	return s.Removals.CancelBecauseFactorUsed(ctx, now.Account.ID)
}
