package authn

import (
	"context"

	"twofold/internal/account"
	"twofold/internal/throttle"
)

var _ account.Access = (*Service)(nil)

// EndAll ends what an account's proofs have opened: its sessions, its sign-ins that wait for a code, and its step-up
// tokens. It says how many sessions that were. Call it in the transaction that takes the proofs away.
func (s *Service) EndAll(ctx context.Context, accountID string) (sessions int, err error) {
	if err := s.Forget(ctx, accountID, ""); err != nil {
		return 0, err
	}
	if err := s.StepUps.EndAll(ctx, accountID); err != nil {
		return 0, err
	}
	return s.Sessions.EndOthers(ctx, accountID, "")
}

// ForgivePasswords forgets the wrong passwords of an account, in every bucket, and ends a removal of MFA: there is another
// password now.
func (s *Service) ForgivePasswords(ctx context.Context, accountID string) error {
	if err := s.Removals.PasswordReplaced(ctx, accountID); err != nil {
		return err
	}
	return s.Attempts.Revive(ctx, accountID, throttle.Password)
}

// CodesLeft is how many recovery codes the account has.
func (s *Service) CodesLeft(ctx context.Context, accountID string) (int, error) {
	stock, err := s.Methods.Stock(ctx, accountID)
	return stock.Left, err
}
