package api

import (
	"context"

	"twofold/internal/authn"
	"twofold/internal/secret"
	"twofold/internal/stepup"
)

// StepUp reauthenticates the caller for one purpose.
func (s *Server) StepUp(ctx context.Context, r StepUpRequestObject) (StepUpResponseObject, error) {
	credential, err := secondFactor(r.Body.Code, r.Body.RecoveryCode)
	if err != nil {
		return nil, err
	}
	credentials := authn.Credentials{Password: secret.New(r.Body.Password), SecondFactor: credential}
	call := requestFrom(ctx)
	scope := authn.StepUpScope{Purpose: stepup.Purpose(r.Body.Purpose)}
	if r.Body.Target != nil {
		scope.Target = r.Body.Target.String()
	}
	token, grant, err := s.Authn.StepUp(ctx, call.session, scope, credentials, call.device)
	if err != nil {
		return nil, err
	}
	return StepUp201JSONResponse{
		StepUpToken: token.Reveal(),
		Purpose:     Purpose(grant.Purpose),
		Target:      r.Body.Target,
		Acr:         Acr(grant.AMR.ACR()),
		Amr:         Amr(grant.AMR),
		AuthTime:    truncateToSecond(grant.AuthTime),
		ExpiresAt:   truncateToSecond(grant.ExpiresAt),
	}, nil
}
