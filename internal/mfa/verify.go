package mfa

import (
	"context"
	"fmt"

	"twofold/internal/totp"
)

// CodeMatch lists the methods that a code matches, each with the step of the code. ConsumeStep accepts one of them.
type CodeMatch []struct {
	MethodID string
	Step     totp.Step
}

// MatchCode returns the methods that a code matches, without those that are suspended. It changes nothing. An empty
// CodeMatch means a wrong code. If a code matches two steps of a key, the later one counts, so that accepting it uses up
// both.
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

// ConsumeStep accepts the code for the first method that has not used its step yet, and stores the step as used (RFC 6238,
// section 5.2). It tries every match before it returns ErrCodeUsed. Call it in the transaction that grants what the code
// is for.
func (s *Service) ConsumeStep(ctx context.Context, accountID string, match CodeMatch) error {
	for _, c := range match {
		advanced, err := s.Store.AdvanceStep(ctx, accountID, c.MethodID, c.Step, s.Now())
		if err != nil {
			return fmt.Errorf("store used step: %w", err)
		}
		if advanced {
			return nil
		}
	}
	return ErrCodeUsed
}

// key unseals the TOTP key of a method or enrollment.
func (s *Service) key(ctx context.Context, sealed []byte, owner, row string) (totp.Key, error) {
	raw, err := s.Sealer.Unseal(ctx, sealed, owner, row)
	if err != nil {
		return totp.Key{}, fmt.Errorf("unseal TOTP key: %w", err)
	}
	return totp.KeyFromBytes(raw)
}
