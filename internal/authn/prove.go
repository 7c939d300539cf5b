package authn

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// claim is who somebody says they are: an account, or an address that has none, and the session they say it in.
type claim struct {
	seek     Seek
	standing Standing   // when it was looked at
	door     audit.Kind // what is recorded when it is refused
	subject  string     // whose attempts are counted
	session  session.Session
	// rehashed says that the hash was brought up to today's cost, here or by who signs in beside this.
	rehashed bool
	device   Device // the browser, where the account knows it
}

func (c claim) account() account.Account { return c.standing.Account }

// look reads who it is.
func (s *Service) look(ctx context.Context, door audit.Kind, sess session.Session, q Seek) (claim, error) {
	q.At, q.Script = s.Now(), scriptDigest(audit.ClientOf(ctx))
	q.Bucket = sessionBucket(sess)
	st, err := s.Store.Look(ctx, q)
	if err != nil {
		return claim{}, fmt.Errorf("look who it is: %w", err)
	}
	audit.Follow(ctx, st.Head)
	c := claim{seek: q, standing: st, door: door, session: sess, subject: cmp.Or(st.Account.ID, q.Subject)}
	if s.Now().Before(st.Browser.ExpiresAt) {
		c.device = st.Browser
	}
	return c, nil
}

// lookUp finds the account of an address. An unknown address is counted under its digest, with the same work.
func (s *Service) lookUp(ctx context.Context, q Seek) (claim, error) {
	q.Email, q.Kind = account.CanonicalEmail(q.Email), throttle.Password
	sum := sha256.Sum256([]byte(q.Email))
	q.Subject = "unknown:" + hex.EncodeToString(sum[:])
	c, err := s.look(ctx, audit.SignInFailed, session.Session{}, q)
	c.seek.Email, c.seek.AccountID = "", c.account().ID
	return c, err
}

// lock makes changes of the account's proofs wait, and reads its standing anew, with what is counted for a guess. It
// answers ErrCredentialsRejected where its password was replaced, or the account disabled, since it was judged.
func (s *Service) lock(ctx context.Context, c claim, g throttle.Guess) (Standing, error) {
	q := c.seek
	q.Kind, q.Bucket = g.Kind, g.Bucket
	now, err := s.Store.Lock(ctx, q)
	if err != nil {
		return Standing{}, fmt.Errorf("lock account: %w", err)
	}
	audit.Follow(ctx, now.Head)
	before, after := c.account(), now.Account
	if !after.PasswordChangedAt.Equal(before.PasswordChangedAt) || (after.PasswordHash != before.PasswordHash && !c.rehashed) {
		return Standing{}, ErrCredentialsRejected
	}
	if after.Disabled() { // since it was judged
		return Standing{}, ErrCredentialsRejected
	}
	return now, nil
}

func sessionBucket(sess session.Session) throttle.Bucket {
	if b := mfa.Guess("", sess).Bucket; b != throttle.Anyone {
		return b
	}
	return ""
}

// guess is a try at a proof of this claim.
func (c claim) guess(kind throttle.Kind) throttle.Guess {
	g := mfa.Guess(c.subject, c.session)
	g.Kind = kind
	return c.on(g)
}

func (c claim) passwordGuess() throttle.Guess { return c.guess(throttle.Password) }

// reward is what right proofs earn. Both run inside the transaction that accepts the proofs.
type reward struct {
	grant func(ctx context.Context, now Standing, amr session.AMR) error
	// pending is for a password that was right and a second proof that is missing. What it answers as verdict is refused.
	pending func(ctx context.Context, now Standing) (verdict, err error)
}

// prove is the engine: it judges the password, then, on an account with MFA, the second proof. A guess that costs a hash
// is counted and committed before it is judged; a code is judged and counted in one transaction, and nobody learns how
// before that has committed. It answers a *CredentialsError, a *mfa.RejectedError, mfa.ErrCodeUsed, a *throttle.WaitError
// or password.ErrBusy, and has recorded what it refused.
func (s *Service) prove(ctx context.Context, c claim, p Proofs, r reward) error {
	done, err := s.Attempts.Turn(ctx, c.passwordGuess())
	if err != nil {
		return err
	}
	defer done()
	if err := s.judgePassword(ctx, &c, p); err != nil {
		return s.refuse(ctx, c, err)
	}
	if c.standing.Enabled() && !p.RecoveryCode.IsZero() {
		return s.proveRecovery(ctx, c, p, r)
	}
	t := try{
		code: p.Code, guess: c.guess(throttle.TOTP), beside: []throttle.Guess{c.passwordGuess()},
		grant: func(ctx context.Context, now Standing) error { return r.grant(ctx, now, session.Proofs(true)) },
	}
	return s.decide(ctx, c, func(ctx context.Context) (verdict, err error) {
		now, err := s.lock(ctx, c, t.guess)
		if err != nil {
			return nil, err
		}
		if now.Enabled() && p.Code != "" {
			return s.judgeCode(ctx, now, t)
		}
		if err := s.Attempts.Succeeded(ctx, throttle.Within{}, c.passwordGuess()); err != nil {
			return nil, err
		}
		if now.Enabled() {
			return r.pending(ctx, now)
		}
		return nil, r.grant(ctx, now, session.Proofs(false))
	})
}

// judgePassword costs the same for an unknown address, and for an account whose password was taken away: a hash against
// the stand-in. No password is right for an account that is disabled. A running wait is looked for before the queue for a hash, and the guess is counted only when its turn
// has come, so that nobody pays for a busy server.
func (s *Service) judgePassword(ctx context.Context, c *claim, p Proofs) error {
	guess := c.passwordGuess()
	if err := s.Attempts.Allows(guess, throttle.Within{}, c.standing.Counts); err != nil {
		return err
	}
	release, err := s.Passwords.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("queue for a hash: %w", err)
	}
	defer release()
	budget, err := s.Attempts.Reserve(ctx, guess, throttle.Within{})
	if err != nil {
		return err
	}
	hash, has := s.Passwords.StandIn(), c.account().PasswordHash != ""
	if has {
		hash = c.account().PasswordHash
	}
	ok, stale, err := s.Passwords.Verify(hash, p.Password)
	if err != nil {
		return fmt.Errorf("verify password: %w", err)
	}
	if !ok || !has || c.account().Disabled() {
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
	c.rehashed = true
	return s.Accounts.Rehash(ctx, c.account().ID, c.account().PasswordHash, hash)
}
