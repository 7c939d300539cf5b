package authn

import (
	"context"
	"errors"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/decision"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// StepUpScope is what a step-up is for.
type StepUpScope struct {
	Purpose stepup.Purpose
	Target  string // the id of the other account, for stepup.AdminAccount; otherwise empty
}

// validate returns ErrInvalidTarget if the purpose needs a target and has none, or has one and needs none.
func (scope StepUpScope) validate() error {
	if (scope.Purpose == stepup.AdminAccount) != (scope.Target != "") {
		return ErrInvalidTarget
	}
	return nil
}

// StepUp checks the user's credentials again and issues a step-up token for one purpose. The browser's device token, if
// any, shows whether the account knows the browser. Besides the errors of authenticate, StepUp returns a *CodeRequiredError
// for a password alone on an account with MFA, ErrInvalidTarget, and the errors of Authorize for what only administrators
// do.
func (s *Service) StepUp(ctx context.Context, sess session.Session, scope StepUpScope, c Credentials, browser secret.Text) (secret.Text, stepup.Grant, error) {
	if err := scope.validate(); err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	if scope.Purpose.NeedsAdmin() {
		if err := s.Authorize(ctx, sess, Requirements{Role: account.Admin}); err != nil {
			return secret.Text{}, stepup.Grant{}, err
		}
	}
	a, err := s.load(ctx, audit.StepUpRefused, sess, SnapshotQuery{AccountID: sess.AccountID, Browser: browser, Kind: throttle.Password})
	if err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	var token secret.Text
	var grant stepup.Grant
	err = s.authenticate(ctx, a, c, onSuccess{
		grant: func(ctx context.Context, now Snapshot, amr session.AMR) (err error) {
			if token, grant, err = s.StepUps.Issue(ctx, sess, scope.Purpose, scope.Target, amr); err != nil {
				return err
			}
			return s.Audit.Record(ctx, audit.Event{
				Kind: audit.StepUpIssued, AccountID: sess.AccountID, Subject: grant.ID, Reason: string(scope.Purpose) + " " + amrReason(amr),
			})
		},
		needSecond: func(_ context.Context, now Snapshot) (*decision.Refusal, error) {
			return decision.Refuse(&CodeRequiredError{Factors: now.factors()}), nil
		},
	})
	if err != nil {
		return secret.Text{}, stepup.Grant{}, err
	}
	return token, grant, nil
}

// StepUpState is what a request that needs a step-up has shown.
type StepUpState struct {
	Account     account.Account
	RequiredACR session.ACR     // that a step-up must reach now: the account's highest level, derived from its methods
	Factors     []throttle.Kind // any one of them is needed beside the password
	Grant       stepup.Grant    // of the token, checked and not yet consumed; zero if the token was refused
}

// CheckStepUp checks that a token permits, in this session, what scope names, at the level that the account has now, and
// with two factors for what administrators do. If it does not, or is empty, CheckStepUp returns stepup.ErrRefused, and
// StepUpState states what a step-up needs.
func (s *Service) CheckStepUp(ctx context.Context, sess session.Session, scope StepUpScope, token string) (StepUpState, error) {
	grant, refusal := s.StepUps.Parse(ctx, token, sess, scope.Purpose, scope.Target)
	if refusal != nil && !errors.Is(refusal, stepup.ErrRefused) {
		return StepUpState{}, refusal // the token could not be checked
	}
	a, err := s.load(ctx, audit.StepUpRefused, sess, SnapshotQuery{AccountID: sess.AccountID, StepUp: grant.ID})
	if err != nil {
		return StepUpState{}, err
	}
	shown := StepUpState{Account: a.account(), RequiredACR: session.AAL1}
	if a.snapshot.Enabled() {
		shown.RequiredACR, shown.Factors = session.AAL2, a.snapshot.factors()
	}
	if scope.Purpose.NeedsAdmin() {
		shown.RequiredACR = session.AAL2
	}
	if refusal == nil {
		refusal = grant.Check(shown.RequiredACR, a.snapshot.StepUp)
	}
	switch {
	case refusal == nil:
		grant.Head = a.snapshot.Head
		shown.Grant = grant
	case token != "":
		if err := s.recordInTx(ctx, a, refusal); err != nil {
			return StepUpState{}, err
		}
	}
	return shown, refusal
}
