package mfa

import (
	"context"
	"fmt"

	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/totp"
)

// NewPending makes the key of an enrollment, seals it, and gives the enrollment a name where it has none. The caller keeps it:
// Begin with a session, and a sign-in that needs a method before there is one. It answers ErrName.
func (s *Service) NewPending(e Enrollment, email string) (NewEnrollment, error) {
	key, err := totp.NewKey()
	if err != nil {
		return NewEnrollment{}, fmt.Errorf("make key: %w", err)
	}
	uri, err := key.URI(s.Issuer, email)
	if err != nil {
		return NewEnrollment{}, fmt.Errorf("write key URI: %w", err)
	}
	if e, err = e.WithName(); err != nil {
		return NewEnrollment{}, err
	}
	if e.SealedKey, err = s.Sealer.Seal(key.Bytes(), e.AccountID, e.ID); err != nil {
		return NewEnrollment{}, err
	}
	return NewEnrollment{Enrollment: e, Key: key, URI: secret.New(uri)}, nil
}

// WithName is the enrollment of a first method with its name as it is kept, or one where it has none. It answers ErrName.
func (e Enrollment) WithName() (Enrollment, error) {
	var err error
	e.Name, err = uniqueName(e.Name, nil)
	return e, err
}

// AddFirstMethod turns an enrollment into the account's first method, with recovery codes, in the session that is opened by its
// first right code, whose step that is. Other sessions of the account and its step-up tokens end, and what could still hand
// the account over. Call it in the transaction that accepts the code.
func (s *Service) AddFirstMethod(ctx context.Context, sess session.Session, e Enrollment, step totp.Step, codes CodeBatch) (Method, ChangeResult, error) {
	if err := s.replaceRecoveryCodes(ctx, e.AccountID, codes); err != nil {
		return Method{}, ChangeResult{}, err
	}
	if err := s.PendingChanges.CancelPendingChanges(ctx, e.AccountID); err != nil {
		return Method{}, ChangeResult{}, err
	}
	m := s.methodOf(e, step)
	change, err := s.addMethod(ctx, sess, m, "", nil)
	change.RecoveryCodes = codes.plain
	return m, change, err
}

// methodOf is what an enrollment becomes with a code of that step.
func (s *Service) methodOf(e Enrollment, step totp.Step) Method {
	return Method{
		ID: e.ID, AccountID: e.AccountID, Type: TOTP, Name: e.Name, SealedKey: e.SealedKey,
		LastStep: step, CreatedAt: s.Now(), LastUsedAt: s.Now(),
	}
}
