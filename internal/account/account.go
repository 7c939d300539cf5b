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

	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/secret"
)

// Account is a person who can sign in.
type Account struct {
	ID                string
	Email             string // canonical
	DisplayName       string
	Language          string // of mails: BCP 47
	NoticeEmail       string // a second address for notices; empty for none
	PasswordHash      string // PHC string
	CreatedAt         time.Time
	PasswordChangedAt time.Time
	PasswordResetAt   time.Time // when it was last set by a mailed link; zero for never
}

var (
	// ErrNotFound means that there is no such account.
	ErrNotFound = errors.New("no such account")
	// ErrEmailTaken means that another account has the address.
	ErrEmailTaken = errors.New("e-mail address is taken")
	// ErrEmail means that it is no e-mail address.
	ErrEmail = errors.New("not an e-mail address")
)

// Store keeps accounts.
type Store interface {
	// Insert answers ErrEmailTaken for a second account with the address.
	Insert(ctx context.Context, a Account) error
	// ByID and ByEmail answer ErrNotFound.
	ByID(ctx context.Context, id string) (Account, error)
	ByEmail(ctx context.Context, email string) (Account, error)
	SetPassword(ctx context.Context, id, hash string, at time.Time) error
	// Rehash replaces hash old by the same password's hash now; it changes nothing where old is no longer there.
	Rehash(ctx context.Context, id, old, hash string) error
	// Lock makes others who lock the account wait until the transaction ends.
	Lock(ctx context.Context, id string) error
}

// Service adds and finds accounts.
type Service struct {
	Store     Store
	Passwords *password.Hasher
	Now       func() time.Time
	NewID     func() string
}

// CanonicalEmail is the one spelling under which an address is kept, looked up and counted: trimmed, NFC, lower case.
func CanonicalEmail(email string) string {
	return norm.NFC.String(strings.ToLower(norm.NFC.String(strings.TrimSpace(email))))
}

// Add makes an account. It answers ErrEmail, ErrEmailTaken, and password.ErrTooShort, ErrTooLong or ErrEncoding.
func (s *Service) Add(ctx context.Context, email string, pw secret.Text) (Account, error) {
	email = CanonicalEmail(email)
	if err := checkEmail(email); err != nil {
		return Account{}, err
	}
	hash, err := s.hash(ctx, pw)
	if err != nil {
		return Account{}, err
	}
	now := s.Now()
	a := Account{ID: s.NewID(), Email: email, Language: "en", PasswordHash: hash, CreatedAt: now, PasswordChangedAt: now}
	if err := s.Store.Insert(ctx, a); err != nil {
		return Account{}, fmt.Errorf("add account: %w", err)
	}
	return a, nil
}

// SetPassword gives the account a new password, with Add's rules.
func (s *Service) SetPassword(ctx context.Context, id string, pw secret.Text) error {
	hash, err := s.hash(ctx, pw)
	if err != nil {
		return err
	}
	if err := s.Store.SetPassword(ctx, id, hash, s.Now()); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

func (s *Service) hash(ctx context.Context, pw secret.Text) (string, error) {
	if err := password.Acceptable(pw); err != nil {
		return "", err
	}
	release, err := s.Passwords.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return s.Passwords.Hash(pw)
}

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
	if err != nil || addr.Address != email || addr.Name != "" || len(email) > 254 || strings.ContainsAny(email, ":\"") || strings.ContainsFunc(email, unicode.IsControl) {
		return fmt.Errorf("%w: %q", ErrEmail, email)
	}
	return nil
}
