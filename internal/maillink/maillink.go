// Package maillink issues, consumes and revokes the single-use links in mails. A link belongs to one account, one purpose and
// one subject, expires, and works once; only the hash of its token is stored. Consume a link in the transaction of the change
// that it permits. The entry point is [Service].
package maillink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/internal/secret"
)

// Purpose is the operation that a link permits.
type Purpose string

const (
	ResetPassword   Purpose = "reset_password"   // set a new password
	ConfirmAddress  Purpose = "confirm_address"  // confirm a new email address
	CancelRemoval   Purpose = "cancel_removal"   // cancel an MFA removal
	CompleteRemoval Purpose = "complete_removal" // complete an MFA removal
	NotMe           Purpose = "not_me"           // dispute a change ("this was not me")
)

// Invitation is the subject of a ResetPassword link with which a user sets the first password of an account. The purpose is
// the same, so that what revokes reset links also revokes invitations.
const Invitation = "invitation"

// InvitationPath is the path of the page that an invitation opens.
const InvitationPath = "/set-password"

// Path returns the path of the page that a link of the purpose opens. The token is in the fragment, which browsers do not send
// to servers (RFC 9110 §7.1).
func (p Purpose) Path() string {
	return map[Purpose]string{
		ResetPassword: "/reset-password", ConfirmAddress: "/confirm-address", CancelRemoval: "/cancel-removal",
		CompleteRemoval: "/complete-removal", NotMe: "/not-me",
	}[p]
}

// ErrExpired means that a link has expired, was consumed or revoked, or never existed.
var ErrExpired = errors.New("link expired")

// Link permits one operation, once.
type Link struct {
	ID        string
	AccountID string
	Purpose   Purpose
	Subject   string // id of what the operation applies to, such as a pending address; may be empty
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Store persists links. A token is stored only as its SHA-256.
type Store interface {
	Insert(ctx context.Context, l Link, token [32]byte) error
	// ByToken returns ErrExpired for an unknown token.
	ByToken(ctx context.Context, token [32]byte) (Link, error)
	// Delete deletes a link and reports whether it existed, in one statement, so that a link works once.
	Delete(ctx context.Context, id string) (deleted bool, err error)
	// ByAccount lists the account's links of a purpose.
	ByAccount(ctx context.Context, accountID string, p Purpose) ([]Link, error)
	// DeleteOf deletes the account's links of a purpose and subject; an empty subject matches every one.
	DeleteOf(ctx context.Context, accountID string, p Purpose, subject string) error
}

// Service issues, consumes and revokes links.
type Service struct {
	Store Store
	Now   func() time.Time
	NewID func() string
}

// Issue stores a new link and returns its token. Call it in the transaction that enqueues the mail.
func (s *Service) Issue(ctx context.Context, accountID string, p Purpose, subject string, lifetime time.Duration) (secret.Text, error) {
	now := s.Now()
	l := Link{ID: s.NewID(), AccountID: accountID, Purpose: p, Subject: subject, CreatedAt: now, ExpiresAt: now.Add(lifetime)}
	token := secret.Random("tf_l_")
	if err := s.Store.Insert(ctx, l, token.Hash()); err != nil {
		return secret.Text{}, fmt.Errorf("store link: %w", err)
	}
	return token, nil
}

// Lookup returns the link of a token without consuming it. It returns ErrExpired, also for a link of another purpose.
func (s *Service) Lookup(ctx context.Context, p Purpose, token secret.Text) (Link, error) {
	l, err := s.Store.ByToken(ctx, token.Hash())
	if err != nil {
		return Link{}, err
	}
	if l.Purpose != p || !s.Now().Before(l.ExpiresAt) {
		return Link{}, ErrExpired
	}
	return l, nil
}

// Consume deletes the link. Call it in the transaction of the operation that the link permits. It returns ErrExpired if the
// link was consumed or revoked after Lookup.
func (s *Service) Consume(ctx context.Context, l Link) error {
	deleted, err := s.Store.Delete(ctx, l.ID)
	if err != nil {
		return fmt.Errorf("consume link: %w", err)
	}
	if !deleted {
		return ErrExpired
	}
	return nil
}

// RevokeAll revokes the account's links of a purpose and subject; an empty subject matches every one.
func (s *Service) RevokeAll(ctx context.Context, accountID string, p Purpose, subject string) error {
	if err := s.Store.DeleteOf(ctx, accountID, p, subject); err != nil {
		return fmt.Errorf("revoke links: %w", err)
	}
	return nil
}

// RevokeWhere revokes the account's links of a purpose for which match returns true.
func (s *Service) RevokeWhere(ctx context.Context, accountID string, p Purpose, match func(Link) bool) error {
	links, err := s.Store.ByAccount(ctx, accountID, p)
	if err != nil {
		return fmt.Errorf("list links: %w", err)
	}
	for _, l := range links {
		if !match(l) {
			continue
		}
		if _, err := s.Store.Delete(ctx, l.ID); err != nil {
			return fmt.Errorf("revoke link: %w", err)
		}
	}
	return nil
}
