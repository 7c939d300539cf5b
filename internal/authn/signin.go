package authn

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"twofold/internal/audit"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// PendingSignIn is a sign-in whose password was right and whose second proof is missing. It is no session and never becomes one: it
// is deleted when a session is opened in its place.
type PendingSignIn struct {
	ID        string
	AccountID string
	Delivery  session.Delivery
	Bucket    throttle.Bucket // that its password was counted in
	CreatedAt time.Time
	ExpiresAt time.Time
	SealedKey []byte // of the authenticator app that is being registered, if one is: Enrolling
	Name      string // of that
}

// Store keeps pending sign-ins. A token is kept as its SHA-256 only.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Load reads a standing.
	Load(ctx context.Context, q SnapshotQuery) (Snapshot, error)
	// LockAndLoad makes changes of the account's proofs, and guesses at them, wait until the transaction of ctx ends, and reads
	// its standing then, with what a reward asks for.
	LockAndLoad(ctx context.Context, q SnapshotQuery) (Snapshot, error)
	Insert(ctx context.Context, p PendingSignIn, token [32]byte) error
	// SetEnrollmentKey keeps the key of an authenticator app with a pending sign-in, in the place of an older one, and says whether
	// that is there still.
	SetEnrollmentKey(ctx context.Context, id string, sealedKey []byte, name string) (bool, error)
	Delete(ctx context.Context, id string) error
	// DeleteOldest leaves the account its newest pending sign-ins of a bucket, keep in number.
	DeleteOldest(ctx context.Context, accountID string, b throttle.Bucket, keep int) error
	DeleteOf(ctx context.Context, accountID string) error
}

// SignIn is a request to be signed in.
type SignIn struct {
	Email       string
	Credentials Credentials
	Delivery    session.Delivery
	Previous    secret.Text // the session token this browser has, if any: that session ends
	Browser     secret.Text // the token this browser is known by, if any
}

// SignInResult is a session, or a pending sign-in where ID of Session is empty.
type SignInResult struct {
	MustEnroll bool // a pending one waits for an enrollment, and for no proof
	Session    session.Session
	Pending    PendingSignIn
	Factors    []throttle.Kind // of which a pending one takes one
	Token      secret.Text     // of whichever it is
	Browser    secret.Text     // the token that this browser is known by from now on; a script gets none
	MFAMissing bool            // the account has no MFA
}

// SignIn judges the proofs. For an account with MFA and without a second proof the outcome is pending, and so it is for one
// that has to have MFA and has none, whatever was presented.
func (s *Service) SignIn(ctx context.Context, in SignIn) (SignInResult, error) {
	c, err := s.loadByEmail(ctx, SnapshotQuery{Email: in.Email, Browser: in.Browser})
	if err != nil {
		return SignInResult{}, err
	}
	var out SignInResult
	err = s.authenticate(ctx, c, in.Credentials, onSuccess{
		grant: func(ctx context.Context, now Snapshot, amr session.AMR) (err error) {
			if s.mustEnroll(now) {
				out, err = s.openPending(ctx, c, now, in.Delivery, s.Methods.Limits.EnrollmentLifetime)
				out.MustEnroll = true
				return err
			}
			out, err = s.openSession(ctx, now, sessionParams{in.Delivery, amr, in.Previous, in.Browser})
			return err
		},
		needSecond: func(ctx context.Context, now Snapshot) (verdict, err error) {
			out, err = s.openPending(ctx, c, now, in.Delivery, s.Limits.SignInLifetime)
			return nil, err
		},
	})
	if err != nil {
		return SignInResult{}, err
	}
	return out, nil
}

// SecondFactorRequest is the second step of a pending sign-in. Carrier is how the token came.
type SecondFactorRequest struct {
	Token       secret.Text
	ReceivedVia session.Delivery
	Delivery    session.Delivery // as at SignIn, or empty
	Second      SecondFactor
	Previous    secret.Text
	Browser     secret.Text
}

// Complete finishes a pending sign-in with a second proof. It answers ErrSignInExpired, ErrOtherDelivery, a *mfa.RejectedError,
// mfa.ErrCodeUsed or a *throttle.ThrottledError.
func (s *Service) Complete(ctx context.Context, in SecondFactorRequest) (SignInResult, error) {
	kind := throttle.TOTP
	if !in.Second.RecoveryCode.IsZero() {
		kind = throttle.RecoveryCode
	}
	c, done, err := s.resume(ctx, in.Token, in.ReceivedVia, in.Browser, kind)
	if err != nil {
		return SignInResult{}, err
	}
	defer done()
	p := c.snapshot.Pending
	if in.Delivery != "" && in.Delivery != p.Delivery {
		return SignInResult{}, ErrTransportMismatch
	}
	var out SignInResult
	grant := func(ctx context.Context, now Snapshot) error {
		if now.Pending.ID == "" { // somebody has completed it since it was looked at
			return ErrSignInExpired
		}
		if err := s.Store.Delete(ctx, p.ID); err != nil {
			return fmt.Errorf("end pending sign-in: %w", err)
		}
		out, err = s.openSession(ctx, now, sessionParams{p.Delivery, session.AMRFor(true), in.Previous, in.Browser})
		return err
	}
	within := throttle.SubLimit{ID: p.ID, Tries: s.Limits.SignInTries}
	if kind == throttle.RecoveryCode {
		err = s.checkRecoveryCode(ctx, c, recoveryAttempt{
			code: in.Second.RecoveryCode, attempt: c.attemptFor(kind), subLimit: within, counts: &c.snapshot.Counts, grant: grant,
		})
	} else {
		err = s.checkCode(ctx, c, codeAttempt{code: in.Second.Code, attempt: c.attemptFor(kind), subLimit: within, grant: grant})
	}
	if err != nil {
		return SignInResult{}, c.asExpired(err)
	}
	return out, nil
}

// asExpired is what a pending sign-in answers where the password that began it is another by now.
func (c attempt) asExpired(err error) error {
	if errors.Is(err, ErrCredentialsRejected) {
		return ErrSignInExpired
	}
	return err
}

// resume finds a pending sign-in, and whose it is, when its turn has come: one guess at each is under way at a time. It
// answers ErrSignInExpired for one that is over, or that came through another carrier than it was delivered by.
func (s *Service) resume(ctx context.Context, token secret.Text, carrier session.Delivery, browser secret.Text, kind throttle.Kind) (c attempt, done func(), err error) {
	digest := token.Hash()
	done, err = s.Attempts.Acquire(ctx, throttle.Attempt{Subject: string(digest[:]), Kind: kind})
	if err != nil {
		return attempt{}, nil, err
	}
	turn := done
	defer func() {
		if done == nil { // refused, or a panic
			turn()
		}
	}()
	done = nil
	c, err = s.load(ctx, audit.SignInFailed, session.Session{}, SnapshotQuery{SignIn: token, Browser: browser, Kind: kind})
	p := c.snapshot.Pending
	if err == nil && (p.ID == "" || p.Delivery != carrier || !s.Now().Before(p.ExpiresAt) || c.snapshot.Counts.Tries >= s.Limits.SignInTries) {
		err = ErrSignInExpired
	}
	if err != nil {
		return attempt{}, nil, err
	}
	// The password was judged when the sign-in began, and a new one ends the sign-in.
	c.query.AccountID, c.rehashed = p.AccountID, true
	return c, turn, nil
}

// sessionParams is what a session is opened for.
type sessionParams struct {
	delivery session.Delivery
	amr      session.AMR
	previous secret.Text
	browser  secret.Text
}

// openSession opens a session in the transaction that accepted the proofs, with what its owner is to be told.
func (s *Service) openSession(ctx context.Context, now Snapshot, o sessionParams) (SignInResult, error) {
	accountID := now.Account.ID
	if o.delivery == session.Cookie && !o.previous.IsZero() {
		if err := s.Sessions.EndByToken(ctx, o.previous); err != nil {
			return SignInResult{}, err
		}
	}
	client := audit.ClientOf(ctx)
	sess, token, err := s.Sessions.Create(ctx, session.CreateParams{
		AccountID: accountID, Delivery: o.delivery, AMR: o.amr, IP: client.IP, UserAgent: client.UserAgent,
		SkipEviction: now.Sessions < s.Sessions.Limits.PerAccount,
	})
	if err != nil {
		return SignInResult{}, err
	}
	browser, err := s.rememberDevice(ctx, now, o)
	if err != nil {
		return SignInResult{}, err
	}
	if err := s.notifyAfterFailures(ctx, now); err != nil {
		return SignInResult{}, err
	}
	for _, kind := range []audit.Kind{audit.SessionCreated, audit.SignInSucceeded} {
		event := audit.Event{Kind: kind, AccountID: accountID, Subject: sess.ID, Reason: amrReason(o.amr)}
		if err := s.Audit.Record(ctx, event); err != nil {
			return SignInResult{}, err
		}
	}
	return SignInResult{Session: sess, Token: token, Browser: browser, MFAMissing: !now.Enabled()}, nil
}

// amrReason names what somebody proved themselves with, for whoever reads the log.
func amrReason(amr session.AMR) string { return "by " + strings.Join(amr, " ") }

func (s *Service) openPending(ctx context.Context, c attempt, now Snapshot, d session.Delivery, lifetime time.Duration) (SignInResult, error) {
	bucket := c.passwordAttempt().Bucket
	at := s.Now()
	p := PendingSignIn{
		ID: s.NewID(), AccountID: now.Account.ID, Delivery: d, Bucket: bucket, CreatedAt: at, ExpiresAt: at.Add(lifetime),
	}
	if now.SignIns >= s.Limits.MaxPending {
		if err := s.Store.DeleteOldest(ctx, now.Account.ID, bucket, s.Limits.MaxPending-1); err != nil {
			return SignInResult{}, fmt.Errorf("make room for a sign-in: %w", err)
		}
	}
	token := secret.Random("tf_i_")
	if err := s.Store.Insert(ctx, p, token.Hash()); err != nil {
		return SignInResult{}, fmt.Errorf("keep pending sign-in: %w", err)
	}
	pending := audit.Event{Kind: audit.SignInPending, AccountID: now.Account.ID}
	return SignInResult{Pending: p, Factors: now.factors(), Token: token}, s.Audit.Record(ctx, pending)
}
