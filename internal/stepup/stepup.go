// Package stepup issues, checks and spends the tokens that prove presence again, each for one purpose.
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

// Purpose is what a token is for. The closed list stands in the contract.
type Purpose string

// AdminAccount is what an administrator does to the account of somebody else: a token for it is for one target.
const AdminAccount Purpose = "admin.account"

// ErrRefused means that a token does not permit what it was presented for. Why is in the log, not in the answer.
var ErrRefused = errors.New("step-up token refused")

// Grant is a token that was checked: permission to do one thing, once.
type Grant struct {
	ID        string // jti
	AccountID string
	SessionID string
	Purpose   Purpose
	Target    string // the id of what it is about, where the purpose is about something; otherwise empty
	AMR       session.AMR
	AuthTime  time.Time
	ExpiresAt time.Time
	KID       string // of the key that signed it
}

// Keys signs and verifies. Public keys are told apart by kid (RFC 7638 thumbprints).
type Keys interface {
	SigningKey() (kid string, key *ecdsa.PrivateKey)
	VerificationKey(ctx context.Context, kid string) (key *ecdsa.PublicKey, known bool, err error)
	// Reload looks which key signs now: another process may have revoked the one that did.
	Reload(ctx context.Context) error
}

// Store keeps the tokens that are alive, so that a change can end them before they expire.
type Store interface {
	// Insert keeps a token, and answers false where the key that signed it is not there any more.
	Insert(ctx context.Context, g Grant) (bool, error)
	// Consume takes the token away and says whether it was there to take: one statement, so that it works once.
	Consume(ctx context.Context, id string, at time.Time) (bool, error)
	DeleteOf(ctx context.Context, accountID string) error
}

// Service issues, checks and spends.
type Service struct {
	Store    Store
	Keys     Keys
	Audit    audit.Log
	Issuer   string // also the audience: the public URL
	Lifetime time.Duration
	Now      func() time.Time
	NewID    func() string
}

// Issue makes a token for one purpose in this session, about one target where that is not empty. Call it in the
// transaction that accepts the proofs.
func (s *Service) Issue(ctx context.Context, sess session.Session, p Purpose, target string, amr session.AMR) (secret.Text, Grant, error) {
	now := s.Now()
	g := Grant{
		ID:        s.NewID(),
		AccountID: sess.AccountID,
		SessionID: sess.ID,
		Purpose:   p,
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
		kept, err := s.Store.Insert(ctx, g)
		if err != nil {
			return secret.Text{}, Grant{}, fmt.Errorf("keep step-up token: %w", err)
		}
		if kept {
			return token, g, nil
		}
		if err := s.Keys.Reload(ctx); err != nil {
			return secret.Text{}, Grant{}, fmt.Errorf("find the key that signs: %w", err)
		}
	}
	return secret.Text{}, Grant{}, errors.New("every key that signed a step-up token was revoked meanwhile")
}

// signAttempts is how often a token is signed whose key is revoked at that moment.
const signAttempts = 10

// Parse reads a token that was presented for a purpose, and a target of it, in this session, and answers ErrRefused, wrapped with the reason, for
// every one that does not permit it, whatever is kept of it. A grant permits nothing until Permits says so.
func (s *Service) Parse(ctx context.Context, token string, sess session.Session, p Purpose, target string) (Grant, error) {
	g, err := s.verify(ctx, token)
	if err != nil {
		return Grant{}, err
	}
	switch {
	case g.SessionID != sess.ID || g.AccountID != sess.AccountID:
		return Grant{}, refused("another session's")
	case g.Purpose != p:
		return Grant{}, refused("for another purpose")
	case g.Target != target:
		return Grant{}, refused("for another target")
	}
	return g, nil
}

// Check answers ErrRefused, wrapped with the reason, unless the grant is of the level that is needed and alive: kept,
// unspent and not past its end. It spends nothing.
func (g Grant) Check(need session.ACR, alive bool) error {
	if need == session.AAL2 && g.AMR.ACR() != session.AAL2 {
		return refused("one factor only")
	}
	if !alive {
		return refused("spent, ended or expired")
	}
	return nil
}

// Consume uses the grant up. Call it in the transaction of the change that it permits, so that both happen or neither.
// It answers ErrRefused for one that was spent in between.
func (s *Service) Consume(ctx context.Context, g Grant) error {
	ok, err := s.Store.Consume(ctx, g.ID, s.Now())
	if err != nil {
		return fmt.Errorf("spend step-up token: %w", err)
	}
	if !ok {
		return refused("spent")
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.StepUpUsed, AccountID: g.AccountID, Subject: g.ID, Reason: string(g.Purpose)})
}

// RevokeAll ends every token of the account: its proofs have changed.
func (s *Service) RevokeAll(ctx context.Context, accountID string) error {
	if err := s.Store.DeleteOf(ctx, accountID); err != nil {
		return fmt.Errorf("delete step-up tokens: %w", err)
	}
	return nil
}

func refused(why string) error { return fmt.Errorf("%w: %s", ErrRefused, why) }
