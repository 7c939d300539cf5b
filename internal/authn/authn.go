// Package authn is the authentication engine. It checks credentials (the password, then a second factor on an account with
// MFA), counts failures, and turns success into one of two outcomes: SignIn and Complete create a session, StepUp issues a
// step-up token. A failed attempt is committed before its result is returned; an attempt that costs a hash is committed as a
// failure before the hash.
package authn

import (
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

// Service is the authentication engine.
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

// Limits bound pending sign-ins and known devices.
type Limits struct {
	SignInLifetime time.Duration // of a pending sign-in
	SignInTries    int           // attempts at the second factor of one pending sign-in
	MaxPending     int           // pending sign-ins per account and bucket; one more deletes the oldest
	DeviceLifetime time.Duration // how long a device stays known after its last use
	Devices        int           // known per account; one more deletes the least recently used
}

var (
	// ErrCredentialsRejected means that no account has this address and password. *CredentialsError holds the details.
	ErrCredentialsRejected = errors.New("credentials rejected")
	// ErrCodeRequired means that the password is right and a second factor is missing. *CodeRequiredError holds the details.
	ErrCodeRequired = errors.New("code required")
	// ErrSignInExpired means that a pending sign-in has expired, has no tries left, or never existed.
	ErrSignInExpired = errors.New("sign-in expired")
	// ErrTransportMismatch means that a sign-in is completed with another delivery than it was begun with.
	ErrTransportMismatch = errors.New("sign-in was begun with another delivery")
	// ErrInvalidTarget means that the purpose of a step-up needs a target and has none, or has one and needs none.
	ErrInvalidTarget = errors.New("target does not match the purpose of the step-up")
)

// CredentialsError is returned for a wrong address or password.
type CredentialsError struct {
	Budget throttle.Budget // what is left to try
}

func (e *CredentialsError) Error() string { return ErrCredentialsRejected.Error() }

// Is makes errors.Is(err, ErrCredentialsRejected) hold.
func (e *CredentialsError) Is(target error) bool { return target == ErrCredentialsRejected }

// CodeRequiredError is returned for a right password without the second factor that the account needs.
type CodeRequiredError struct {
	Factors []throttle.Kind // any one of them is accepted
}

func (e *CodeRequiredError) Error() string { return ErrCodeRequired.Error() }

// Is makes errors.Is(err, ErrCodeRequired) hold.
func (e *CodeRequiredError) Is(target error) bool { return target == ErrCodeRequired }

// SecondFactor is what the user presents beside the password: at most one of the two. Code is empty or six digits.
type SecondFactor struct {
	Code         string
	RecoveryCode mfa.RecoveryCode
}

// IsZero reports whether p holds no second factor.
func (p SecondFactor) IsZero() bool { return p.Code == "" && p.RecoveryCode.IsZero() }

// Credentials is what the user presents to sign in or to step up.
type Credentials struct {
	Password secret.Text
	SecondFactor
}
