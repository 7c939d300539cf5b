// Package account manages accounts: it adds them, finds them, and changes their profile, email addresses and password. An
// address is stored, compared and counted in one canonical spelling; no two accounts have the same one. A new address takes
// effect when the link mailed to it is followed. A new password revokes what the old one gave access to and cancels pending
// changes of the account. An invited user sets the first password with a mailed link. Every change records its audit entry and
// enqueues its notice in its own transaction. The entry points are [Service] for accounts and addresses, and [Passwords],
// through which every password of an existing account is set.
package account

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/audit"
	"twofold/internal/mailaddr"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/stepup"
	"twofold/internal/usertext"
)

// Account is a user who can sign in.
type Account struct {
	ID                string // UUIDv7
	Email             string // canonical; the address that the user signs in with
	DisplayName       string
	Language          string // of mails: BCP 47
	NoticeEmail       string // a second address for notices, canonical; empty: none
	PasswordHash      string // PHC string; empty while there is no password, see Passwords.ForceReset and Service.Invite
	CreatedAt         time.Time
	PasswordChangedAt time.Time // zero: an invited user who has not set the first password
	PasswordResetAt   time.Time // when the password was last reset with a mailed link that the user requested; zero: never
	Role              Role
	DisabledAt        time.Time // when the account was disabled; zero: it is enabled
}

// Role is a permission beyond the account's own data; empty: none.
type Role string

// Admin is the role of administrators, who manage other accounts.
const Admin Role = "admin"

// Disabled reports whether the account is disabled. Every sign-in to a disabled account is rejected.
func (a Account) Disabled() bool { return !a.DisabledAt.IsZero() }

// NeedsReset reports whether the account has no password: it was removed, or an invited user has not set the first one.
func (a Account) NeedsReset() bool { return a.PasswordHash == "" }

var (
	// ErrNotFound means that no account has the id or address.
	ErrNotFound = errors.New("no such account")
	// ErrEmailTaken means that another account has the address.
	ErrEmailTaken = errors.New("email address is taken")
	// ErrInvalidEmail means that the text is not an email address.
	ErrInvalidEmail = errors.New("not an email address")
)

// Locker serializes changes to one account's credentials.
type Locker interface {
	// Lock blocks other transactions that lock the account until the current one ends.
	Lock(ctx context.Context, accountID string) error
}

// Store persists accounts.
type Store interface {
	Locker
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Insert returns ErrEmailTaken if another account has the address.
	Insert(ctx context.Context, a Account) error
	// ByID and ByEmail return ErrNotFound.
	ByID(ctx context.Context, id string) (Account, error)
	ByEmail(ctx context.Context, email string) (Account, error)
	// WithUnicodeAddress lists the accounts with an address, of either kind, that is not in ASCII.
	WithUnicodeAddress(ctx context.Context) ([]Account, error)
	SetPassword(ctx context.Context, id, hash string, at time.Time) error
	// SetResetAt records when the password was reset with a mailed link.
	SetResetAt(ctx context.Context, id string, at time.Time) error
	SetProfile(ctx context.Context, id, displayName, language string) error
	// SetEmail returns ErrEmailTaken if another account has the address.
	SetEmail(ctx context.Context, id, email string) error
	SetNoticeEmail(ctx context.Context, id, email string) error
	// Rehash replaces the hash old with hash, which is of the same password. It changes nothing if old is not the current
	// hash any more.
	Rehash(ctx context.Context, id, old, hash string) error
}

// StepUps consumes the step-up that permits a change.
type StepUps interface {
	Consume(ctx context.Context, g stepup.Grant) error
}

// Notices enqueues notices and returns the number of mails.
type Notices interface {
	Enqueue(ctx context.Context, n notify.Notice) (mails int, err error)
}

// RecoveryCodes counts the recovery codes of an account, for receipts.
type RecoveryCodes interface {
	RecoveryCodesLeft(ctx context.Context, accountID string) (int, error)
}

// Service adds and finds accounts and changes their profile and addresses.
type Service struct {
	Store         Store
	Policy        PasswordPolicy // for the passwords of new accounts
	Pending       *PendingChanges
	SentLinks     SentLinks
	Links         *maillink.Service
	Notices       Notices
	Mail          bool // whether mail is configured; without it, no address can be changed
	StepUps       StepUps
	RecoveryCodes RecoveryCodes
	Audit         audit.Log
	AddressLinks  LinkLimits // of links that confirm a new address
	// InvitationLifetime is the lifetime of a link that sets the first password.
	InvitationLifetime time.Duration
	Now                func() time.Time
	NewID              func() string
}

// CanonicalEmail returns the spelling under which an address is stored, looked up and counted: without spaces and invisible
// characters around it, NFC, lower case, and the domain in ASCII (UTS 46), which is how some browsers send it. A domain that
// has no such form is left as it is. [mailaddr.ToUnicode] returns the address as it is shown.
func CanonicalEmail(email string) string {
	email = strings.TrimFunc(email, func(r rune) bool { return unicode.IsSpace(r) || usertext.IsFormat(r) })
	email = norm.NFC.String(strings.ToLower(norm.NFC.String(email)))
	if ascii, err := mailaddr.ToASCII(email); err == nil {
		return ascii
	}
	return email
}

// Add adds an account on an operator's command. It returns ErrInvalidEmail, ErrEmailTaken and the errors of
// [PasswordPolicy.ValidateAndHash]. Call it outside a transaction, because it may wait for a hash slot.
func (s *Service) Add(ctx context.Context, email string, pw secret.Text) (Account, error) {
	email = CanonicalEmail(email)
	if err := checkEmail(email); err != nil {
		return Account{}, err
	}
	now := s.Now()
	a := Account{ID: s.NewID(), Email: email, Language: "en", CreatedAt: now, PasswordChangedAt: now}
	var err error
	if a.PasswordHash, err = s.Policy.ValidateAndHash(ctx, a, pw); err != nil {
		return Account{}, err
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Insert(ctx, a); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.AccountCreated, AccountID: a.ID, Reason: "command"})
	})
	if err != nil {
		return Account{}, fmt.Errorf("add account: %w", err)
	}
	return a, nil
}

// ByEmail returns the account with an address, in any spelling of it. It returns ErrNotFound.
func (s *Service) ByEmail(ctx context.Context, email string) (Account, error) {
	return s.Store.ByEmail(ctx, CanonicalEmail(email))
}

// ByID returns the account with an id. It returns ErrNotFound.
func (s *Service) ByID(ctx context.Context, id string) (Account, error) {
	return s.Store.ByID(ctx, id)
}

// Recipient returns the addresses, name and language for the account's notices. It returns ErrNotFound.
func (s *Service) Recipient(ctx context.Context, id string) (notify.Recipient, error) {
	return Recipients{Store: s.Store}.Recipient(ctx, id)
}

// Recipients looks up where an account's notices go. It needs the store alone, so that notify.Service can be built before
// Service, which sends notices.
type Recipients struct{ Store Store }

// Recipient returns the addresses, name and language for the account's notices: first the address that the user signs in
// with, then the notice address, if there is one. It returns ErrNotFound.
func (r Recipients) Recipient(ctx context.Context, id string) (notify.Recipient, error) {
	a, err := r.Store.ByID(ctx, id)
	if err != nil {
		return notify.Recipient{}, err
	}
	to := notify.Recipient{Addresses: []string{a.Email}, Name: a.DisplayName, Language: a.Language}
	if a.NoticeEmail != "" {
		to.Addresses = append(to.Addresses, a.NoticeEmail)
	}
	return to, nil
}

var _ notify.Recipients = Recipients{}

// checkEmail accepts what net/mail parses as a bare address (RFC 5322) of at most 254 octets (RFC 5321 §4.5.3.1.3). A
// colon is rejected, because it would break the label of the key URI.
func checkEmail(email string) error {
	addr, err := mail.ParseAddress(email)
	if err != nil || addr.Address != email || addr.Name != "" || len(email) > 254 || strings.ContainsAny(email, ":\"") || strings.ContainsFunc(email, isInvisible) {
		return fmt.Errorf("%w: %q", ErrInvalidEmail, email)
	}
	return nil
}

// isInvisible reports whether r is a space, line break, control character or direction mark of any script. net/mail
// accepts them in addresses (RFC 6532); Twofold does not.
func isInvisible(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }
