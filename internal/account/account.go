// Package account keeps the people who can sign in.
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
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/stepup"
)

// Account is a person who can sign in.
type Account struct {
	ID                string
	Email             string // canonical
	DisplayName       string
	Language          string // of mails: BCP 47
	NoticeEmail       string // a second address for notices; empty for none
	PasswordHash      string // PHC string; empty while there is no password, see ForceReset
	CreatedAt         time.Time
	PasswordChangedAt time.Time
	PasswordResetAt   time.Time // when it was last set by a mailed link; zero for never
	Role              Role
	DisabledAt        time.Time // since when nobody signs in; zero for not
}

// Role is what an account may do beyond its own; empty for nothing.
type Role string

// Admin looks after the accounts of others.
const Admin Role = "admin"

// Disabled says whether nobody signs in to the account, whatever they present.
func (a Account) Disabled() bool { return !a.DisabledAt.IsZero() }

var (
	// ErrNotFound means that there is no such account.
	ErrNotFound = errors.New("no such account")
	// ErrEmailTaken means that another account has the address.
	ErrEmailTaken = errors.New("e-mail address is taken")
	// ErrInvalidEmail means that it is no e-mail address.
	ErrInvalidEmail = errors.New("not an e-mail address")
)

// Store keeps accounts.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// Insert answers ErrEmailTaken for a second account with the address.
	Insert(ctx context.Context, a Account) error
	// ByID and ByEmail answer ErrNotFound.
	ByID(ctx context.Context, id string) (Account, error)
	ByEmail(ctx context.Context, email string) (Account, error)
	SetPassword(ctx context.Context, id, hash string, at time.Time) error
	// SetResetAt remembers when the password was last set by a mailed link.
	SetResetAt(ctx context.Context, id string, at time.Time) error
	SetProfile(ctx context.Context, id, displayName, language string) error
	// SetEmail answers ErrEmailTaken where another account has the address.
	SetEmail(ctx context.Context, id, email string) error
	SetNoticeEmail(ctx context.Context, id, email string) error
	// Rehash replaces hash old by the same password's hash now; it changes nothing where old is no longer there.
	Rehash(ctx context.Context, id, old, hash string) error
	// Lock makes others who lock the account wait until the transaction ends.
	Lock(ctx context.Context, id string) error
}

// Service adds and finds accounts, and changes what belongs to the person rather than to a second factor.
type Service struct {
	Store     Store
	Passwords *password.Hasher
	Issuer    string // the service's name, which is nobody's password
	Pending   PendingStore
	Resets    ResetStore
	Links     *maillink.Service
	Notices   *notify.Service
	StepUps   StepUps
	Revoker   Revoker
	Sealer    notify.Sealer
	Audit     audit.Log
	Limits    Limits
	MinLength func() int // of a new password, now; nil: password.MinLength
	Now       func() time.Time
	NewID     func() string
}

// Limits bound mailed links.
type Limits struct {
	ResetLifetime   time.Duration
	ResetMails      int // reset links per account and hour
	AddressMails    int // links to new addresses, likewise
	AddressLifetime time.Duration
}

// StepUps uses up the step-up that permits a change.
type StepUps interface {
	Consume(ctx context.Context, g stepup.Grant) error
}

// Revoker is what an account's proofs have opened.
type Revoker interface {
	// RevokeAll ends the account's sessions, its sign-ins that wait for a code and its step-up tokens, and says how many
	// sessions that were.
	RevokeAll(ctx context.Context, accountID string) (sessions int, err error)
	// ResetPasswordFailures forgets the wrong passwords that were counted, and ends what the old password asked for.
	ResetPasswordFailures(ctx context.Context, accountID string) error
	// RecoveryCodesLeft is how many recovery codes the account has.
	RecoveryCodesLeft(ctx context.Context, accountID string) (int, error)
}

// CanonicalEmail is the one spelling under which an address is kept, looked up and counted: trimmed, NFC, lower case.
func CanonicalEmail(email string) string {
	return norm.NFC.String(strings.ToLower(norm.NFC.String(strings.TrimSpace(email))))
}

// Add makes an account, by command. It answers ErrEmail, ErrEmailTaken, and HashNew's errors. Call it
// outside of transactions: who hashes may wait for the one that would wait for a hash.
func (s *Service) Add(ctx context.Context, email string, pw secret.Text) (Account, error) {
	email = CanonicalEmail(email)
	if err := checkEmail(email); err != nil {
		return Account{}, err
	}
	now := s.Now()
	a := Account{ID: s.NewID(), Email: email, Language: "en", CreatedAt: now, PasswordChangedAt: now}
	var err error
	if a.PasswordHash, err = s.ValidateAndHash(ctx, a, pw); err != nil {
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

// SetPassword gives the account a new password. It answers ErrNotFound and HashNew's errors.
func (s *Service) SetPassword(ctx context.Context, id string, pw secret.Text) error {
	a, err := s.Store.ByID(ctx, id)
	if err != nil {
		return fmt.Errorf("find account: %w", err)
	}
	hash, err := s.ValidateAndHash(ctx, a, pw)
	if err != nil {
		return err
	}
	if err := s.Store.SetPassword(ctx, id, hash, s.Now()); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// ValidateAndHash hashes what is to be the account's next password. It answers password.ErrEncoding, an
// *password.PolicyError, or password.ErrBusy. It takes a place in the queue for hashes and a hash or two: call it
// before the transaction that keeps the hash.
func (s *Service) ValidateAndHash(ctx context.Context, a Account, pw secret.Text) (string, error) {
	local, _, _ := strings.Cut(a.Email, "@")
	if err := password.Validate(pw, s.MinPasswordLength(), a.Email, local, productName, s.Issuer); err != nil {
		return "", err
	}
	release, err := s.Passwords.Acquire(ctx)
	if err != nil {
		return "", fmt.Errorf("queue for a hash: %w", err)
	}
	defer release()
	if a.PasswordHash != "" {
		same, _, err := s.Passwords.Verify(a.PasswordHash, pw)
		if err != nil {
			return "", fmt.Errorf("verify old password: %w", err)
		}
		if same {
			return "", password.ErrUnchanged
		}
	}
	return s.Passwords.Hash(pw)
}

// MinPasswordLength is how many characters a new password has at least, now.
func (s *Service) MinPasswordLength() int {
	if s.MinLength == nil {
		return password.MinLength
	}
	return s.MinLength()
}

// productName is what everybody knows that this is, whatever the operator calls it.
const productName = "Twofold"

// ByEmail finds an account by any spelling of its address. It answers ErrNotFound.
func (s *Service) ByEmail(ctx context.Context, email string) (Account, error) {
	return s.Store.ByEmail(ctx, CanonicalEmail(email))
}

// ByID answers ErrNotFound.
func (s *Service) ByID(ctx context.Context, id string) (Account, error) {
	return s.Store.ByID(ctx, id)
}

// Recipient is who reads the account's notices.
func (s *Service) Recipient(ctx context.Context, id string) (notify.Recipient, error) {
	a, err := s.Store.ByID(ctx, id)
	if err != nil {
		return notify.Recipient{}, err
	}
	r := notify.Recipient{Addresses: []string{a.Email}, Name: a.DisplayName, Language: a.Language}
	if a.NoticeEmail != "" {
		r.Addresses = append(r.Addresses, a.NoticeEmail)
	}
	return r, nil
}

// checkEmail accepts what net/mail reads as a bare address (RFC 5322) of at most 254 octets (RFC 5321 §4.5.3.1.3). A
// colon would break the key URI's label.
func checkEmail(email string) error {
	addr, err := mail.ParseAddress(email)
	if err != nil || addr.Address != email || addr.Name != "" || len(email) > 254 || strings.ContainsAny(email, ":\"") || strings.ContainsFunc(email, unseen) {
		return fmt.Errorf("%w: %q", ErrInvalidEmail, email)
	}
	return nil
}

// unseen is what no address shows: spaces and line breaks of all scripts, controls, marks of direction. RFC 6532 lets
// net/mail take them.
func unseen(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }
