package authn

import (
	"context"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// StepUpScope is what a step-up is for.
type StepUpScope struct {
	Purpose stepup.Purpose
	Target  string // the id of the account it is about, for stepup.AdminAccount; otherwise empty
}

// check answers ErrTarget for a purpose without the target that it needs, or with one that it has not.
func (f StepUpScope) check() error {
	if (f.Purpose == stepup.AdminAccount) != (f.Target != "") {
		return ErrInvalidTarget
	}
	return nil
}

// StepUp proves presence again and answers a token for one purpose. The browser's token, if there is one, tells whether
// the account knows it. Besides the errors of the engine it answers a *CodeRequiredError for a password alone on an
// account with MFA, ErrTarget, and for what administrators do what Admit answers.
func (s *Service) StepUp(ctx context.Context, sess session.Session, f StepUpScope, proofs Credentials, browser secret.Text) (secret.Text, stepup.Grant, error) {
	if err := f.check(); err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	if f.Purpose == stepup.AdminAccount {
		if err := s.Authorize(ctx, sess, Requirements{Role: account.Admin}); err != nil {
			return secret.Text{}, stepup.Grant{}, err
		}
	}
	c, err := s.load(ctx, audit.StepUpRefused, sess, SnapshotQuery{AccountID: sess.AccountID, Browser: browser, Kind: throttle.Password})
	if err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	var token secret.Text
	var grant stepup.Grant
	err = s.authenticate(ctx, c, proofs, onSuccess{
		grant: func(ctx context.Context, now Snapshot, amr session.AMR) (err error) {
			if token, grant, err = s.StepUps.Issue(ctx, sess, f.Purpose, f.Target, amr); err != nil {
				return err
			}
			return s.Audit.Record(ctx, audit.Event{
				Kind: audit.StepUpIssued, AccountID: sess.AccountID, Subject: grant.ID, Reason: string(f.Purpose) + " " + amrReason(amr),
			})
		},
		needSecond: func(_ context.Context, now Snapshot) (verdict, err error) {
			return &CodeRequiredError{Factors: now.factors()}, nil
		},
	})
	if err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	return token, grant, nil
}
