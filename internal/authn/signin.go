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

// Pending is a sign-in whose password was right and whose second proof is missing. It is no session and never becomes one: it
// is deleted when a session is opened in its place.
type Pending struct {
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
	// Look reads a standing.
	Look(ctx context.Context, q Seek) (Standing, error)
	// Lock makes changes of the account's proofs, and guesses at them, wait until the transaction of ctx ends, and reads
	// its standing then, with what a reward asks for.
	Lock(ctx context.Context, q Seek) (Standing, error)
	Insert(ctx context.Context, p Pending, token [32]byte) error
	// Enroll keeps the key of an authenticator app with a pending sign-in, in the place of an older one, and says whether
	// that is there still.
	Enroll(ctx context.Context, id string, sealedKey []byte, name string) (bool, error)
	Delete(ctx context.Context, id string) error
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
	Enrolls bool // a pending one waits for an enrollment, and for no proof
	Session session.Session
	Pending Pending
	Proofs  []throttle.Kind // of which a pending one takes one
	Token   secret.Text     // of whichever it is
	Browser secret.Text     // the token that this browser is known by from now on; a script gets none
	Unready bool            // the account has no MFA
}

// SignIn judges the proofs. For an account with MFA and without a second proof the outcome is pending, and so it is for one
// that has to have MFA and has none, whatever was presented.
func (s *Service) SignIn(ctx context.Context, in SignIn) (Outcome, error) {
	c, err := s.lookUp(ctx, Seek{Email: in.Email, Browser: in.Browser})
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err = s.prove(ctx, c, in.Proofs, reward{
		grant: func(ctx context.Context, now Standing, amr session.AMR) (err error) {
			if s.enrolls(now) {
				out, err = s.openPending(ctx, c, now, in.Delivery, s.Methods.Limits.EnrollmentLifetime)
				out.Enrolls = true
				return err
			}
			out, err = s.openSession(ctx, now, opening{in.Delivery, amr, in.Previous, in.Browser})
			return err
		},
		pending: func(ctx context.Context, now Standing) (verdict, err error) {
			out, err = s.openPending(ctx, c, now, in.Delivery, s.Limits.SignInLifetime)
			return nil, err
		},
	})
	if err != nil {
		return Outcome{}, err
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
	kind := throttle.TOTP
	if !in.Second.RecoveryCode.IsZero() {
		kind = throttle.RecoveryCode
	}
	c, done, err := s.resume(ctx, in.Token, in.Carrier, in.Browser, kind)
	if err != nil {
		return Outcome{}, err
	}
	defer done()
	p := c.standing.Pending
	if in.Delivery != "" && in.Delivery != p.Delivery {
		return Outcome{}, ErrOtherDelivery
	}
	var out Outcome
	grant := func(ctx context.Context, now Standing) error {
		if now.Pending.ID == "" { // somebody has completed it since it was looked at
			return ErrSignInExpired
		}
		if err := s.Store.Delete(ctx, p.ID); err != nil {
			return fmt.Errorf("end pending sign-in: %w", err)
		}
		out, err = s.openSession(ctx, now, opening{p.Delivery, session.Proofs(true), in.Previous, in.Browser})
		return err
	}
	within := throttle.Within{ID: p.ID, Tries: s.Limits.SignInTries}
	if kind == throttle.RecoveryCode {
		err = s.tryRecovery(ctx, c, recoveryTry{
			code: in.Second.RecoveryCode, guess: c.guess(kind), within: within, counted: &c.standing.Counts, grant: grant,
		})
	} else {
		err = s.tryCode(ctx, c, try{code: in.Second.Code, guess: c.guess(kind), within: within, grant: grant})
	}
	if err != nil {
		return Outcome{}, c.expired(err)
	}
	return out, nil
}

// expired is what a pending sign-in answers where the password that began it is another by now.
func (c claim) expired(err error) error {
	if errors.Is(err, ErrCredentialsRejected) {
		return ErrSignInExpired
	}
	return err
}

// resume finds a pending sign-in, and whose it is, when its turn has come: one guess at each is under way at a time. It
// answers ErrSignInExpired for one that is over, or that came through another carrier than it was delivered by.
func (s *Service) resume(ctx context.Context, token secret.Text, carrier session.Delivery, browser secret.Text, kind throttle.Kind) (c claim, done func(), err error) {
	digest := token.Hash()
	done, err = s.Attempts.Turn(ctx, throttle.Guess{Subject: string(digest[:]), Kind: kind})
	if err != nil {
		return claim{}, nil, err
	}
	turn := done
	defer func() {
		if done == nil { // refused, or a panic
			turn()
		}
	}()
	done = nil
	c, err = s.look(ctx, audit.SignInFailed, session.Session{}, Seek{SignIn: token, Browser: browser, Kind: kind})
	p := c.standing.Pending
	if err == nil && (p.ID == "" || p.Delivery != carrier || !s.Now().Before(p.ExpiresAt) || c.standing.Counts.Tries >= s.Limits.SignInTries) {
		err = ErrSignInExpired
	}
	if err != nil {
		return claim{}, nil, err
	}
	// The password was judged when the sign-in began, and a new one ends the sign-in.
	c.seek.AccountID, c.rehashed = p.AccountID, true
	return c, turn, nil
}

// opening is what a session is opened for.
type opening struct {
	delivery session.Delivery
	amr      session.AMR
	previous secret.Text
	browser  secret.Text
}

// openSession opens a session in the transaction that accepted the proofs, with what its owner is to be told.
func (s *Service) openSession(ctx context.Context, now Standing, o opening) (Outcome, error) {
	accountID := now.Account.ID
	if o.delivery == session.Cookie && !o.previous.IsZero() {
		if err := s.Sessions.EndByToken(ctx, o.previous); err != nil {
			return Outcome{}, err
		}
	}
	client := audit.ClientOf(ctx)
	sess, token, err := s.Sessions.Open(ctx, session.Opening{
		AccountID: accountID, Delivery: o.delivery, AMR: o.amr, IP: client.IP, UserAgent: client.UserAgent,
		Room: now.Sessions < s.Sessions.Limits.PerAccount,
	})
	if err != nil {
		return Outcome{}, err
	}
	browser, err := s.meet(ctx, now, o)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.warn(ctx, now); err != nil {
		return Outcome{}, err
	}
	for _, kind := range []audit.Kind{audit.SessionCreated, audit.SignInSucceeded} {
		event := audit.Event{Kind: kind, AccountID: accountID, Subject: sess.ID, Reason: by(o.amr)}
		if err := s.Audit.Record(ctx, event); err != nil {
			return Outcome{}, err
		}
	}
	return Outcome{Session: sess, Token: token, Browser: browser, Unready: !now.Enabled()}, nil
}

// by names what somebody proved themselves with, for whoever reads the log.
func by(amr session.AMR) string { return "by " + strings.Join(amr, " ") }

func (s *Service) openPending(ctx context.Context, c claim, now Standing, d session.Delivery, lifetime time.Duration) (Outcome, error) {
	bucket := c.passwordGuess().Bucket
	at := s.Now()
	p := Pending{
		ID: s.NewID(), AccountID: now.Account.ID, Delivery: d, Bucket: bucket, CreatedAt: at, ExpiresAt: at.Add(lifetime),
	}
	if now.SignIns >= s.Limits.SignInsOpen {
		if err := s.Store.DeleteOldest(ctx, now.Account.ID, bucket, s.Limits.SignInsOpen-1); err != nil {
			return Outcome{}, fmt.Errorf("make room for a sign-in: %w", err)
		}
	}
	token := secret.Random("tf_i_")
	if err := s.Store.Insert(ctx, p, token.Hash()); err != nil {
		return Outcome{}, fmt.Errorf("keep pending sign-in: %w", err)
	}
	pending := audit.Event{Kind: audit.SignInPending, AccountID: now.Account.ID}
	return Outcome{Pending: p, Proofs: now.proofs(), Token: token}, s.Audit.Record(ctx, pending)
}
