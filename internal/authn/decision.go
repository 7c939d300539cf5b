package authn

import (
	"context"
	"errors"

	"twofold/internal/audit"
	"twofold/internal/decision"
	"twofold/internal/mfa"
	"twofold/internal/throttle"
)

// inDecisionTx runs decide in one transaction. If decide returns a Refusal, it is recorded, the transaction commits, and
// the refusal's error is returned. If decide returns an error, the transaction rolls back; an error that is itself a
// refusal is then recorded in a second transaction.
func (s *Service) inDecisionTx(ctx context.Context, a attempt, decide decision.Func) error {
	refusal, err := decision.InTx(ctx, s.Store, func(ctx context.Context) (*decision.Refusal, error) {
		s.Audit.UseKnownHead(ctx, a.snapshot.Head)
		refusal, err := decide(ctx)
		if err != nil || refusal == nil {
			return nil, err
		}
		return refusal, s.record(ctx, a, refusal.Err)
	})
	if err != nil {
		return s.recordRefusal(ctx, a, err)
	}
	return refusal.Reason()
}

// recordRefusal records err if it is a refusal, and returns it. A failure of the service is returned unrecorded, so that it
// is logged as an error. A refusal at an unknown address is recorded under the digest of the address, at the same cost.
func (s *Service) recordRefusal(ctx context.Context, a attempt, err error) error {
	if !isRefusal(err) {
		return err
	}
	if failure := s.recordInTx(ctx, a, err); failure != nil {
		return failure
	}
	return err
}

// recordInTx records a refusal in a transaction of its own.
func (s *Service) recordInTx(ctx context.Context, a attempt, refusal error) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		s.Audit.UseKnownHead(ctx, a.snapshot.Head)
		return s.record(ctx, a, refusal)
	})
}

// record adds a refusal to the activity of the account, or of the unknown address.
func (s *Service) record(ctx context.Context, a attempt, refusal error) error {
	if errors.Is(refusal, mfa.ErrCodeUsed) {
		if err := s.Audit.Record(ctx, audit.Event{Kind: audit.CodeReplayed, AccountID: a.account().ID}); err != nil {
			return err
		}
	}
	e := audit.Event{Kind: a.auditKind, AccountID: a.throttleKey, Reason: refusal.Error()}
	if e.Kind == audit.SignInFailed && errors.Is(refusal, throttle.ErrThrottled) {
		e.Kind = audit.SignInThrottled
	}
	return s.Audit.Record(ctx, e)
}

// isRefusal reports whether err refuses what the user presented, as opposed to a failure of the service.
func isRefusal(err error) bool {
	for _, refusal := range []error{
		throttle.ErrThrottled, ErrCredentialsRejected, ErrCodeRequired, ErrSignInExpired, mfa.ErrCodeRejected, mfa.ErrCodeUsed,
	} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}
