package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/internal/secret"
)

var (
	// ErrEnded means that a token belongs to no session, or to one that is over.
	ErrEnded = errors.New("session ended")
	// ErrNotFound means that the account has no such session.
	ErrNotFound = errors.New("no such session")
)

// Store keeps sessions. A token is kept as its SHA-256 only.
type Store interface {
	Insert(ctx context.Context, s Session, token [32]byte) error
	// ByToken answers ErrEnded for a token that is not known.
	ByToken(ctx context.Context, token [32]byte) (Session, error)
	Touch(ctx context.Context, id string, at time.Time) error
	Update(ctx context.Context, s Session) error
	// SetToken answers ErrEnded where the session is gone.
	SetToken(ctx context.Context, id string, token [32]byte) error
	// ByAccount lists the account's sessions, the newest first, those past a limit too.
	ByAccount(ctx context.Context, accountID string) ([]Session, error)
	Delete(ctx context.Context, accountID, id string) (deleted bool, err error)
	DeleteByToken(ctx context.Context, token [32]byte) error
	// DeleteOthers ends all sessions of the account but keep (empty: all), and says how many.
	DeleteOthers(ctx context.Context, accountID, keep string) (int, error)
	// DeleteOldest leaves the account its newest sessions, keep in number.
	DeleteOldest(ctx context.Context, accountID string, keep int) error
}

// Service opens, resumes and ends sessions.
type Service struct {
	Store  Store
	Limits Limits
	Now    func() time.Time
	NewID  func() string
}

// CreateParams is what a new session is made from.
type CreateParams struct {
	AccountID    string
	Delivery     Delivery
	AMR          AMR
	IP           string
	UserAgent    string
	SkipEviction bool // for one more is known to be there
}

// Create is the one place where sessions begin. Call it in the transaction that accepts the proofs.
func (s *Service) Create(ctx context.Context, o CreateParams) (Session, secret.Text, error) {
	now := s.Now()
	sess := Session{
		ID:             s.NewID(),
		AccountID:      o.AccountID,
		Delivery:       o.Delivery,
		AMR:            o.AMR,
		AuthTime:       now,
		CreatedAt:      now,
		LastUsedAt:     now,
		AbsoluteExpiry: now.Add(s.Limits.absolute(o.AMR.ACR())),
		IP:             o.IP,
		UserAgent:      o.UserAgent,
	}
	if !o.SkipEviction {
		if err := s.Store.DeleteOldest(ctx, o.AccountID, s.Limits.PerAccount-1); err != nil {
			return Session{}, secret.Text{}, fmt.Errorf("make room for a session: %w", err)
		}
	}
	token := newToken()
	if err := s.Store.Insert(ctx, sess, token.Hash()); err != nil {
		return Session{}, secret.Text{}, fmt.Errorf("open session: %w", err)
	}
	return sess, token, nil
}

// Resume finds the session of a token. It answers ErrEnded for a token that is unknown or past a limit.
//
// The time of last use is written at most thirty times per idle limit, so that reading stays reading; a session can
// therefore end up to a thirtieth early, never late.
func (s *Service) Resume(ctx context.Context, token secret.Text) (Session, error) {
	sess, err := s.Store.ByToken(ctx, token.Hash())
	if err != nil {
		return Session{}, fmt.Errorf("resume session: %w", err)
	}
	now := s.Now()
	if s.expired(sess) {
		return Session{}, ErrEnded
	}
	idle := s.Limits.idle(sess.AMR.ACR())
	if now.Sub(sess.LastUsedAt) < idle/30 {
		return sess, nil
	}
	sess.LastUsedAt = now
	if err := s.Store.Touch(ctx, sess.ID, now); err != nil {
		return Session{}, fmt.Errorf("touch session: %w", err)
	}
	return sess, nil
}

// Elevate gives the session the proofs of a stronger event; its limits start anew. A session that is as strong already
// stays as it is.
func (s *Service) Elevate(ctx context.Context, sess Session, amr AMR) (Session, error) {
	if sess.AMR.ACR() == amr.ACR() {
		return sess, nil
	}
	now := s.Now()
	sess.AMR = amr
	sess.AuthTime = now
	sess.LastUsedAt = now
	sess.AbsoluteExpiry = now.Add(s.Limits.absolute(amr.ACR()))
	if err := s.Store.Update(ctx, sess); err != nil {
		return Session{}, fmt.Errorf("raise session: %w", err)
	}
	return sess, nil
}

// RotateToken gives a session that lives in a cookie a new token (ASVS 7.2.4) and answers it; one that was delivered to a
// script keeps its own, and the answer is empty.
func (s *Service) RotateToken(ctx context.Context, sess Session) (secret.Text, error) {
	if sess.Delivery != Cookie {
		return secret.Text{}, nil
	}
	token := newToken()
	if err := s.Store.SetToken(ctx, sess.ID, token.Hash()); err != nil {
		return secret.Text{}, fmt.Errorf("renew session: %w", err)
	}
	return token, nil
}

// List answers the account's sessions that are not over, the newest first: at most limit of those that are older than
// the one with the id before (empty: of all). Looking prolongs none.
func (s *Service) List(ctx context.Context, accountID, before string, limit int) ([]Session, error) {
	all, err := s.Store.ByAccount(ctx, accountID)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	var listed []Session
	for _, sess := range all { // no more than Limits.PerAccount
		if len(listed) < limit && (before == "" || sess.ID < before) && !s.expired(sess) {
			listed = append(listed, sess)
		}
	}
	return listed, nil
}

func (s *Service) expired(sess Session) bool { return !s.Now().Before(s.Limits.ExpiresAt(sess)) }

// End ends one session of the account. It answers ErrNotFound.
func (s *Service) End(ctx context.Context, accountID, id string) error {
	deleted, err := s.Store.Delete(ctx, accountID, id)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	if !deleted {
		return ErrNotFound
	}
	return nil
}

// EndByToken ends the session of a token, if there is one: a browser that signs in again leaves its old session behind.
func (s *Service) EndByToken(ctx context.Context, token secret.Text) error {
	if err := s.Store.DeleteByToken(ctx, token.Hash()); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndOthers ends every other session of the account and says how many that were, without those that were over anyway;
// an empty keep spares none. Call it in a transaction.
func (s *Service) EndOthers(ctx context.Context, accountID, keep string) (int, error) {
	all, err := s.Store.ByAccount(ctx, accountID)
	if err != nil {
		return 0, fmt.Errorf("list sessions: %w", err)
	}
	ended := 0
	for _, sess := range all {
		if sess.ID != keep && !s.expired(sess) {
			ended++
		}
	}
	if _, err := s.Store.DeleteOthers(ctx, accountID, keep); err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return ended, nil
}

// The prefix lets secret scanners recognize a leaked token.
func newToken() secret.Text { return secret.Random("tf_s_") }
