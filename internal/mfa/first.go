package mfa

import (
	"context"
	"fmt"

	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/totp"
)

// Prepare makes the key of an enrollment, seals it, and gives the enrollment a name where it has none. The caller keeps it:
// Begin with a session, and a sign-in that needs a method before there is one. It answers ErrName.
func (s *Service) Prepare(e Enrollment, email string) (Begun, error) {
	key, err := totp.NewKey()
	if err != nil {
		return Begun{}, fmt.Errorf("make key: %w", err)
	}
	uri, err := key.URI(s.Issuer, email)
	if err != nil {
		return Begun{}, fmt.Errorf("write key URI: %w", err)
	}
	if e, err = e.Named(); err != nil {
		return Begun{}, err
	}
	if e.SealedKey, err = s.Sealer.Seal(key.Bytes(), e.AccountID, e.ID); err != nil {
		return Begun{}, err
	}
	return Begun{Enrollment: e, Key: key, URI: secret.New(uri)}, nil
}

// Named is the enrollment of a first method with its name as it is kept, or one where it has none. It answers ErrName.
func (e Enrollment) Named() (Enrollment, error) {
	var err error
	e.Name, err = freeName(e.Name, nil)
	return e, err
}

// First turns an enrollment into the account's first method, with recovery codes, in the session that is opened by its
// first right code, whose step that is. Other sessions of the account and its step-up tokens end, and what could still hand
// the account over. Call it in the transaction that accepts the code.
func (s *Service) First(ctx context.Context, sess session.Session, e Enrollment, step totp.Step, codes Codes) (Method, Change, error) {
	if err := s.keep(ctx, e.AccountID, codes); err != nil {
		return Method{}, Change{}, err
	}
	if err := s.Handover.EndHandover(ctx, e.AccountID); err != nil {
		return Method{}, Change{}, err
	}
	m := s.methodOf(e, step)
	change, err := s.swap(ctx, sess, m, "", nil)
	change.Codes = codes.shown
	return m, change, err
}

// methodOf is what an enrollment becomes with a code of that step.
func (s *Service) methodOf(e Enrollment, step totp.Step) Method {
	return Method{
		ID: e.ID, AccountID: e.AccountID, Type: TOTP, Name: e.Name, SealedKey: e.SealedKey,
		LastStep: step, CreatedAt: s.Now(), LastUsedAt: s.Now(),
	}
}
