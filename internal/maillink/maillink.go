// Package maillink makes the one-time links that mails carry, and takes them back.
package maillink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/internal/secret"
)

// Purpose is what a link does.
type Purpose string

const (
	ResetPassword   Purpose = "reset_password"
	ConfirmAddress  Purpose = "confirm_address"
	CancelRemoval   Purpose = "cancel_removal"
	CompleteRemoval Purpose = "complete_removal"
	NotMe           Purpose = "not_me"
)

// Path is the page that a link of the purpose opens; its token stands in the fragment, which no server sees.
func (p Purpose) Path() string {
	return map[Purpose]string{
		ResetPassword: "/reset-password", ConfirmAddress: "/confirm-address", CancelRemoval: "/cancel-removal",
		CompleteRemoval: "/complete-removal", NotMe: "/not-me",
	}[p]
}

// ErrExpired means that a link was used, is too old, or never was one.
var ErrExpired = errors.New("link expired")

// Link permits one thing, once.
type Link struct {
	ID        string
	AccountID string
	Purpose   Purpose
	Subject   string // the id of what it is about
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Store keeps the links that still work. A token is kept as its SHA-256 only.
type Store interface {
	Insert(ctx context.Context, l Link, token [32]byte) error
	// ByToken answers ErrExpired for a token that is not known.
	ByToken(ctx context.Context, token [32]byte) (Link, error)
	// Delete takes a link away and says whether it was there to take: one statement, so that it works once.
	Delete(ctx context.Context, id string) (deleted bool, err error)
	// ByAccount lists the account's links of a purpose.
	ByAccount(ctx context.Context, accountID string, p Purpose) ([]Link, error)
	// DeleteOf ends the account's links of a purpose; an empty subject is any.
	DeleteOf(ctx context.Context, accountID string, p Purpose, subject string) error
}

// Service makes links and takes them back.
type Service struct {
	Store Store
	Now   func() time.Time
	NewID func() string
}

// Issue makes a link. Call it in the transaction that posts the mail.
func (s *Service) Issue(ctx context.Context, accountID string, p Purpose, subject string, lifetime time.Duration) (secret.Text, error) {
	now := s.Now()
	l := Link{ID: s.NewID(), AccountID: accountID, Purpose: p, Subject: subject, CreatedAt: now, ExpiresAt: now.Add(lifetime)}
	token := secret.Random("tf_l_")
	if err := s.Store.Insert(ctx, l, token.Hash()); err != nil {
		return secret.Text{}, fmt.Errorf("keep link: %w", err)
	}
	return token, nil
}

// Lookup answers the link of a token, and changes nothing. It answers ErrExpired.
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

// Consume uses the link up. Call it in the transaction of what it permits. It answers ErrExpired for one that was used in
// between.
func (s *Service) Consume(ctx context.Context, l Link) error {
	deleted, err := s.Store.Delete(ctx, l.ID)
	if err != nil {
		return fmt.Errorf("use link up: %w", err)
	}
	if !deleted {
		return ErrExpired
	}
	return nil
}

// RevokeAll ends the account's links of a purpose that are about the subject; an empty subject is any.
func (s *Service) RevokeAll(ctx context.Context, accountID string, p Purpose, subject string) error {
	if err := s.Store.DeleteOf(ctx, accountID, p, subject); err != nil {
		return fmt.Errorf("end links: %w", err)
	}
	return nil
}

// RevokeWhere ends the account's links of a purpose that a predicate picks.
func (s *Service) RevokeWhere(ctx context.Context, accountID string, p Purpose, over func(Link) bool) error {
	links, err := s.Store.ByAccount(ctx, accountID, p)
	if err != nil {
		return fmt.Errorf("list links: %w", err)
	}
	for _, l := range links {
		if !over(l) {
			continue
		}
		if _, err := s.Store.Delete(ctx, l.ID); err != nil {
			return fmt.Errorf("end link: %w", err)
		}
	}
	return nil
}
