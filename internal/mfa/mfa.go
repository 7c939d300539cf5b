// Package mfa keeps what an account holds beyond its password, and asks for it at sign-in.
package mfa

import (
	"context"
	"errors"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

// TOTP is the type of an authenticator app, the one type there is so far.
const TOTP = "totp"

// Method is an authenticator app that was confirmed.
type Method struct {
	ID         string
	AccountID  string
	Type       string
	Name       string
	SealedKey  []byte
	LastStep   totp.Step // zero: never used
	CreatedAt  time.Time
	LastUsedAt time.Time
	// SuspendedAt is when its owner said that it is not theirs: it counts as MFA on and signs nobody in. Zero: it works.
	SuspendedAt time.Time
}

// Suspended says whether the method is accepted no longer.
func (m Method) Suspended() bool { return !m.SuspendedAt.IsZero() }

// Enrollment is an authenticator app being set up. Its id becomes the method's.
type Enrollment struct {
	ID        string
	AccountID string
	SessionID string // the session that began it, and alone can confirm it
	Name      string
	SealedKey []byte
	Tries     int
	CreatedAt time.Time
	ExpiresAt time.Time
	Replaces  string // the method whose place it takes when it is confirmed, if any
}

// State is what an account holds, and what it is setting up.
type State struct {
	Methods       []Method           // the oldest first
	Enrollment    Enrollment         // also one that is over; zero: there is none
	RecoveryCodes RecoveryCodeStatus // of recovery codes
}

var (
	// ErrNotFound means that there is no such method or enrollment, or that it is somebody else's.
	ErrNotFound = errors.New("no such MFA method or enrollment")
	// ErrCodeRejected means that the code is wrong. *RejectedError says more.
	ErrCodeRejected = errors.New("code rejected")
	// ErrCodeUsed means that the code was right, once (RFC 6238 §5.2).
	ErrCodeUsed = errors.New("code used before")
	// ErrNameTaken means that another method of the account has the name.
	ErrNameTaken = errors.New("method name is taken")
	// ErrInvalidName means that a name is too long once it is in Unicode NFC, or nothing but spaces where one is needed.
	ErrInvalidName = errors.New("method name does not fit")
	// ErrTooManyMethods means that the account has as many methods as it may have.
	ErrTooManyMethods = errors.New("too many methods")
	// ErrEnrollmentExpired means that the enrollment took too long or was tried too often.
	ErrEnrollmentExpired = errors.New("enrollment expired")
)

// RejectedError is a wrong code, and what is left to try.
type RejectedError struct {
	Budget      throttle.Budget
	ClockOffset time.Duration // at enrollment only: how far the phone is ahead; zero: not known
}

func (e *RejectedError) Error() string { return ErrCodeRejected.Error() }

// Is makes errors.Is(err, ErrCodeRejected) hold.
func (e *RejectedError) Is(target error) bool { return target == ErrCodeRejected }

// Store keeps methods and enrollments. Every look-up is bound to the account.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Methods lists the account's methods, the oldest first.
	Methods(ctx context.Context, accountID string) ([]Method, error)
	// InsertMethod and RenameMethod answer ErrNameTaken for a name that another method got a moment ago.
	InsertMethod(ctx context.Context, m Method) error
	RenameMethod(ctx context.Context, accountID, id, name string) (renamed bool, err error)
	// SuspendMethod answers false for one that is suspended already, or not there.
	SuspendMethod(ctx context.Context, accountID, id string, at time.Time) (suspended bool, err error)
	DeleteMethod(ctx context.Context, accountID, id string) (deleted bool, err error)
	DeleteMethods(ctx context.Context, accountID string) (deleted int, err error)
	// AdvanceStep remembers an accepted step if it is later than the last one and the method is not suspended: one conditional
	// UPDATE.
	AdvanceStep(ctx context.Context, accountID, id string, step totp.Step, at time.Time) (used bool, err error)
	// ReplaceEnrollment puts the account's one enrollment in place of an older one.
	ReplaceEnrollment(ctx context.Context, e Enrollment) error
	// State reads all of it at once.
	State(ctx context.Context, accountID string) (State, error)
	// IncrementTries adds a try, and answers how many there are now, or 0 where there were limit already.
	IncrementTries(ctx context.Context, accountID, id string, limit int) (tries int, err error)
	// MarkExpired notes that an enrollment is over, and answers false where that was noted before.
	MarkExpired(ctx context.Context, accountID, id string, at time.Time) (ended bool, err error)
	DeleteEnrollment(ctx context.Context, accountID, id string) (deleted bool, err error)
	DeleteEnrollments(ctx context.Context, accountID string) error
	// ExpiredEnrollments lists enrollments of all accounts whose end came before a time, at most limit.
	ExpiredEnrollments(ctx context.Context, before time.Time, limit int) ([]Enrollment, error)
	// RecoveryCodes lists the account's set, the used ones too.
	RecoveryCodes(ctx context.Context, accountID string) ([]StoredRecoveryCode, error)
	InsertRecoveryCodes(ctx context.Context, codes []StoredRecoveryCode) error
	// ConsumeRecoveryCode marks a code that was not used: one conditional UPDATE.
	ConsumeRecoveryCode(ctx context.Context, accountID, id string, at time.Time) (used bool, err error)
	DeleteRecoveryCodes(ctx context.Context, accountID string) error
}

// Sealer keeps keys unreadable at rest, each for one owner and one row.
type Sealer interface {
	Seal(plain []byte, owner, row string) ([]byte, error)
	Unseal(ctx context.Context, sealed []byte, owner, row string) ([]byte, error)
}

// PendingChanges cancels requests that could transfer the account: password reset links and an unconfirmed e-mail address.
type PendingChanges interface {
	CancelPendingChanges(ctx context.Context, accountID string) error
}

// Notices tells the account's owner what changed.
type Notices interface {
	Enqueue(ctx context.Context, n notify.Notice) (mails int, err error)
}

// Limits bound methods and enrollments.
type Limits struct {
	Methods            int // per account
	EnrollmentLifetime time.Duration
	EnrollmentTries    int
	RecoveryCodes      int // in a set
}

// Service enrolls, verifies and removes.
type Service struct {
	Store          Store
	Accounts       account.Locker
	PendingChanges PendingChanges
	Sealer         Sealer
	Sessions       *session.Service
	StepUps        *stepup.Service
	Hasher         *password.Hasher // of recovery codes
	Attempts       *throttle.Limiter
	Audit          audit.Log
	Notices        Notices
	Limits         Limits
	Policy         Policy
	Issuer         string // the name that authenticator apps show
	Now            func() time.Time
	NewID          func() string
}

// Methods lists the account's methods, the oldest first.
func (s *Service) Methods(ctx context.Context, accountID string) ([]Method, error) {
	return s.Store.Methods(ctx, accountID)
}

// Enabled says whether signing in takes a code. It is read off the methods each time, never kept beside them; a suspended
// one counts, so that suspending never turns MFA off.
func (s *Service) Enabled(ctx context.Context, accountID string) (bool, error) {
	methods, err := s.Store.Methods(ctx, accountID)
	return len(methods) > 0, err
}

// AttemptFor is a try at the account's codes in this session: one of level aal2 has a budget of its own.
func AttemptFor(accountID string, sess session.Session) throttle.Attempt {
	g := throttle.Attempt{Subject: accountID, Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}
	if sess.ID != "" && sess.AMR.ACR() == session.AAL2 {
		g.Bucket = throttle.SessionBucket(sess.ID)
	}
	return g
}
