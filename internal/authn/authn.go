// Package authn turns proofs into rewards: a session at sign-in, a step-up token in one. Both ask the same engine.
package authn

import (
	"context"
	"errors"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

var (
	// ErrCredentialsRejected means that no account has this address and password. *CredentialsError says more.
	ErrCredentialsRejected = errors.New("credentials rejected")
	// ErrCodeRequired means that the password was right and a second proof is missing. *CodeRequiredError says more.
	ErrCodeRequired = errors.New("code required")
	// ErrSignInExpired means that a pending sign-in is over, or never was.
	ErrSignInExpired = errors.New("sign-in expired")
	// ErrTransportMismatch means that a sign-in was begun with another delivery than it is to be completed with.
	ErrTransportMismatch = errors.New("sign-in was begun with another delivery")
	// ErrInvalidTarget means that a step-up lacks what it is to be about, or names something though it is about nothing.
	ErrInvalidTarget = errors.New("the purpose and the target of a step-up do not fit")
)

// CredentialsError is a wrong address or password, and what is left to try.
type CredentialsError struct {
	Budget throttle.Budget
}

func (e *CredentialsError) Error() string { return ErrCredentialsRejected.Error() }

// Is makes errors.Is(err, ErrCredentialsRejected) hold.
func (e *CredentialsError) Is(target error) bool { return target == ErrCredentialsRejected }

// CodeRequiredError is a password without its second proof.
type CodeRequiredError struct {
	Factors []throttle.Kind // that would do, one of them
}

func (e *CodeRequiredError) Error() string { return ErrCodeRequired.Error() }

// Is makes errors.Is(err, ErrCodeRequired) hold.
func (e *CodeRequiredError) Is(target error) bool { return target == ErrCodeRequired }

// SecondFactor is a proof beside the password: at most one of the two. A code is empty or six digits.
type SecondFactor struct {
	Code         string
	RecoveryCode mfa.RecoveryCode
}

// IsZero says whether there is none.
func (p SecondFactor) IsZero() bool { return p.Code == "" && p.RecoveryCode.IsZero() }

// Factors are what a person presents.
type Credentials struct {
	Password secret.Text
	SecondFactor
}

// Limits bound pending sign-ins.
type Limits struct {
	SignInLifetime time.Duration
	SignInTries    int
	MaxPending     int           // per account and bucket; one more ends the oldest
	DeviceLifetime time.Duration // how long a device is known since it was used last
	Devices        int           // known per account; one more is forgotten
}

// Service is the proof engine and its two rewards.
type Service struct {
	Store     Store
	Devices   Devices
	Accounts  account.Store
	Passwords *password.Hasher
	Attempts  *throttle.Limiter
	Methods   *mfa.Service
	Sessions  *session.Service
	StepUps   *stepup.Service
	Removals  *mfaremoval.Service
	Audit     audit.Log
	Notices   mfa.Notices
	Limits    Limits
	Now       func() time.Time
	NewID     func() string
}

// StepUpState is what somebody shows of theirs when they want something dangerous.
type StepUpState struct {
	Account     account.Account
	RequiredACR session.ACR     // what a step-up takes now: the account's highest level, read off its methods
	Factors     []throttle.Kind // of which it takes one beside the password
	Grant       stepup.Grant    // a step-up, checked and not yet spent; zero where it was refused
}

// CheckStepUp says whether a token permits what it is for in this session, at the level the account has now, and two
// factors for what administrators do. For a token that does not, or none (empty), it answers stepup.ErrRefused with what a
// step-up takes.
func (s *Service) CheckStepUp(ctx context.Context, sess session.Session, f StepUpScope, token string) (StepUpState, error) {
	grant, refusal := s.StepUps.Parse(ctx, token, sess, f.Purpose, f.Target)
	if refusal != nil && !errors.Is(refusal, stepup.ErrRefused) {
		return StepUpState{}, refusal // nobody knows what the token is worth
	}
	c, err := s.load(ctx, audit.StepUpRefused, sess, SnapshotQuery{AccountID: sess.AccountID, StepUp: grant.ID})
	if err != nil {
		return StepUpState{}, err
	}
	shown := StepUpState{Account: c.account(), RequiredACR: session.AAL1}
	if c.snapshot.Enabled() {
		shown.RequiredACR, shown.Factors = session.AAL2, c.snapshot.factors()
	}
	if f.Purpose == stepup.AdminAccount {
		shown.RequiredACR = session.AAL2
	}
	if refusal == nil {
		refusal = grant.Check(shown.RequiredACR, c.snapshot.StepUp)
	}
	switch {
	case refusal == nil:
		shown.Grant = grant
	case token != "":
		if err := s.record(ctx, c, refusal); err != nil {
			return StepUpState{}, err
		}
	}
	return shown, refusal
}
