package authn

import (
	"context"

	"twofold/internal/throttle"
)

// RevokeAll ends what an account's proofs have opened: its sessions, its sign-ins that wait for a code, and its step-up
// tokens. It says how many sessions that were. Call it in the transaction that takes the proofs away.
func (s *Service) RevokeAll(ctx context.Context, accountID string) (sessions int, err error) {
	if err := s.RevokeTrust(ctx, accountID, ""); err != nil {
		return 0, err
	}
	if err := s.StepUps.RevokeAll(ctx, accountID); err != nil {
		return 0, err
	}
	return s.Sessions.EndOthers(ctx, accountID, "")
}

// ResetPasswordFailures forgets the wrong passwords of an account, in every bucket, and ends a removal of MFA: there is another
// password now.
func (s *Service) ResetPasswordFailures(ctx context.Context, accountID string) error {
	if err := s.Removals.CancelAfterPasswordReset(ctx, accountID); err != nil {
		return err
	}
	return s.Attempts.Unlock(ctx, accountID, throttle.Password)
}
