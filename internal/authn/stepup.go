package authn

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
)

// StepUp proves presence again and answers a token for one purpose. Besides the errors of the engine it answers
// a *CodeRequiredError for a password alone on an account with MFA.
func (s *Service) StepUp(ctx context.Context, sess session.Session, purpose stepup.Purpose, proofs Proofs) (secret.Text, stepup.Grant, error) {
	a, err := s.Accounts.ByID(ctx, sess.AccountID)
	if err != nil {
		return secret.Text{}, stepup.Grant{}, fmt.Errorf("find account: %w", err)
	}
	var token secret.Text
	var grant stepup.Grant
	missing := false
	err = s.prove(ctx, claim{account: a, known: true, subject: a.ID, session: sess}, proofs, reward{
		grant: func(ctx context.Context, amr session.AMR) error {
			if token, grant, err = s.StepUps.Issue(ctx, sess, purpose, amr); err != nil {
				return err
			}
			return s.Audit.Record(ctx, audit.Event{Kind: audit.StepUpIssued, AccountID: a.ID, Subject: grant.ID, Reason: string(purpose)})
		},
		pending: func(context.Context) error {
			missing = true
			return nil
		},
	})
	if (err == nil && missing) || errors.Is(err, ErrCodeRequired) {
		err = s.codeRequired(ctx, a.ID)
	}
	if judged(err) {
		if err := s.Audit.Record(ctx, audit.Event{Kind: audit.StepUpRefused, AccountID: a.ID, Reason: err.Error()}); err != nil {
			return secret.Text{}, stepup.Grant{}, err
		}
	}
	if err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	return token, grant, nil
}

// codeRequired says which second proofs would do.
func (s *Service) codeRequired(ctx context.Context, accountID string) error {
	proofs, err := s.Methods.Proofs(ctx, accountID)
	if err != nil {
		return err
	}
	return &CodeRequiredError{Proofs: proofs}
}
