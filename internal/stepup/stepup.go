// Package stepup issues, checks and consumes step-up tokens. A token shows that the user has just reauthenticated. It is valid
// for one purpose, one session, one use and a few minutes, and is consumed in the transaction of the change that it permits.
// Issue creates one, Parse and Grant.Check validate it, Consume uses it up.
package stepup

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"time"

	"twofold/internal/audit"
	"twofold/internal/secret"
	"twofold/internal/session"
)

// Purpose is what a token permits. The closed list is in the contract.
type Purpose string

const (
	// AdminAccount is the purpose of administrators' actions on another account. A token for it has one target.
	AdminAccount Purpose = "admin.account"
	// AdminInvite is the purpose of inviting a user.
	AdminInvite Purpose = "admin.invite"
)

// NeedsAdmin reports whether only administrators get a token for the purpose.
func (p Purpose) NeedsAdmin() bool { return p == AdminAccount || p == AdminInvite }

// ErrRefused means that a token does not permit what it was presented for. The reason is logged, and not part of the
// response.
var ErrRefused = errors.New("step-up token refused")

// Grant is the content of a valid token: the permission to do one thing, once.
type Grant struct {
	ID        string // jti
	AccountID string
	SessionID string
	Purpose   Purpose
	Target    string // the id of the target, if the purpose has one; otherwise empty
	AMR       session.AMR
	AuthTime  time.Time
	ExpiresAt time.Time
	KID       string // of the signing key

	// Head is where the account's activity ended when the grant was checked, if that was read: it saves Consume a read.
	Head audit.Head
}

// Keys holds the signing keys. A kid is an RFC 7638 thumbprint.
type Keys interface {
	SigningKey() (kid string, key *ecdsa.PrivateKey)
	VerificationKey(ctx context.Context, kid string) (key *ecdsa.PublicKey, known bool, err error)
	// Reload reads the keys again, because another process may have revoked the signing key.
	Reload(ctx context.Context) error
}

// Store holds the tokens that are valid, so that they can be revoked before they expire.
type Store interface {
	// Insert stores a token, and returns false if its signing key has been deleted.
	Insert(ctx context.Context, g Grant) (bool, error)
	// Consume deletes a token and reports whether it existed. It is one statement, so that only one caller succeeds.
	Consume(ctx context.Context, id string, at time.Time) (bool, error)
	DeleteOf(ctx context.Context, accountID string) error
}

// Service issues, checks and consumes step-up tokens.
type Service struct {
	Store    Store
	Keys     Keys
	Audit    audit.Log
	Issuer   string // also the audience: the public URL
	Lifetime time.Duration
	Now      func() time.Time
	NewID    func() string
}

// Issue creates a token for one purpose, and one target if that is not empty, in this session. Call it in the transaction that
// accepts the credentials.
func (s *Service) Issue(ctx context.Context, sess session.Session, purpose Purpose, target string, amr session.AMR) (secret.Text, Grant, error) {
	now := s.Now()
	g := Grant{
		ID:        s.NewID(),
		AccountID: sess.AccountID,
		SessionID: sess.ID,
		Purpose:   purpose,
		Target:    target,
		AMR:       amr,
		AuthTime:  now,
		ExpiresAt: now.Add(s.Lifetime),
	}
	for range signAttempts {
		token, err := s.sign(&g, now)
		if err != nil {
			return secret.Text{}, Grant{}, fmt.Errorf("sign step-up token: %w", err)
		}
		inserted, err := s.Store.Insert(ctx, g)
		if err != nil {
			return secret.Text{}, Grant{}, fmt.Errorf("insert step-up token: %w", err)
		}
		if inserted {
			return token, g, nil
		}
		if err := s.Keys.Reload(ctx); err != nil {
			return secret.Text{}, Grant{}, fmt.Errorf("reload signing keys: %w", err)
		}
	}
	return secret.Text{}, Grant{}, errors.New("sign step-up token: every signing key was revoked meanwhile")
}

// signAttempts is how many times Issue signs a token before it gives up, if each signing key is revoked at that moment.
const signAttempts = 10

// Parse verifies a token that was presented for a purpose and target in this session. It returns ErrRefused, wrapped with
// the reason, if the token does not permit that. It does not read the Store: a grant permits nothing until Grant.Check
// returns nil.
func (s *Service) Parse(ctx context.Context, token string, sess session.Session, purpose Purpose, target string) (Grant, error) {
	g, err := s.verify(ctx, token)
	if err != nil {
		return Grant{}, err
	}
	switch {
	case g.SessionID != sess.ID || g.AccountID != sess.AccountID:
		return Grant{}, refused("issued in another session")
	case g.Purpose != purpose:
		return Grant{}, refused("for another purpose")
	case g.Target != target:
		return Grant{}, refused("for another target")
	}
	return g, nil
}

// Check returns ErrRefused, wrapped with the reason, unless the grant reaches the required level and is valid: stored, not
// consumed and not expired. It consumes nothing.
func (g Grant) Check(need session.ACR, valid bool) error {
	if need == session.AAL2 && g.AMR.ACR() != session.AAL2 {
		return refused("one factor only")
	}
	if !valid {
		return refused("consumed, revoked or expired")
	}
	return nil
}

// Consume deletes the grant's token. Call it in the transaction of the change that it permits, so that both happen or neither.
// It returns ErrRefused if the token has been consumed in between.
func (s *Service) Consume(ctx context.Context, g Grant) error {
	s.Audit.UseKnownHead(ctx, g.Head)
	consumed, err := s.Store.Consume(ctx, g.ID, s.Now())
	if err != nil {
		return fmt.Errorf("consume step-up token: %w", err)
	}
	if !consumed {
		return refused("consumed")
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.StepUpUsed, AccountID: g.AccountID, Subject: g.ID, Reason: string(g.Purpose)})
}

// RevokeAll deletes every token of the account, because its credentials have changed.
func (s *Service) RevokeAll(ctx context.Context, accountID string) error {
	if err := s.Store.DeleteOf(ctx, accountID); err != nil {
		return fmt.Errorf("delete step-up tokens: %w", err)
	}
	return nil
}

func refused(reason string) error { return fmt.Errorf("%w: %s", ErrRefused, reason) }
