package authn

import (
	"context"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

var _ account.Access = (*Service)(nil)

// EndAll ends what an account's proofs have opened: its sessions, its sign-ins that wait for a code, and its step-up
// tokens. It says how many sessions that were. Call it in the transaction that takes the proofs away.
func (s *Service) EndAll(ctx context.Context, accountID string) (sessions int, err error) {
	if err := s.Store.DeleteOldest(ctx, accountID, 0); err != nil {
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

// CodesLeft is how many recovery codes the account has.
func (s *Service) CodesLeft(ctx context.Context, accountID string) (int, error) {
	stock, err := s.Methods.Stock(ctx, accountID)
	return stock.Left, err
}

// onThatPassword makes a reward fail where the password that was judged is no longer the account's: it was replaced
// while the proofs were looked at, and what it opens would outlive it.
func (s *Service) onThatPassword(c *claim, r reward) reward {
	grant, pending := r.grant, r.pending
	r.grant = func(ctx context.Context, amr session.AMR) error {
		if err := s.stillThatPassword(ctx, c); err != nil {
			return err
		}
		return grant(ctx, amr)
	}
	r.pending = func(ctx context.Context) error {
		if err := s.stillThatPassword(ctx, c); err != nil {
			return err
		}
		return pending(ctx)
	}
	return r
}

func (s *Service) stillThatPassword(ctx context.Context, c *claim) error {
	if err := s.Accounts.Lock(ctx, c.account.ID); err != nil {
		return err
	}
	a, err := s.Accounts.ByID(ctx, c.account.ID)
	if err != nil {
		return err
	}
	if a.PasswordHash != c.account.PasswordHash {
		return &CredentialsError{}
	}
	return nil
}
