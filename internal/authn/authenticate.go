package authn

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/decision"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// onSuccess holds the callbacks of a credential check. Both run in the transaction that accepts the credentials.
type onSuccess struct {
	grant func(ctx context.Context, now Snapshot, amr session.AMR) error
	// needSecond is called if the password is right and a second factor is missing. If it returns a Refusal, that is
	// recorded and returned to the caller.
	needSecond func(ctx context.Context, now Snapshot) (*decision.Refusal, error)
}

// authenticate checks the password and then, on an account with MFA, the second factor. An attempt that costs a hash is
// counted in a commit of its own before it is checked. A code is checked and counted in one transaction, and the caller
// learns the result after its commit. authenticate returns a *CredentialsError, a *mfa.RejectedError, mfa.ErrCodeUsed, a
// *throttle.ThrottledError or password.ErrBusy, and has recorded what it refused.
func (s *Service) authenticate(ctx context.Context, a attempt, p Credentials, success onSuccess) error {
	release, err := s.Attempts.Acquire(ctx, a.passwordAttempt())
	if err != nil {
		return err
	}
	defer release()
	if err := s.checkPassword(ctx, &a, p); err != nil {
		return s.recordRefusal(ctx, a, err)
	}
	if a.snapshot.Enabled() && !p.RecoveryCode.IsZero() {
		return s.authenticateRecovery(ctx, a, p, success)
	}
	t := codeAttempt{
		code: p.Code, attempt: a.attemptFor(throttle.TOTP), alsoClear: []throttle.Attempt{a.passwordAttempt()},
		grant: func(ctx context.Context, now Snapshot) error { return success.grant(ctx, now, session.AMRFor(true)) },
	}
	return s.inDecisionTx(ctx, a, func(ctx context.Context) (*decision.Refusal, error) {
		now, err := s.lockAndReload(ctx, a, t.attempt)
		if err != nil {
			return nil, err
		}
		if now.Enabled() && p.Code != "" {
			return s.checkCodeLocked(ctx, now, t)
		}
		if err := s.Attempts.Clear(ctx, throttle.SubLimit{}, a.passwordAttempt()); err != nil {
			return nil, err
		}
		if now.Enabled() {
			return success.needSecond(ctx, now)
		}
		return nil, success.grant(ctx, now, session.AMRFor(false))
	})
}

// checkPassword takes the same time whether or not the account exists or has a password: without one it hashes against
// password.DummyHash. It rejects every password of a disabled account. Backoff is checked before queueing for a hash, and
// the attempt is counted only when a hash slot is free, so that a busy server costs the user no attempt.
func (s *Service) checkPassword(ctx context.Context, a *attempt, p Credentials) error {
	counted := a.passwordAttempt()
	if err := s.Attempts.Check(counted, throttle.SubLimit{}, a.snapshot.Counts); err != nil {
		return err
	}
	release, err := s.Passwords.Acquire(ctx, a.throttleKey)
	if err != nil {
		return fmt.Errorf("queue for a password hash: %w", err)
	}
	defer release()
	budget, err := s.Attempts.Reserve(ctx, counted, throttle.SubLimit{})
	if err != nil {
		return err
	}
	hash, hasPassword := s.Passwords.DummyHash(a.throttleKey), a.account().PasswordHash != ""
	if hasPassword {
		hash = a.account().PasswordHash
	}
	ok, stale, err := s.Passwords.Verify(hash, p.Password)
	if err != nil {
		return fmt.Errorf("verify password: %w", err)
	}
	if !ok || !hasPassword || a.account().Disabled() {
		return &CredentialsError{Budget: budget}
	}
	if stale {
		return s.rehash(ctx, a, p)
	}
	return nil
}

// rehash replaces the stored hash, whose parameters have been raised since, while the password is known.
func (s *Service) rehash(ctx context.Context, a *attempt, p Credentials) error {
	hash, err := s.Passwords.Hash(p.Password)
	if err != nil {
		return fmt.Errorf("rehash password: %w", err)
	}
	a.rehashed = true
	return s.Accounts.Rehash(ctx, a.account().ID, a.account().PasswordHash, hash)
}

// attempt is one credential check in progress: the account, or the unknown address, that it is for, the snapshot it is
// checked against, and the session it is made in, if any.
type attempt struct {
	query       SnapshotQuery
	snapshot    Snapshot   // read before the account is locked
	auditKind   audit.Kind // of the activity entry if it is refused
	throttleKey string     // the subject whose attempts are counted
	session     session.Session
	// rehashed states that the stored hash may have been replaced since the snapshot without a change of password.
	rehashed bool
	device   Device // the browser, if the account knows it
}

func (a attempt) account() account.Account { return a.snapshot.Account }

// attemptFor returns the throttle.Attempt that counts a credential of this kind.
func (a attempt) attemptFor(kind throttle.Kind) throttle.Attempt {
	counted := mfa.AttemptFor(a.throttleKey, a.session)
	counted.Kind = kind
	return a.withDeviceBucket(counted)
}

func (a attempt) passwordAttempt() throttle.Attempt { return a.attemptFor(throttle.Password) }

// load reads the snapshot that q asks for, without a lock.
func (s *Service) load(ctx context.Context, kind audit.Kind, sess session.Session, q SnapshotQuery) (attempt, error) {
	q.At, q.Script = s.Now(), scriptDigest(audit.ClientOf(ctx))
	q.Bucket = sessionBucket(sess)
	st, err := s.Store.Load(ctx, q)
	if err != nil {
		return attempt{}, fmt.Errorf("load account snapshot: %w", err)
	}
	a := attempt{query: q, snapshot: st, auditKind: kind, session: sess, throttleKey: cmp.Or(st.Account.ID, q.Subject)}
	if s.Now().Before(st.Browser.ExpiresAt) {
		a.device = st.Browser
	}
	return a, nil
}

// loadByEmail loads the account of an address. Attempts at an unknown address are counted under the digest of the address,
// with the same work.
func (s *Service) loadByEmail(ctx context.Context, q SnapshotQuery) (attempt, error) {
	q.Email, q.Kind = account.CanonicalEmail(q.Email), throttle.Password
	sum := sha256.Sum256([]byte(q.Email))
	q.Subject = "unknown:" + hex.EncodeToString(sum[:])
	a, err := s.load(ctx, audit.SignInFailed, session.Session{}, q)
	a.query.Email, a.query.AccountID = "", a.account().ID
	return a, err
}

// lockAndReload locks the account, so that changes of its credentials wait for the transaction of ctx, and loads its
// snapshot again, with the counters of the given attempt. It returns ErrCredentialsRejected if the password was replaced or
// the account disabled since the first snapshot.
func (s *Service) lockAndReload(ctx context.Context, a attempt, counted throttle.Attempt) (Snapshot, error) {
	q := a.query
	q.Kind, q.Bucket = counted.Kind, counted.Bucket
	now, err := s.Store.LockAndLoad(ctx, q)
	if err != nil {
		return Snapshot{}, fmt.Errorf("lock account: %w", err)
	}
	s.Audit.UseKnownHead(ctx, now.Head)
	before, after := a.account(), now.Account
	if !after.PasswordChangedAt.Equal(before.PasswordChangedAt) || (after.PasswordHash != before.PasswordHash && !a.rehashed) {
		return Snapshot{}, ErrCredentialsRejected
	}
	if after.Disabled() {
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
