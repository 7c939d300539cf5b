package authn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// Pending is a sign-in whose password was right and whose second proof is missing. It is no session and never becomes one: it
// is deleted when a session is opened in its place.
type Pending struct {
	ID        string
	AccountID string
	Delivery  session.Delivery
	Bucket    throttle.Bucket // that its password was counted in
	Tries     int
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Store keeps pending sign-ins. A token is kept as its SHA-256 only.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	Insert(ctx context.Context, p Pending, token [32]byte) error
	// ByToken answers ErrSignInExpired for a token that is not known.
	ByToken(ctx context.Context, token [32]byte) (Pending, error)
	// CountTry adds a try, and answers how many there are now, or 0 where there were limit already.
	CountTry(ctx context.Context, id string, limit int) (tries int, err error)
	Delete(ctx context.Context, id string) (deleted bool, err error)
	// DeleteOldest leaves the account its newest pending sign-ins of a bucket, keep in number.
	DeleteOldest(ctx context.Context, accountID string, b throttle.Bucket, keep int) error
	DeleteOf(ctx context.Context, accountID string) error
}

// SignIn is a request to be signed in.
type SignIn struct {
	Email    string
	Proofs   Proofs
	Delivery session.Delivery
	Previous secret.Text // the session token this browser has, if any: that session ends
	Browser  secret.Text // the token this browser is known by, if any
}

// Outcome is a session, or a pending sign-in where ID of Session is empty.
type Outcome struct {
	Session session.Session
	Pending Pending
	Proofs  []throttle.Kind // of which a pending one takes one
	Token   secret.Text     // of whichever it is
	Browser secret.Text     // the token that this browser is known by from now on; a script gets none
}

// SignIn judges the proofs. For an account with MFA and without a second proof the outcome is pending.
func (s *Service) SignIn(ctx context.Context, in SignIn) (Outcome, error) {
	c, err := s.claimOf(ctx, in.Email)
	if err != nil {
		return Outcome{}, err
	}
	if c.device, err = s.recognize(ctx, c.subject, in.Browser); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err = s.prove(ctx, c, in.Proofs, reward{
		grant: func(ctx context.Context, amr session.AMR) error {
			out, err = s.openSession(ctx, opening{c, in.Delivery, amr, in.Previous, in.Browser})
			return err
		},
		pending: func(ctx context.Context) error {
			out, err = s.openPending(ctx, c, in.Delivery)
			return err
		},
	})
	if errors.Is(err, ErrCodeRequired) { // MFA was switched on a moment ago
		err = s.Store.InTx(ctx, func(ctx context.Context) error {
			if err := s.lock(ctx, c); err != nil {
				return err
			}
			out, err = s.openPending(ctx, c, in.Delivery)
			return err
		})
	}
	if err != nil {
		return Outcome{}, s.failedSignIn(ctx, c, err)
	}
	return out, nil
}

// Completion is the second step of a pending sign-in. Carrier is how the token came.
type Completion struct {
	Token    secret.Text
	Carrier  session.Delivery
	Delivery session.Delivery // as at SignIn, or empty
	Second   Second
	Previous secret.Text
	Browser  secret.Text
}

// Complete finishes a pending sign-in with a second proof. It answers ErrSignInExpired, ErrOtherDelivery, a *mfa.RejectedError,
// mfa.ErrCodeUsed or a *throttle.WaitError.
func (s *Service) Complete(ctx context.Context, in Completion) (Outcome, error) {
	p, c, err := s.resume(ctx, in.Token, in.Carrier)
	if err != nil {
		return Outcome{}, err
	}
	if in.Delivery != "" && in.Delivery != p.Delivery {
		return Outcome{}, ErrOtherDelivery
	}
	if c.device, err = s.recognize(ctx, c.account.ID, in.Browser); err != nil {
		return Outcome{}, err
	}
	out, err := s.complete(ctx, c, p, in)
	if err != nil {
		return Outcome{}, s.failedSignIn(ctx, c, err)
	}
	return out, nil
}

// resume finds a pending sign-in, and whose it is. It answers ErrSignInExpired for one that is over, or that came
// through another carrier than it was delivered by.
func (s *Service) resume(ctx context.Context, token secret.Text, carrier session.Delivery) (Pending, claim, error) {
	p, err := s.Store.ByToken(ctx, token.Hash())
	if err != nil {
		return Pending{}, claim{}, fmt.Errorf("resume sign-in: %w", err)
	}
	if p.Delivery != carrier || !s.Now().Before(p.ExpiresAt) || p.Tries >= s.Limits.SignInTries {
		return Pending{}, claim{}, ErrSignInExpired
	}
	a, err := s.Accounts.ByID(ctx, p.AccountID)
	if err != nil {
		return Pending{}, claim{}, fmt.Errorf("find account: %w", err)
	}
	// The password was judged when the sign-in began, and a new one ends the sign-in.
	return p, claim{account: a, known: true, subject: a.ID, rehashed: true}, nil
}

func (s *Service) complete(ctx context.Context, c claim, p Pending, in Completion) (Outcome, error) {
	var out Outcome
	err := s.judgeSecond(ctx, c, s.secondOf(c, in.Second), counted{
		reserve: func(ctx context.Context, g throttle.Guess) (throttle.Budget, error) { return s.reserveTry(ctx, p, g) },
		grant: func(ctx context.Context) error {
			deleted, err := s.Store.Delete(ctx, p.ID)
			if err != nil {
				return err
			}
			if !deleted {
				return ErrSignInExpired
			}
			out, err = s.openSession(ctx, opening{c, p.Delivery, session.Proofs(true), in.Previous, in.Browser})
			return err
		},
	})
	if errors.Is(err, ErrCredentialsRejected) { // the password that began it is another by now
		err = ErrSignInExpired
	}
	return out, err
}

// opening is what a session is opened for.
type opening struct {
	claim    claim
	delivery session.Delivery
	amr      session.AMR
	previous secret.Text
	browser  secret.Text
}

// openSession opens a session in the transaction that accepted the proofs, with what its owner is to be told.
func (s *Service) openSession(ctx context.Context, o opening) (Outcome, error) {
	accountID := o.claim.account.ID
	if o.delivery == session.Cookie && !o.previous.IsZero() {
		if err := s.Sessions.EndByToken(ctx, o.previous); err != nil {
			return Outcome{}, err
		}
	}
	client := audit.ClientOf(ctx)
	sess, token, err := s.Sessions.Open(ctx, session.Opening{
		AccountID: accountID, Delivery: o.delivery, AMR: o.amr, IP: client.IP, UserAgent: client.UserAgent,
	})
	if err != nil {
		return Outcome{}, err
	}
	browser, err := s.meet(ctx, accountID, o.delivery, o.browser)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.warn(ctx, accountID); err != nil {
		return Outcome{}, err
	}
	for _, kind := range []audit.Kind{audit.SessionCreated, audit.SignInSucceeded} {
		if err := s.Audit.Record(ctx, audit.Event{Kind: kind, AccountID: accountID, Subject: sess.ID}); err != nil {
			return Outcome{}, err
		}
	}
	return Outcome{Session: sess, Token: token, Browser: browser}, nil
}

func (s *Service) openPending(ctx context.Context, c claim, d session.Delivery) (Outcome, error) {
	bucket := c.passwordGuess().Bucket
	now := s.Now()
	p := Pending{
		ID: s.NewID(), AccountID: c.account.ID, Delivery: d, Bucket: bucket, CreatedAt: now, ExpiresAt: now.Add(s.Limits.SignInLifetime),
	}
	if err := s.Store.DeleteOldest(ctx, c.account.ID, bucket, s.Limits.SignInsOpen-1); err != nil {
		return Outcome{}, fmt.Errorf("make room for a sign-in: %w", err)
	}
	token := secret.Random("tf_i_")
	if err := s.Store.Insert(ctx, p, token.Hash()); err != nil {
		return Outcome{}, fmt.Errorf("keep pending sign-in: %w", err)
	}
	proofs, err := s.Methods.Proofs(ctx, c.account.ID)
	if err != nil {
		return Outcome{}, err
	}
	pending := audit.Event{Kind: audit.SignInPending, AccountID: c.account.ID}
	return Outcome{Pending: p, Proofs: proofs, Token: token}, s.Audit.Record(ctx, pending)
}

// failedSignIn records what was judged and answers it. An address that has no account is recorded under its digest, at
// the same cost.
func (s *Service) failedSignIn(ctx context.Context, c claim, err error) error {
	if !judged(err) {
		return err // ours, not theirs: it is logged as an error
	}
	e := audit.Event{Kind: audit.SignInFailed, AccountID: c.subject, Reason: err.Error()}
	if errors.Is(err, throttle.ErrWait) {
		e.Kind = audit.SignInThrottled
	}
	if failure := s.Audit.Record(ctx, e); failure != nil {
		return failure
	}
	return err
}

// judged says whether an error is a judgement on what somebody presented.
func judged(err error) bool {
	for _, judgement := range []error{
		throttle.ErrWait, ErrCredentialsRejected, ErrCodeRequired, ErrSignInExpired, mfa.ErrCodeRejected, mfa.ErrCodeUsed,
	} {
		if errors.Is(err, judgement) {
			return true
		}
	}
	return false
}
