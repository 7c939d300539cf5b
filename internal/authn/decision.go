package authn

import (
	"context"
	"errors"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/throttle"
)

// inDecisionTx runs do in one transaction. What do answers as a verdict is recorded and committed, and only then answered. An
// error undoes everything; one that is a judgement is recorded afterwards.
func (s *Service) inDecisionTx(ctx context.Context, c attempt, do func(ctx context.Context) (verdict, err error)) error {
	var verdict error
	err := s.Store.InTx(ctx, func(ctx context.Context) (err error) {
		if verdict, err = do(ctx); err != nil || verdict == nil {
			return err
		}
		return s.record(ctx, c, verdict)
	})
	if err != nil {
		return s.recordRefusal(ctx, c, err)
	}
	return verdict
}

// recordRefusal records a judgement and answers it. An address that has no account is recorded under its digest, at the same
// cost.
func (s *Service) recordRefusal(ctx context.Context, c attempt, err error) error {
	if !isRefusal(err) {
		return err // ours, not theirs: it is logged as an error
	}
	if failure := s.Store.InTx(ctx, func(ctx context.Context) error { return s.record(ctx, c, err) }); failure != nil {
		return failure
	}
	return err
}

func (s *Service) record(ctx context.Context, c attempt, judgement error) error {
	if errors.Is(judgement, mfa.ErrCodeUsed) {
		if err := s.Audit.Record(ctx, audit.Event{Kind: audit.CodeReplayed, AccountID: c.account().ID}); err != nil {
			return err
		}
	}
	e := audit.Event{Kind: c.auditKind, AccountID: c.throttleKey, Reason: judgement.Error()}
	if e.Kind == audit.SignInFailed && errors.Is(judgement, throttle.ErrThrottled) {
		e.Kind = audit.SignInThrottled
	}
	return s.Audit.Record(ctx, e)
}

// isRefusal says whether an error is a judgement on what somebody presented.
func isRefusal(err error) bool {
	for _, judgement := range []error{
		throttle.ErrThrottled, ErrCredentialsRejected, ErrCodeRequired, ErrSignInExpired, mfa.ErrCodeRejected, mfa.ErrCodeUsed,
	} {
		if errors.Is(err, judgement) {
			return true
		}
	}
	return false
}
