package authn

import (
	"context"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/throttle"
)

var _ account.Access = (*Service)(nil)

// EndAll ends what an account's proofs have opened: its sessions, its sign-ins that wait for a code, and its step-up
// tokens. It says how many sessions that were. Call it in the transaction that takes the proofs away.
func (s *Service) EndAll(ctx context.Context, accountID string) (sessions int, err error) {
	if err := s.Store.DeleteOf(ctx, accountID); err != nil {
		return 0, fmt.Errorf("end sign-ins: %w", err)
	}
	if err := s.StepUps.EndAll(ctx, accountID); err != nil {
		return 0, err
	}
	return s.Sessions.EndOthers(ctx, accountID, "")
}

// ForgivePasswords forgets the wrong passwords of an account, in every bucket: there is another password now.
func (s *Service) ForgivePasswords(ctx context.Context, accountID string) error {
	return s.Attempts.Revive(ctx, accountID, throttle.Password)
}
