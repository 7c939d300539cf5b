package authn

import (
	"context"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/decision"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// recoveryAttempt is one recovery code to check, which costs a hash, as a password does.
type recoveryAttempt struct {
	code      mfa.RecoveryCode
	attempt   throttle.Attempt
	subLimit  throttle.SubLimit  // of the pending sign-in that the code is for, if any
	alsoClear []throttle.Attempt // counted attempts that were right: cleared before the code is checked
	counts    *throttle.Counts   // of the attempt, if they have been read; nil: not yet
	grant     func(ctx context.Context, now Snapshot) error
}

// authenticateRecovery checks the recovery code that was presented with a password, which was right.
func (s *Service) authenticateRecovery(ctx context.Context, a attempt, p Credentials, success onSuccess) error {
	return s.checkRecoveryCode(ctx, a, recoveryAttempt{
		code: p.RecoveryCode, attempt: a.attemptFor(throttle.RecoveryCode), alsoClear: []throttle.Attempt{a.passwordAttempt()},
		grant: func(ctx context.Context, now Snapshot) error { return success.grant(ctx, now, session.AMRFor(true)) },
	})
}

// checkRecoveryCode counts a recovery code, in a commit of its own, and then checks it. Backoff is checked before queueing
// for a hash, and the attempt is counted only when a hash slot is free. It has recorded what it refused.
func (s *Service) checkRecoveryCode(ctx context.Context, a attempt, t recoveryAttempt) error {
	release, err := s.Attempts.Acquire(ctx, t.attempt)
	if err != nil {
		return err
	}
	defer release()
	if t.counts == nil {
		counts, err := s.Attempts.Counts(ctx, t.attempt)
		if err != nil {
			return err
		}
		t.counts = &counts
	}
	if limit := s.Attempts.Check(t.attempt, t.subLimit, *t.counts); limit != nil {
		return s.inDecisionTx(ctx, a, func(ctx context.Context) (*decision.Refusal, error) {
			return decision.Refuse(tooManyTriesAsExpired(limit)), s.clearFailures(ctx, throttle.SubLimit{}, t.alsoClear)
		})
	}
	id, budget, err := s.matchRecoveryCode(ctx, a, t)
	if err != nil {
		return s.recordRefusal(ctx, a, err)
	}
	return s.inDecisionTx(ctx, a, func(ctx context.Context) (*decision.Refusal, error) {
		if id == "" {
			wrong := audit.Event{Kind: audit.RecoveryCodesFailed, AccountID: a.account().ID}
			return decision.Refuse(&mfa.RejectedError{Budget: budget}), s.Audit.Record(ctx, wrong)
		}
		now, err := s.lockAndReload(ctx, a, t.attempt)
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

// matchRecoveryCode waits for a hash slot, counts the attempt, clears the attempts that were right, and returns the id of
// the code, or "" for a wrong one. What was right is cleared even if the code is wrong or is never checked.
func (s *Service) matchRecoveryCode(ctx context.Context, a attempt, t recoveryAttempt) (id string, budget throttle.Budget, err error) {
	release, err := s.Passwords.Acquire(ctx, a.throttleKey)
	if err != nil {
		return "", throttle.Budget{}, fmt.Errorf("queue for a recovery code hash: %w", err)
	}
	defer release()
	err = s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.Accounts.Lock(ctx, a.account().ID); err != nil {
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
	id, err = s.Methods.MatchRecoveryCode(ctx, a.account().ID, t.code)
	return id, budget, err
}
