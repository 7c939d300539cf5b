// Package admin looks after the accounts of others: it finds them, tells their state, and does for their owners what
// those cannot do any more. Whatever it does is recorded where the owner reads it, with who did it and why.
package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

var (
	// ErrNotFound means that there is no such account.
	ErrNotFound = errors.New("no account of that id")
	// ErrOwnAccount means that an administrator was to do it to themself.
	ErrOwnAccount = errors.New("own account")
	// ErrLastAdministrator means that nobody would be left who looks after accounts.
	ErrLastAdministrator = errors.New("last administrator")
	// ErrReasonRequired means that none was given.
	ErrReasonRequired = errors.New("no reason was given")
)

// Store finds accounts, and keeps what administrators change of them.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Lock makes others who lock the account wait until the transaction ends.
	Lock(ctx context.Context, accountID string) error
	// Find lists accounts whose address begins so, in the order of addresses, at most limit that come after the one with
	// the id after (empty: from the beginning).
	Find(ctx context.Context, prefix, after string, limit int) ([]AccountSummary, error)
	// OtherAdministrators lists those that are not disabled, without one, and makes others who ask wait until the
	// transaction ends.
	OtherAdministrators(ctx context.Context, but string) (accountIDs []string, err error)
	SetRole(ctx context.Context, accountID string, r account.Role) error
	// SetDisabled takes the zero time for an account that is not.
	SetDisabled(ctx context.Context, accountID string, at time.Time) error
	// LastSignIn is when the account was signed in to last, as far as its activity goes back; zero for never.
	LastSignIn(ctx context.Context, accountID string) (time.Time, error)
	// Lockout lists the kinds of proof of which a wait ends after at, in any bucket, or whose total has reached limit.
	Lockouts(ctx context.Context, accountID string, at time.Time, limit int) ([]Lockout, error)
}

// AccountSummary is an account in a list.
type AccountSummary struct {
	Account account.Account
	MFA     bool
}

// Lockout is a kind of proof that is not looked at now.
type Lockout struct {
	Kind        throttle.Kind
	LockedUntil time.Time // zero: waiting does not help
}

// Accounts are whom it is about.
type Accounts interface {
	ByID(ctx context.Context, id string) (account.Account, error)
	// CancelPendingChanges ends reset links, and an address that waits to be confirmed.
	CancelPendingChanges(ctx context.Context, accountID string) error
}

// Revoker is what proofs have opened.
type Revoker interface {
	// RevokeAll ends everything that the account's proofs have opened, and the recognition of its devices.
	RevokeAll(ctx context.Context, accountID string) (sessions int, err error)
}

// Service looks after accounts.
type Service struct {
	Store    Store
	Accounts Accounts
	Revoker  Revoker
	Methods  *mfa.Service
	Sessions *session.Service
	StepUps  *stepup.Service
	Removals *mfaremoval.Service
	Attempts *throttle.Limiter
	Notices  mfa.Notices
	Audit    audit.Log
	Now      func() time.Time
}

// Find answers a page of accounts whose address begins with a prefix, in any spelling; see Store.
func (s *Service) Find(ctx context.Context, prefix, after string, limit int) ([]AccountSummary, error) {
	found, err := s.Store.Find(ctx, account.CanonicalEmail(prefix), after, limit)
	if err != nil {
		return nil, fmt.Errorf("find accounts: %w", err)
	}
	return found, nil
}

// AccountDetails is what there is to know of an account, and no secret of it.
type AccountDetails struct {
	Account    account.Account
	LastSignIn time.Time // zero: never, or longer ago than the activity goes back
	MFA        mfa.State
	Sessions   []session.Session // the newest first
	Lockouts   []Lockout
	Removal    mfaremoval.Status // zero: none is under way
}

// AccountDetails answers an account's state, or ErrNotFound.
func (s *Service) Details(ctx context.Context, accountID string) (AccountDetails, error) {
	a, err := s.find(ctx, accountID)
	if err != nil {
		return AccountDetails{}, err
	}
	st := AccountDetails{Account: a}
	if st.LastSignIn, err = s.Store.LastSignIn(ctx, a.ID); err != nil {
		return AccountDetails{}, fmt.Errorf("look for sign-ins: %w", err)
	}
	if st.MFA, err = s.Methods.State(ctx, a.ID); err != nil {
		return AccountDetails{}, err
	}
	if st.Sessions, err = s.Sessions.List(ctx, a.ID, "", s.Sessions.Limits.PerAccount); err != nil {
		return AccountDetails{}, err
	}
	if st.Lockouts, err = s.Store.Lockouts(ctx, a.ID, s.Now(), s.Attempts.Limits.HardLimit); err != nil {
		return AccountDetails{}, fmt.Errorf("look for waits: %w", err)
	}
	st.Removal, err = s.Removals.Current(ctx, a.ID)
	if err != nil && !errors.Is(err, mfaremoval.ErrNotFound) {
		return AccountDetails{}, err
	}
	return st, nil
}

// Activity answers a page of what happened to an account, the newest first: at most limit entries before the one with the
// id before (empty: all). It answers ErrNotFound.
func (s *Service) Activity(ctx context.Context, accountID, before string, limit int) ([]audit.Entry, error) {
	a, err := s.find(ctx, accountID)
	if err != nil {
		return nil, err
	}
	return s.Audit.Entries(ctx, a.ID, before, limit)
}

func (s *Service) find(ctx context.Context, accountID string) (account.Account, error) {
	a, err := s.Accounts.ByID(ctx, accountID)
	if errors.Is(err, account.ErrNotFound) {
		return account.Account{}, ErrNotFound
	}
	if err != nil {
		return account.Account{}, fmt.Errorf("find account: %w", err)
	}
	return a, nil
}

// SetRole gives an account a role, or none, by command. It answers ErrNotFound. One that is as it is to be stays so.
func (s *Service) SetRole(ctx context.Context, accountID string, r account.Role) error {
	return s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, accountID); err != nil {
			return err
		}
		a, err := s.find(ctx, accountID)
		if err != nil || a.Role == r {
			return err
		}
		if err := s.Store.SetRole(ctx, a.ID, r); err != nil {
			return fmt.Errorf("set role: %w", err)
		}
		e := audit.Event{Kind: audit.AccountRoleGranted, AccountID: a.ID, Name: string(r), Reason: "command"}
		if r == "" {
			e.Kind, e.Name = audit.AccountRoleRevoked, string(a.Role)
		}
		return s.Audit.Record(ctx, e)
	})
}

// reason is what was given, or ErrReason.
func reason(given string) (string, error) {
	given = strings.TrimSpace(given)
	if given == "" {
		return "", ErrReasonRequired
	}
	return given, nil
}

var _ Accounts = (*account.Service)(nil)

var _ mfa.Notices = (*notify.Service)(nil)
