// Package mfa manages the MFA methods and recovery codes of accounts: enrollment (Begin, Confirm), matching and consuming codes
// (MatchCode, ConsumeStep), and removal. Whether an account has MFA is always derived from its methods. A change of methods
// is one transaction with what follows from it: ended sessions, revoked step-up tokens, the activity entry and the notice.
package mfa

import (
	"context"
	"errors"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// TOTP is the type of an authenticator app, which is the only type so far.
const TOTP = "totp"

// Method is a confirmed authenticator app.
type Method struct {
	ID         string
	AccountID  string
	Type       string
	Name       string
	SealedKey  []byte
	LastStep   totp.Step // zero: never used
	CreatedAt  time.Time
	LastUsedAt time.Time
	// SuspendedAt is when the owner reported that the method is not theirs. A suspended method keeps MFA on and is not
	// accepted. Zero: accepted.
	SuspendedAt time.Time
}

// Suspended reports whether the method is suspended, so that its codes are not accepted.
func (m Method) Suspended() bool { return !m.SuspendedAt.IsZero() }

// Enrollment is an authenticator app that is being set up. The method gets its id.
type Enrollment struct {
	ID        string
	AccountID string
	SessionID string // the session that began it; no other can confirm it
	Name      string
	SealedKey []byte
	Tries     int
	CreatedAt time.Time
	ExpiresAt time.Time
	Replaces  string // the id of the method that is deleted when it is confirmed, if any
}

// State is the MFA state of an account.
type State struct {
	Methods       []Method   // the oldest first
	Enrollment    Enrollment // possibly expired; zero: there is none
	RecoveryCodes RecoveryCodeStatus
}

var (
	// ErrNotFound means that the account has no such method or enrollment.
	ErrNotFound = errors.New("no such MFA method or enrollment")
	// ErrCodeRejected means that the code is wrong. *RejectedError holds the details.
	ErrCodeRejected = errors.New("code rejected")
	// ErrCodeUsed means that the code has been used before (RFC 6238 §5.2).
	ErrCodeUsed = errors.New("code used before")
	// ErrNameTaken means that another method of the account has the name.
	ErrNameTaken = errors.New("method name is taken")
	// ErrInvalidName means that a name is too long in Unicode NFC, shows nothing, or is blank where one is needed.
	ErrInvalidName = errors.New("invalid method name")
	// ErrTooManyMethods means that the account has as many methods as it may have.
	ErrTooManyMethods = errors.New("too many methods")
	// ErrEnrollmentExpired means that the enrollment took too long or has no tries left.
	ErrEnrollmentExpired = errors.New("enrollment expired")
)

// RejectedError is returned for a wrong code.
type RejectedError struct {
	Budget      throttle.Budget // what is left to try
	ClockOffset time.Duration   // at enrollment only: how far the phone's clock is ahead; zero: unknown
}

func (e *RejectedError) Error() string { return ErrCodeRejected.Error() }

// Is makes errors.Is(err, ErrCodeRejected) hold.
func (e *RejectedError) Is(target error) bool { return target == ErrCodeRejected }

// Store holds methods, enrollments and recovery codes. Every look-up is bound to the account.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Methods lists the account's methods, the oldest first.
	Methods(ctx context.Context, accountID string) ([]Method, error)
	// InsertMethod and RenameMethod return ErrNameTaken if another method has just got the name.
	InsertMethod(ctx context.Context, m Method) error
	RenameMethod(ctx context.Context, accountID, id, name string) (renamed bool, err error)
	// SuspendMethod returns false if the method is already suspended or does not exist.
	SuspendMethod(ctx context.Context, accountID, id string, at time.Time) (suspended bool, err error)
	DeleteMethod(ctx context.Context, accountID, id string) (deleted bool, err error)
	DeleteMethods(ctx context.Context, accountID string) (deleted int, err error)
	// AdvanceStep stores the last accepted step if it is later than the one before and the method is not suspended. It is one
	// conditional UPDATE.
	AdvanceStep(ctx context.Context, accountID, id string, step totp.Step, at time.Time) (advanced bool, err error)
	// ReplaceEnrollment stores the account's only enrollment and replaces an older one.
	ReplaceEnrollment(ctx context.Context, e Enrollment) error
	// State reads the account's methods, enrollment and recovery codes in one query.
	State(ctx context.Context, accountID string) (State, error)
	// IncrementTries adds a try and returns the number of tries, or 0 if there were limit of them already.
	IncrementTries(ctx context.Context, accountID, id string, limit int) (tries int, err error)
	// MarkExpired marks an enrollment as expired, and returns false if it was marked before.
	MarkExpired(ctx context.Context, accountID, id string, at time.Time) (marked bool, err error)
	DeleteEnrollment(ctx context.Context, accountID, id string) (deleted bool, err error)
	DeleteEnrollments(ctx context.Context, accountID string) error
	// ExpiredEnrollments lists at most limit enrollments, of all accounts, that expired before a time.
	ExpiredEnrollments(ctx context.Context, before time.Time, limit int) ([]Enrollment, error)
	// RecoveryCodes lists the account's recovery codes, used and unused.
	RecoveryCodes(ctx context.Context, accountID string) ([]StoredRecoveryCode, error)
	InsertRecoveryCodes(ctx context.Context, codes []StoredRecoveryCode) error
	// ConsumeRecoveryCode marks an unused code as used, and returns false if it was used before. It is one conditional UPDATE.
	ConsumeRecoveryCode(ctx context.Context, accountID, id string, at time.Time) (consumed bool, err error)
	DeleteRecoveryCodes(ctx context.Context, accountID string) error
}

// Sealer encrypts keys at rest and binds each to its owner and row.
type Sealer interface {
	Seal(plain []byte, owner, row string) ([]byte, error)
	Unseal(ctx context.Context, sealed []byte, owner, row string) ([]byte, error)
}

// PendingChanges cancels requests that could transfer the account: password reset links and an unconfirmed email address.
type PendingChanges interface {
	CancelPendingChanges(ctx context.Context, accountID string) error
}

// Trust revokes what a password has given access to besides sessions.
type Trust interface {
	// RevokeOthers deletes the account's pending sign-ins and revokes every known device, with its attempt budgets, but the one
	// that sess is used from. browser is the device token of that browser.
	RevokeOthers(ctx context.Context, sess session.Session, browser secret.Text) error
}

// Notices queues mails about security events to the account's owner.
type Notices interface {
	Enqueue(ctx context.Context, n notify.Notice) (mails int, err error)
}

// Limits bound methods and enrollments.
type Limits struct {
	Methods            int // per account
	EnrollmentLifetime time.Duration
	EnrollmentTries    int
	RecoveryCodes      int // per set
}

// Service manages MFA methods and recovery codes.
type Service struct {
	Store          Store
	Accounts       account.Locker
	PendingChanges PendingChanges
	Trust          Trust
	Sealer         Sealer
	Sessions       *session.Service
	StepUps        *stepup.Service
	Hasher         *password.Hasher // for recovery codes
	Attempts       *throttle.Limiter
	Audit          audit.Log
	Notices        Notices
	Limits         Limits
	Policy         Policy
	Issuer         string // shown by authenticator apps
	Now            func() time.Time
	NewID          func() string
}

// Methods lists the account's methods, the oldest first.
func (s *Service) Methods(ctx context.Context, accountID string) ([]Method, error) {
	return s.Store.Methods(ctx, accountID)
}

// Enabled reports whether signing in needs a second factor. It is always derived from the methods. A suspended method counts,
// so that suspending never turns MFA off.
func (s *Service) Enabled(ctx context.Context, accountID string) (bool, error) {
	methods, err := s.Store.Methods(ctx, accountID)
	return len(methods) > 0, err
}

// AttemptFor returns the throttle.Attempt of a TOTP code in this session. A session with two factors has a bucket of its own.
func AttemptFor(accountID string, sess session.Session) throttle.Attempt {
	attempt := throttle.Attempt{Subject: accountID, Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	if sess.ID != "" && sess.AMR.ACR() == session.AAL2 {
		attempt.Bucket = throttle.SessionBucket(sess.ID)
	}
	return attempt
}
