package authn

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"twofold/internal/audit"
	"twofold/internal/decision"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// SignIn is a request to sign in.
type SignIn struct {
	Email       string
	Credentials Credentials
	Delivery    session.Delivery
	Previous    secret.Text // the browser's session token, if any: that session ends
	Browser     secret.Text // the browser's device token, if any
}

// SignInResult is a session, or a pending sign-in if Session.ID is empty.
type SignInResult struct {
	MustEnroll bool // the pending sign-in needs an enrollment and no second factor
	Session    session.Session
	Pending    PendingSignIn
	Factors    []throttle.Kind // the pending sign-in accepts any one of them
	Token      secret.Text     // of the session or of the pending sign-in
	Browser    secret.Text     // the browser's next device token; empty for a script
	MFAMissing bool            // the account has no MFA
}

// SignIn checks the credentials and creates a session. The result is a pending sign-in for an account with MFA if the second
// factor is missing, and for an account that must enroll first, whatever was presented.
func (s *Service) SignIn(ctx context.Context, req SignIn) (SignInResult, error) {
	a, err := s.loadByEmail(ctx, SnapshotQuery{Email: req.Email, Browser: req.Browser})
	if err != nil {
		return SignInResult{}, err
	}
	var out SignInResult
	err = s.authenticate(ctx, a, req.Credentials, onSuccess{
		grant: func(ctx context.Context, now Snapshot, amr session.AMR) (err error) {
			if s.mustEnroll(now) {
				out, err = s.createPending(ctx, a, now, req.Delivery, s.Methods.Limits.EnrollmentLifetime)
				out.MustEnroll = true
				return err
			}
			out, err = s.createSession(ctx, now, sessionParams{req.Delivery, amr, req.Previous, req.Browser})
			return err
		},
		needSecond: func(ctx context.Context, now Snapshot) (_ *decision.Refusal, err error) {
			out, err = s.createPending(ctx, a, now, req.Delivery, s.Limits.SignInLifetime)
			return nil, err
		},
	})
	if err != nil {
		return SignInResult{}, err
	}
	return out, nil
}

// SecondFactorRequest is the second step of a sign-in.
type SecondFactorRequest struct {
	Token       secret.Text
	ReceivedVia session.Delivery // how Token was sent
	Delivery    session.Delivery // as at SignIn, or empty
	Second      SecondFactor
	Previous    secret.Text
	Browser     secret.Text
}

// Complete turns a pending sign-in into a session with a second factor. It returns ErrSignInExpired, ErrTransportMismatch,
// a *mfa.RejectedError, mfa.ErrCodeUsed or a *throttle.ThrottledError.
func (s *Service) Complete(ctx context.Context, req SecondFactorRequest) (SignInResult, error) {
	kind := throttle.TOTP
	if !req.Second.RecoveryCode.IsZero() {
		kind = throttle.RecoveryCode
	}
	a, release, err := s.resume(ctx, req.Token, req.ReceivedVia, req.Browser, kind)
	if err != nil {
		return SignInResult{}, err
	}
	defer release()
	p := a.snapshot.Pending
	if req.Delivery != "" && req.Delivery != p.Delivery {
		return SignInResult{}, ErrTransportMismatch
	}
	var out SignInResult
	grant := func(ctx context.Context, now Snapshot) error {
		if now.Pending.ID == "" { // completed since the first snapshot
			return ErrSignInExpired
		}
		if err := s.Store.Delete(ctx, p.ID); err != nil {
			return fmt.Errorf("delete pending sign-in: %w", err)
		}
		out, err = s.createSession(ctx, now, sessionParams{p.Delivery, session.AMRFor(true), req.Previous, req.Browser})
		return err
	}
	limit := throttle.SubLimit{ID: p.ID, Tries: s.Limits.SignInTries}
	if kind == throttle.RecoveryCode {
		err = s.checkRecoveryCode(ctx, a, recoveryAttempt{
			code: req.Second.RecoveryCode, attempt: a.attemptFor(kind), subLimit: limit, counts: &a.snapshot.Counts, grant: grant,
		})
	} else {
		err = s.checkCode(ctx, a, codeAttempt{code: req.Second.Code, attempt: a.attemptFor(kind), subLimit: limit, grant: grant})
	}
	if err != nil {
		return SignInResult{}, rejectedAsExpired(err)
	}
	return out, nil
}

// PendingSignIn is a sign-in whose password was right and whose second factor is missing. It is not a session and never
// becomes one: it is deleted when the session is created.
type PendingSignIn struct {
	ID        string
	AccountID string
	Delivery  session.Delivery
	Bucket    throttle.Bucket // that its password was counted in
	CreatedAt time.Time
	ExpiresAt time.Time
	SealedKey []byte // of the authenticator app being enrolled, if any: see BeginEnrollment
	Name      string // of that app

	IP, UserAgent string // of the client that presented the password
}

// Store holds pending sign-ins and loads snapshots. A token is stored as its SHA-256 only.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Load reads a snapshot without a lock.
	Load(ctx context.Context, q SnapshotQuery) (Snapshot, error)
	// LockAndLoad locks the account until the transaction of ctx ends, so that changes of its credentials and other attempts
	// wait, and then reads its snapshot, including what only a success needs.
	LockAndLoad(ctx context.Context, q SnapshotQuery) (Snapshot, error)
	Insert(ctx context.Context, p PendingSignIn, token [32]byte) error
	// SetEnrollmentKey stores the key of an authenticator app with a pending sign-in and replaces an older one. It reports
	// whether the pending sign-in still exists.
	SetEnrollmentKey(ctx context.Context, id string, sealedKey []byte, name string) (bool, error)
	Delete(ctx context.Context, id string) error
	// DeleteOldest deletes the account's pending sign-ins of a bucket except the newest keep.
	DeleteOldest(ctx context.Context, accountID string, b throttle.Bucket, keep int) error
	DeleteOf(ctx context.Context, accountID string) error
}

// resume waits until no other attempt at the pending sign-in is in progress, and then loads it with its account. Call
// release at the end. It returns ErrSignInExpired for a pending sign-in that is unknown, expired or out of tries, or whose
// token was sent another way than it was delivered.
func (s *Service) resume(ctx context.Context, token secret.Text, via session.Delivery, browser secret.Text, kind throttle.Kind) (a attempt, release func(), err error) {
	digest := token.Hash()
	unlock, err := s.Attempts.Acquire(ctx, throttle.Attempt{Subject: string(digest[:]), Kind: kind})
	if err != nil {
		return attempt{}, nil, err
	}
	defer func() {
		if release == nil { // refused, failed or panicked
			unlock()
		}
	}()
	a, err = s.load(ctx, audit.SignInFailed, session.Session{}, SnapshotQuery{SignIn: token, Browser: browser, Kind: kind})
	if err != nil {
		return attempt{}, nil, err
	}
	p := a.snapshot.Pending
	if p.ID == "" || p.Delivery != via || !s.Now().Before(p.ExpiresAt) || a.snapshot.Counts.Tries >= s.Limits.SignInTries {
		return attempt{}, nil, ErrSignInExpired
	}
	// The password was checked when the sign-in began, and a new password deletes the pending sign-in.
	a.query.AccountID, a.rehashed = p.AccountID, true
	return a, unlock, nil
}

// rejectedAsExpired maps ErrCredentialsRejected to ErrSignInExpired: the password that began the sign-in has been replaced.
func rejectedAsExpired(err error) error {
	if errors.Is(err, ErrCredentialsRejected) {
		return ErrSignInExpired
	}
	return err
}

// sessionParams describes the session that a sign-in creates.
type sessionParams struct {
	delivery session.Delivery
	amr      session.AMR
	previous secret.Text
	browser  secret.Text
}

// createSession creates a session, remembers its device, and records and notifies. Call it in the transaction that accepts
// the credentials.
func (s *Service) createSession(ctx context.Context, now Snapshot, p sessionParams) (SignInResult, error) {
	accountID := now.Account.ID
	if p.delivery == session.Cookie && !p.previous.IsZero() {
		if err := s.Sessions.EndByToken(ctx, p.previous); err != nil {
			return SignInResult{}, err
		}
	}
	client := audit.ClientOf(ctx)
	sess, token, err := s.Sessions.Create(ctx, session.CreateParams{
		AccountID: accountID, Delivery: p.delivery, AMR: p.amr, IP: client.IP, UserAgent: client.UserAgent,
		SkipEviction: now.Sessions < s.Sessions.Limits.PerAccount,
	})
	if err != nil {
		return SignInResult{}, err
	}
	browser, err := s.rememberDevice(ctx, now, p)
	if err != nil {
		return SignInResult{}, err
	}
	if err := s.notifyAfterFailures(ctx, now); err != nil {
		return SignInResult{}, err
	}
	for _, kind := range []audit.Kind{audit.SessionCreated, audit.SignInSucceeded} {
		event := audit.Event{Kind: kind, AccountID: accountID, Subject: sess.ID, Reason: amrReason(p.amr)}
		if err := s.Audit.Record(ctx, event); err != nil {
			return SignInResult{}, err
		}
	}
	return SignInResult{Session: sess, Token: token, Browser: browser, MFAMissing: !now.Enabled()}, nil
}

// amrReason formats the factors for an activity entry.
func amrReason(amr session.AMR) string { return "by " + strings.Join(amr, " ") }

// createPending creates a pending sign-in and deletes the oldest ones above Limits.MaxPending.
func (s *Service) createPending(ctx context.Context, a attempt, now Snapshot, d session.Delivery, lifetime time.Duration) (SignInResult, error) {
	bucket := a.passwordAttempt().Bucket
	at := s.Now()
	client := audit.ClientOf(ctx)
	p := PendingSignIn{
		ID: s.NewID(), AccountID: now.Account.ID, Delivery: d, Bucket: bucket, CreatedAt: at, ExpiresAt: at.Add(lifetime),
		IP: client.IP, UserAgent: client.UserAgent,
	}
	if now.SignIns >= s.Limits.MaxPending {
		if err := s.Store.DeleteOldest(ctx, now.Account.ID, bucket, s.Limits.MaxPending-1); err != nil {
			return SignInResult{}, fmt.Errorf("delete oldest pending sign-ins: %w", err)
		}
	}
	token := secret.Random("tf_i_")
	if err := s.Store.Insert(ctx, p, token.Hash()); err != nil {
		return SignInResult{}, fmt.Errorf("insert pending sign-in: %w", err)
	}
	pending := audit.Event{Kind: audit.SignInPending, AccountID: now.Account.ID}
	return SignInResult{Pending: p, Factors: now.factors(), Token: token}, s.Audit.Record(ctx, pending)
}
