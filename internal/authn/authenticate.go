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

// attempt is who somebody says they are: an account, or an address that has none, and the session they say it in.
type attempt struct {
	query       SnapshotQuery
	snapshot    Snapshot   // when it was looked at
	auditKind   audit.Kind // what is recorded when it is refused
	throttleKey string     // whose attempts are counted
	session     session.Session
	// rehashed says that the hash was brought up to today's cost, here or by who signs in beside this.
	rehashed bool
	device   Device // the browser, where the account knows it
}

func (c attempt) account() account.Account { return c.snapshot.Account }

// load reads who it is.
func (s *Service) load(ctx context.Context, door audit.Kind, sess session.Session, q SnapshotQuery) (attempt, error) {
	q.At, q.Script = s.Now(), scriptDigest(audit.ClientOf(ctx))
	q.Bucket = sessionBucket(sess)
	st, err := s.Store.Load(ctx, q)
	if err != nil {
		return attempt{}, fmt.Errorf("look who it is: %w", err)
	}
	audit.Follow(ctx, st.Head)
	c := attempt{query: q, snapshot: st, auditKind: door, session: sess, throttleKey: cmp.Or(st.Account.ID, q.Subject)}
	if s.Now().Before(st.Browser.ExpiresAt) {
		c.device = st.Browser
	}
	return c, nil
}

// loadByEmail finds the account of an address. An unknown address is counted under its digest, with the same work.
func (s *Service) loadByEmail(ctx context.Context, q SnapshotQuery) (attempt, error) {
	q.Email, q.Kind = account.CanonicalEmail(q.Email), throttle.Password
	sum := sha256.Sum256([]byte(q.Email))
	q.Subject = "unknown:" + hex.EncodeToString(sum[:])
	c, err := s.load(ctx, audit.SignInFailed, session.Session{}, q)
	c.query.Email, c.query.AccountID = "", c.account().ID
	return c, err
}

// lockAndReload makes changes of the account's proofs wait, and reads its standing anew, with what is counted for a guess. It
// answers ErrCredentialsRejected where its password was replaced, or the account disabled, since it was judged.
func (s *Service) lockAndReload(ctx context.Context, c attempt, g throttle.Attempt) (Snapshot, error) {
	q := c.query
	q.Kind, q.Bucket = g.Kind, g.Bucket
	now, err := s.Store.LockAndLoad(ctx, q)
	if err != nil {
		return Snapshot{}, fmt.Errorf("lock account: %w", err)
	}
	audit.Follow(ctx, now.Head)
	before, after := c.account(), now.Account
	if !after.PasswordChangedAt.Equal(before.PasswordChangedAt) || (after.PasswordHash != before.PasswordHash && !c.rehashed) {
		return Snapshot{}, ErrCredentialsRejected
	}
	if after.Disabled() { // since it was judged
		return Snapshot{}, ErrCredentialsRejected
	}
	return now, nil
}

func sessionBucket(sess session.Session) throttle.Bucket {
	if b := mfa.AttemptFor("", sess).Bucket; b != throttle.AnonymousBucket {
		return b
	}
	return ""
}

// attemptFor is a try at a proof of this claim.
func (c attempt) attemptFor(kind throttle.Kind) throttle.Attempt {
	g := mfa.AttemptFor(c.throttleKey, c.session)
	g.Kind = kind
	return c.withDeviceBucket(g)
}

func (c attempt) passwordAttempt() throttle.Attempt { return c.attemptFor(throttle.Password) }

// onSuccess is what right proofs earn. Both run inside the transaction that accepts the proofs.
type onSuccess struct {
	grant func(ctx context.Context, now Snapshot, amr session.AMR) error
	// needSecond is for a password that was right and a second proof that is missing. What it answers as verdict is refused.
	needSecond func(ctx context.Context, now Snapshot) (verdict, err error)
}

// authenticate is the engine: it judges the password, then, on an account with MFA, the second proof. A guess that costs a hash
// is counted and committed before it is judged; a code is judged and counted in one transaction, and nobody learns how
// time before MFARequiredFrom has committed. It answers a *CredentialsError, a *mfa.RejectedError, mfa.ErrCodeUsed, a *throttle.ThrottledError
// or password.ErrBusy, and has recorded what it refused.
func (s *Service) authenticate(ctx context.Context, c attempt, p Credentials, r onSuccess) error {
	done, err := s.Attempts.Acquire(ctx, c.passwordAttempt())
	if err != nil {
		return err
	}
	defer done()
	if err := s.checkPassword(ctx, &c, p); err != nil {
		return s.recordRefusal(ctx, c, err)
	}
	if c.snapshot.Enabled() && !p.RecoveryCode.IsZero() {
		return s.authenticateRecovery(ctx, c, p, r)
	}
	t := codeAttempt{
		code: p.Code, attempt: c.attemptFor(throttle.TOTP), alsoClear: []throttle.Attempt{c.passwordAttempt()},
		grant: func(ctx context.Context, now Snapshot) error { return r.grant(ctx, now, session.AMRFor(true)) },
	}
	return s.inDecisionTx(ctx, c, func(ctx context.Context) (verdict, err error) {
		now, err := s.lockAndReload(ctx, c, t.attempt)
		if err != nil {
			return nil, err
		}
		if now.Enabled() && p.Code != "" {
			return s.checkCodeLocked(ctx, now, t)
		}
		if err := s.Attempts.Clear(ctx, throttle.SubLimit{}, c.passwordAttempt()); err != nil {
			return nil, err
		}
		if now.Enabled() {
			return r.needSecond(ctx, now)
		}
		return nil, r.grant(ctx, now, session.AMRFor(false))
	})
}

// checkPassword costs the same for an unknown address, and for an account whose password was taken away: a hash against
// the stand-in. No password is right for an account that is disabled. A running wait is looked for before the queue for a hash, and the guess is counted only when its turn
// has come, so that nobody pays for a busy server.
func (s *Service) checkPassword(ctx context.Context, c *attempt, p Credentials) error {
	guess := c.passwordAttempt()
	if err := s.Attempts.Check(guess, throttle.SubLimit{}, c.snapshot.Counts); err != nil {
		return err
	}
	release, err := s.Passwords.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("queue for a hash: %w", err)
	}
	defer release()
	budget, err := s.Attempts.Reserve(ctx, guess, throttle.SubLimit{})
	if err != nil {
		return err
	}
	hash, has := s.Passwords.DummyHash(), c.account().PasswordHash != ""
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
func (s *Service) rehash(ctx context.Context, c *attempt, p Credentials) error {
	hash, err := s.Passwords.Hash(p.Password)
	if err != nil {
		return fmt.Errorf("rehash password: %w", err)
	}
	c.rehashed = true
	return s.Accounts.Rehash(ctx, c.account().ID, c.account().PasswordHash, hash)
}
