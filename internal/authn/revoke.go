package authn

import (
	"context"
	"fmt"

	"twofold/internal/throttle"
)

// RevokeAll revokes everything that the account's credentials have created: sessions, pending sign-ins, known devices and
// step-up tokens. It returns the number of sessions ended. Call it in the transaction that takes the credentials away.
func (s *Service) RevokeAll(ctx context.Context, accountID string) (sessions int, err error) {
	if err := s.RevokeTrust(ctx, accountID, ""); err != nil {
		return 0, err
	}
	if err := s.StepUps.RevokeAll(ctx, accountID); err != nil {
		return 0, err
	}
	return s.Sessions.EndOthers(ctx, accountID, "")
}

// RevokeTrust deletes what the account's old password created: pending sign-ins, and every known device but the one with
// the id keep (empty: all). Call it in the transaction that replaces the password or undoes an attacker's change.
func (s *Service) RevokeTrust(ctx context.Context, accountID, keep string) error {
	if err := s.Store.DeleteOf(ctx, accountID); err != nil {
		return fmt.Errorf("delete pending sign-ins: %w", err)
	}
	if err := s.Devices.Revoke(ctx, accountID, keep, s.Now()); err != nil {
		return fmt.Errorf("revoke devices: %w", err)
	}
	return nil
}

// ResetPasswordFailures clears the failed passwords of an account in every bucket and cancels a pending removal of MFA,
// because the password has been replaced.
func (s *Service) ResetPasswordFailures(ctx context.Context, accountID string) error {
	if err := s.Removals.CancelAfterPasswordReset(ctx, accountID); err != nil {
		return err
	}
	return s.Attempts.Unlock(ctx, accountID, throttle.Password)
}
