package authn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// claim is who somebody says they are: an account, or an address that has none, and the session they say it in.
type claim struct {
	account account.Account
	known   bool
	subject string          // whose attempts are counted
	session session.Session // zero at sign-in
}

// claimOf finds the account of an address. An unknown address is counted under its digest, with the same work.
func (s *Service) claimOf(ctx context.Context, email string) (claim, error) {
	email = account.CanonicalEmail(email)
	a, err := s.Accounts.ByEmail(ctx, email)
	if errors.Is(err, account.ErrNotFound) {
		sum := sha256.Sum256([]byte(email))
		return claim{subject: "unknown:" + hex.EncodeToString(sum[:])}, nil
	}
	if err != nil {
		return claim{}, fmt.Errorf("find account: %w", err)
	}
	return claim{account: a, known: true, subject: a.ID}, nil
}

func (c claim) passwordGuess() throttle.Guess {
	g := mfa.Guess(c.subject, c.session)
	g.Kind = throttle.Password
	return g
}

// reward is what right proofs earn. Both run inside the transaction that accepts the proofs.
type reward struct {
	grant   func(ctx context.Context, amr session.AMR) error
	pending func(ctx context.Context) error // the password was right and a second proof is missing
}

// prove is the engine: it judges the password, then, on an account with MFA, the second proof. Every guess is counted and
// committed before it is judged. It answers a *CredentialsError, a *mfa.RejectedError, mfa.ErrCodeUsed,
// a *throttle.WaitError or password.ErrBusy.
func (s *Service) prove(ctx context.Context, c claim, p Proofs, r reward) error {
	done, err := s.Attempts.Turn(ctx, c.passwordGuess())
	if err != nil {
		return err
	}
	defer done()
	if err := s.judgePassword(ctx, &c, p); err != nil {
		return err
	}
	r = s.onThatPassword(&c, r)
	enabled, err := s.Methods.Enabled(ctx, c.account.ID)
	if err != nil {
		return fmt.Errorf("read methods: %w", err)
	}
	switch {
	case !enabled:
		return s.acceptPassword(ctx, c, func(ctx context.Context) error { return r.grant(ctx, session.Proofs(false)) })
	case p.Second.IsZero():
		return s.Store.InTx(ctx, func(ctx context.Context) error {
			if err := s.Attempts.Succeeded(ctx, c.passwordGuess()); err != nil {
				return err
			}
			return r.pending(ctx)
		})
	}
	return s.judgeSecond(ctx, c, s.secondOf(c, p.Second), counted{
		reserve: func(ctx context.Context, g throttle.Guess) (throttle.Budget, error) {
			return s.reserveAfterPassword(ctx, c, g)
		},
		grant: func(ctx context.Context) error { return r.grant(ctx, session.Proofs(true)) },
	})
}

// judgePassword costs the same for an unknown address, and for an account whose password was taken away: a hash against
// the stand-in. A running wait is looked for before
// the queue for a hash, and the guess is counted only when its turn has come, so that nobody pays for a busy server.
func (s *Service) judgePassword(ctx context.Context, c *claim, p Proofs) error {
	guess := c.passwordGuess()
	if err := s.Attempts.Check(ctx, guess); err != nil {
		return err
	}
	release, err := s.Passwords.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("queue for a hash: %w", err)
	}
	defer release()
	budget, err := s.Attempts.Reserve(ctx, guess)
	if err != nil {
		return err
	}
	hash, has := s.Passwords.StandIn(), c.known && c.account.PasswordHash != ""
	if has {
		hash = c.account.PasswordHash
	}
	ok, stale, err := s.Passwords.Verify(hash, p.Password)
	if err != nil {
		return fmt.Errorf("verify password: %w", err)
	}
	if !ok || !has {
		return &CredentialsError{Budget: budget}
	}
	if stale {
		return s.rehash(ctx, c, p)
	}
	return nil
}

// rehash brings the stored hash up to today's cost while the password is at hand.
func (s *Service) rehash(ctx context.Context, c *claim, p Proofs) error {
	hash, err := s.Passwords.Hash(p.Password)
	if err != nil {
		return fmt.Errorf("rehash password: %w", err)
	}
	old := c.account.PasswordHash
	c.account.PasswordHash = hash
	return s.Accounts.Rehash(ctx, c.account.ID, old, hash)
}

// acceptPassword rewards a password alone, unless the account got a second factor while it was judged.
func (s *Service) acceptPassword(ctx context.Context, c claim, grant func(context.Context) error) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, c.account.ID); err != nil {
			return err
		}
		enabled, err := s.Methods.Enabled(ctx, c.account.ID)
		if err != nil {
			return err
		}
		if enabled {
			return ErrCodeRequired
		}
		if err := s.Attempts.Succeeded(ctx, c.passwordGuess()); err != nil {
			return err
		}
		return grant(ctx)
	})
}
