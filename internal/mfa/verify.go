package mfa

import (
	"context"
	"fmt"

	"twofold/internal/totp"
)

// CodeMatch is a code that fits: which methods, and for each the step. Use turns one of them into an acceptance.
type CodeMatch []struct {
	MethodID string
	Step     totp.Step
}

// MatchCode looks which of the methods that are not suspended a code fits, and changes nothing. An empty Match is a wrong
// code. Where a code fits two steps of a key the later counts, so that accepting it uses up both.
func (s *Service) MatchCode(ctx context.Context, methods []Method, code string) (CodeMatch, error) {
	var match CodeMatch
	now := s.Now()
	for _, m := range methods {
		if m.Suspended() {
			continue
		}
		key, err := s.key(ctx, m.SealedKey, m.AccountID, m.ID)
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

// ConsumeStep accepts the code for the first method that has not yet seen its step, and remembers the step. Every candidate is
// tried before the code is called used: ErrCodeUsed. Call it in the transaction that gives the reward.
func (s *Service) ConsumeStep(ctx context.Context, accountID string, match CodeMatch) error {
	for _, c := range match {
		used, err := s.Store.AdvanceStep(ctx, accountID, c.MethodID, c.Step, s.Now())
		if err != nil {
			return fmt.Errorf("remember code: %w", err)
		}
		if used {
			return nil
		}
	}
	return ErrCodeUsed
}

func (s *Service) key(ctx context.Context, sealed []byte, owner, row string) (totp.Key, error) {
	raw, err := s.Sealer.Unseal(ctx, sealed, owner, row)
	if err != nil {
		return totp.Key{}, fmt.Errorf("open key: %w", err)
	}
	return totp.KeyFromBytes(raw)
}
