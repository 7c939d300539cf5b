package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/internal/secret"
)

var (
	// ErrEnded means that a token belongs to no session, or to one that has expired.
	ErrEnded = errors.New("session ended")
	// ErrNotFound means that the account has no such session.
	ErrNotFound = errors.New("no such session")
)

// Store holds sessions. A token is stored as its SHA-256 only.
type Store interface {
	Insert(ctx context.Context, s Session, token [32]byte) error
	// ByToken returns ErrEnded for an unknown token.
	ByToken(ctx context.Context, token [32]byte) (Session, error)
	Touch(ctx context.Context, id string, at time.Time) error
	Update(ctx context.Context, s Session) error
	// SetToken returns ErrEnded if the session has been deleted.
	SetToken(ctx context.Context, id string, token [32]byte) error
	// ByAccount lists the account's sessions, the newest first, including expired ones.
	ByAccount(ctx context.Context, accountID string) ([]Session, error)
	Delete(ctx context.Context, accountID, id string) (deleted bool, err error)
	DeleteByToken(ctx context.Context, token [32]byte) error
	// DeleteOthers deletes all sessions of the account but keep (empty: all), and returns how many.
	DeleteOthers(ctx context.Context, accountID, keep string) (int, error)
	// DeleteOldest deletes all sessions of the account except the newest keep.
	DeleteOldest(ctx context.Context, accountID string, keep int) error
}

// Service creates, resumes and ends sessions.
type Service struct {
	Store  Store
	Limits Limits
	Now    func() time.Time
	NewID  func() string
}

// CreateParams describes a new session.
type CreateParams struct {
	AccountID    string
	Delivery     Delivery
	AMR          AMR
	IP           string
	UserAgent    string
	SkipEviction bool // the caller knows that the account has fewer than Limits.PerAccount sessions
}

// Create inserts a session and returns it with its token. Unless SkipEviction is set, it deletes the oldest sessions above
// Limits.PerAccount. It is the only function that creates sessions. Call it in the transaction that accepts the credentials.
func (s *Service) Create(ctx context.Context, p CreateParams) (Session, secret.Text, error) {
	now := s.Now()
	sess := Session{
		ID:             s.NewID(),
		AccountID:      p.AccountID,
		Delivery:       p.Delivery,
		AMR:            p.AMR,
		AuthTime:       now,
		CreatedAt:      now,
		LastUsedAt:     now,
		AbsoluteExpiry: now.Add(s.Limits.absolute(p.AMR.ACR())),
		IP:             p.IP,
		UserAgent:      p.UserAgent,
	}
	if !p.SkipEviction {
		if err := s.Store.DeleteOldest(ctx, p.AccountID, s.Limits.PerAccount-1); err != nil {
			return Session{}, secret.Text{}, fmt.Errorf("evict oldest sessions: %w", err)
		}
	}
	token := newToken()
	if err := s.Store.Insert(ctx, sess, token.Hash()); err != nil {
		return Session{}, secret.Text{}, fmt.Errorf("insert session: %w", err)
	}
	return sess, token, nil
}

// Resume returns the session that a token belongs to and extends its idle deadline. It returns ErrEnded if the token is
// unknown or its session expired.
//
// The time of last use is written at most thirty times per idle limit, so that most requests write nothing. A session can
// therefore expire up to a thirtieth of the limit early, never late.
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

// Elevate raises the session to the level of amr and restarts its limits. It returns a session that is at that level already
// unchanged.
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
		return Session{}, fmt.Errorf("elevate session: %w", err)
	}
	return sess, nil
}

// RotateToken replaces the token of a session that is delivered by cookie (ASVS 7.2.4) and returns the new one. A script's
// session keeps its token, and RotateToken returns an empty one.
func (s *Service) RotateToken(ctx context.Context, sess Session) (secret.Text, error) {
	if sess.Delivery != Cookie {
		return secret.Text{}, nil
	}
	token := newToken()
	if err := s.Store.SetToken(ctx, sess.ID, token.Hash()); err != nil {
		return secret.Text{}, fmt.Errorf("rotate session token: %w", err)
	}
	return token, nil
}

// List returns the account's sessions that have not expired, the newest first: at most limit, older than the one with the id
// before (empty: from the newest on). It extends no session.
func (s *Service) List(ctx context.Context, accountID, before string, limit int) ([]Session, error) {
	all, err := s.Store.ByAccount(ctx, accountID)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	var listed []Session
	for _, sess := range all { // at most Limits.PerAccount
		if len(listed) < limit && (before == "" || sess.ID < before) && !s.expired(sess) {
			listed = append(listed, sess)
		}
	}
	return listed, nil
}

func (s *Service) expired(sess Session) bool { return !s.Now().Before(s.Limits.ExpiresAt(sess)) }

// End deletes one session of the account. It returns ErrNotFound if the account has no such session.
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

// EndByToken deletes the session of a token, if there is one. A browser that signs in again ends its old session this way.
func (s *Service) EndByToken(ctx context.Context, token secret.Text) error {
	if err := s.Store.DeleteByToken(ctx, token.Hash()); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndOthers deletes every session of the account but keep (empty: all). It returns how many of them had not expired. Call it
// in a transaction.
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

// newToken returns a random token. Its prefix lets secret scanners recognize a leaked one.
func newToken() secret.Text { return secret.Random("tf_s_") }
