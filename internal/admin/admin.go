// Package admin lets administrators and operators manage other users' accounts: find them, read their state and activity, end
// their sessions, disable and enable them, and reset their MFA or password. Every action requires a reason, consumes the
// administrator's step-up for that account, and is recorded with its actor and reason in the activity that the owner reads.
// Reading an account's state or activity is recorded there too. Administrators cannot act on their own account, and the last
// enabled administrator cannot be disabled. The entry point is [Service].
package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/usertext"
)

var (
	// ErrNotFound means that no account has the id.
	ErrNotFound = errors.New("no account of that id")
	// ErrOwnAccount means that the action's target is the administrator's own account.
	ErrOwnAccount = errors.New("own account")
	// ErrLastAdministrator means that the action would leave no enabled administrator.
	ErrLastAdministrator = errors.New("last administrator")
	// ErrReasonRequired means that the reason of the action is empty.
	ErrReasonRequired = errors.New("no reason was given")
)

// Store finds accounts and persists what administrators change of them.
type Store interface {
	account.Locker
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Find lists at most limit accounts whose address begins with prefix, ordered by address, after the account with the id
	// after (empty: from the beginning).
	Find(ctx context.Context, prefix, after string, limit int) ([]AccountSummary, error)
	// OtherAdministrators lists the enabled administrators except one. It locks them until the transaction ends, so that two
	// administrators cannot disable each other at once.
	OtherAdministrators(ctx context.Context, except string) (accountIDs []string, err error)
	SetRole(ctx context.Context, accountID string, r account.Role) error
	// SetDisabled disables the account at a time, or enables it if at is zero.
	SetDisabled(ctx context.Context, accountID string, at time.Time) error
	// LastSignIn returns the time of the newest sign-in in the account's activity; zero: none.
	LastSignIn(ctx context.Context, accountID string) (time.Time, error)
	// Lockouts lists the kinds of attempt whose backoff, in any bucket, ends after at, or whose failures have reached limit.
	Lockouts(ctx context.Context, accountID string, at time.Time, limit int) ([]Lockout, error)
}

// AccountSummary is an account in a list of search results.
type AccountSummary struct {
	Account account.Account
	MFA     bool
}

// Lockout is a kind of attempt that is rejected now without a check.
type Lockout struct {
	Kind        throttle.Kind
	LockedUntil time.Time // zero: waiting does not end it
}

// Accounts looks up accounts.
type Accounts interface {
	ByID(ctx context.Context, id string) (account.Account, error)
}

// Service manages accounts on behalf of administrators and operators.
type Service struct {
	Store     Store
	Accounts  Accounts
	Pending   mfa.PendingChanges
	Revoker   account.Revoker
	Methods   *mfa.Service
	Passwords *account.Passwords
	Sessions  *session.Service
	StepUps   *stepup.Service
	Removals  *mfaremoval.Service
	Attempts  *throttle.Limiter
	Notices   mfa.Notices
	Audit     audit.Log
	Now       func() time.Time
}

// Find returns a page of accounts whose address begins with prefix, in any spelling; see [Store]. The log states which
// administrator searched.
func (s *Service) Find(ctx context.Context, actor, prefix, after string, limit int) ([]AccountSummary, error) {
	if err := s.Audit.Record(ctx, audit.Event{Kind: audit.AccountsSearched, Actor: actor}); err != nil {
		return nil, err
	}
	found, err := s.Store.Find(ctx, canonicalPrefix(prefix), after, limit)
	if err != nil {
		return nil, fmt.Errorf("find accounts: %w", err)
	}
	return found, nil
}

// canonicalPrefix returns how the canonical addresses begin that may begin with a typed text. The ASCII form of the label that
// is still being typed is not known, but it begins with the label's ASCII letters (RFC 3492 §3.1).
func canonicalPrefix(typed string) string {
	typed = strings.TrimSpace(typed)
	last := strings.LastIndexAny(typed, "@.") + 1
	notASCII := func(r rune) bool { return r > unicode.MaxASCII }
	if !strings.Contains(typed, "@") || !strings.ContainsFunc(typed[last:], notASCII) {
		return account.CanonicalEmail(typed)
	}
	label := strings.ToLower(norm.NFC.String(typed[last:]))
	return account.CanonicalEmail(typed[:last]) + "xn--" + strings.Map(func(r rune) rune {
		if notASCII(r) {
			return -1
		}
		return r
	}, label)
}

// AccountDetails is the state of an account, without any secret of it.
type AccountDetails struct {
	Account    account.Account
	LastSignIn time.Time // zero: none in the activity that is kept
	MFA        mfa.State
	Sessions   []session.Session // newest first
	Lockouts   []Lockout
	Removal    mfaremoval.Status // zero: none in progress
}

// Details returns the state of an account, and records that an administrator viewed it. It returns ErrNotFound.
func (s *Service) Details(ctx context.Context, actor, accountID string) (AccountDetails, error) {
	a, err := s.find(ctx, accountID)
	if err != nil {
		return AccountDetails{}, err
	}
	if err := s.recordView(ctx, actor, a.ID); err != nil {
		return AccountDetails{}, err
	}
	st := AccountDetails{Account: a}
	if st.LastSignIn, err = s.Store.LastSignIn(ctx, a.ID); err != nil {
		return AccountDetails{}, fmt.Errorf("find last sign-in: %w", err)
	}
	if st.MFA, err = s.Methods.State(ctx, a.ID); err != nil {
		return AccountDetails{}, err
	}
	if st.Sessions, err = s.Sessions.List(ctx, a.ID, "", s.Sessions.Limits.PerAccount); err != nil {
		return AccountDetails{}, err
	}
	if st.Lockouts, err = s.Store.Lockouts(ctx, a.ID, s.Now(), s.Attempts.Limits.HardLimit); err != nil {
		return AccountDetails{}, fmt.Errorf("list lockouts: %w", err)
	}
	st.Removal, err = s.Removals.Current(ctx, a.ID)
	if err != nil && !errors.Is(err, mfaremoval.ErrNotFound) {
		return AccountDetails{}, err
	}
	return st, nil
}

// Activity returns a page of an account's activity, newest first: at most limit entries before the one with the id before
// (empty: from the newest). It records that an administrator viewed it. It returns ErrNotFound.
func (s *Service) Activity(ctx context.Context, actor, accountID, before string, limit int) ([]audit.Entry, error) {
	a, err := s.find(ctx, accountID)
	if err != nil {
		return nil, err
	}
	if err := s.recordView(ctx, actor, a.ID); err != nil {
		return nil, err
	}
	return s.Audit.Entries(ctx, a.ID, before, limit)
}

// find returns an account, or ErrNotFound of this package.
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

// SetRole sets the role of an account, or removes it, on an operator's command. It does nothing if the account has that role
// already. It returns ErrNotFound.
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

// parseReason returns a reason without surrounding space, or ErrReasonRequired if it shows nothing.
func parseReason(text string) (string, error) {
	text = strings.TrimSpace(text)
	if usertext.IsBlank(text) {
		return "", ErrReasonRequired
	}
	return text, nil
}

var _ Accounts = (*account.Service)(nil)

var _ mfa.Notices = (*notify.Service)(nil)
