package mfa

import (
	"context"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// Match is a code that fits: which methods, and for each the step. Use turns one of them into an acceptance.
type Match []struct {
	MethodID string
	Step     totp.Step
}

// Verify looks which of the account's methods a code fits, and changes nothing. An empty Match is a wrong code. Where a
// code fits two steps of a key the later counts, so that accepting it uses up both.
func (s *Service) Verify(ctx context.Context, accountID, code string) (Match, error) {
	methods, err := s.Store.Methods(ctx, accountID)
	if err != nil {
		return nil, fmt.Errorf("read methods: %w", err)
	}
	var match Match
	now := s.Now()
	for _, m := range methods {
		key, err := s.key(m.SealedKey, m.AccountID, m.ID)
		if err != nil {
			return nil, err
		}
		if steps := key.Match(code, now); len(steps) > 0 {
			match = append(match, struct {
				MethodID string
				Step     totp.Step
			}{m.ID, steps[len(steps)-1]})
		}
	}
	return match, nil
}

// Use accepts the code for the first method that has not yet seen its step, and remembers the step. Every candidate is
// tried before the code is called used: ErrCodeUsed. Call it in the transaction that gives the reward.
func (s *Service) Use(ctx context.Context, accountID string, match Match) error {
	for _, c := range match {
		used, err := s.Store.UseStep(ctx, accountID, c.MethodID, c.Step, s.Now())
		if err != nil {
			return fmt.Errorf("remember code: %w", err)
		}
		if used {
			return nil
		}
	}
	return ErrCodeUsed
}

// Remove takes a method away and spends the grant with it. With the last one MFA goes off. It ends the account's other
// sessions and step-up tokens. It answers ErrNotFound and stepup.ErrRefused; neither spends anything.
func (s *Service) Remove(ctx context.Context, sess session.Session, id string, grant stepup.Grant) (Change, error) {
	var done Change
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, sess.AccountID); err != nil {
			return err
		}
		if err := s.spend(ctx, grant); err != nil {
			return err
		}
		deleted, err := s.Store.DeleteMethod(ctx, sess.AccountID, id)
		if err != nil {
			return err
		}
		if !deleted {
			return ErrNotFound
		}
		if done, err = s.proofsChanged(ctx, sess); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.MethodRemoved, AccountID: sess.AccountID, Subject: id})
	})
	if err != nil {
		return Change{}, fmt.Errorf("remove method: %w", err)
	}
	return done, nil
}

// Reset takes every method and enrollment away, ends every session, and forgives the codes that were wrong. It is what
// an operator does for somebody who has lost their phone; the reason goes into the audit.
func (s *Service) Reset(ctx context.Context, accountID, reason string) (methods, sessions int, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, accountID); err != nil {
			return err
		}
		if methods, err = s.Store.DeleteMethods(ctx, accountID); err != nil {
			return err
		}
		if err := s.Store.DeleteEnrollments(ctx, accountID); err != nil {
			return err
		}
		if err := s.Attempts.Revive(ctx, accountID, throttle.TOTP); err != nil {
			return err
		}
		if err := s.StepUps.EndAll(ctx, accountID); err != nil {
			return err
		}
		if sessions, err = s.Sessions.EndOthers(ctx, accountID, ""); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.AccountMFAReset, AccountID: accountID, Reason: reason})
	})
	if err != nil {
		return 0, 0, fmt.Errorf("reset MFA: %w", err)
	}
	return methods, sessions, nil
}

// spend uses the grant up and says so.
func (s *Service) spend(ctx context.Context, grant stepup.Grant) error {
	if err := s.StepUps.Spend(ctx, grant); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Event{
		Kind: audit.StepUpUsed, AccountID: grant.AccountID, Subject: grant.ID, Reason: string(grant.Purpose),
	})
}

// proofsChanged does what follows from any change of an account's proofs: other sessions and older step-up tokens end,
// and a session that lives in a cookie gets a new token.
func (s *Service) proofsChanged(ctx context.Context, sess session.Session) (Change, error) {
	if err := s.StepUps.EndAll(ctx, sess.AccountID); err != nil {
		return Change{}, err
	}
	ended, err := s.Sessions.EndOthers(ctx, sess.AccountID, sess.ID)
	if err != nil {
		return Change{}, err
	}
	token, err := s.Sessions.Renew(ctx, sess)
	if err != nil {
		return Change{}, err
	}
	return Change{SessionsEnded: ended, NewToken: token}, nil
}

func (s *Service) key(sealed []byte, owner, row string) (totp.Key, error) {
	raw, err := s.Sealer.Unseal(sealed, owner, row)
	if err != nil {
		return totp.Key{}, fmt.Errorf("open key: %w", err)
	}
	return totp.KeyFromBytes(raw)
}
