package authn

import (
	"context"

	"twofold/internal/audit"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// StepUp proves presence again and answers a token for one purpose. The browser's token, if there is one, tells whether
// the account knows it. Besides the errors of the engine it answers a *CodeRequiredError for a password alone on an
// account with MFA.
func (s *Service) StepUp(ctx context.Context, sess session.Session, purpose stepup.Purpose, proofs Proofs, browser secret.Text) (secret.Text, stepup.Grant, error) {
	c, err := s.look(ctx, audit.StepUpRefused, sess, Seek{AccountID: sess.AccountID, Browser: browser, Kind: throttle.Password})
	if err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	var token secret.Text
	var grant stepup.Grant
	err = s.prove(ctx, c, proofs, reward{
		grant: func(ctx context.Context, now Standing, amr session.AMR) (err error) {
			if token, grant, err = s.StepUps.Issue(ctx, sess, purpose, amr); err != nil {
				return err
			}
			return s.Audit.Record(ctx, audit.Event{
				Kind: audit.StepUpIssued, AccountID: sess.AccountID, Subject: grant.ID, Reason: string(purpose) + " " + by(amr),
			})
		},
		pending: func(_ context.Context, now Standing) (verdict, err error) {
			return &CodeRequiredError{Proofs: now.proofs()}, nil
		},
	})
	if err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	return token, grant, nil
}
