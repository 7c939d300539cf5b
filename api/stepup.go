package api

import (
	"context"

	"twofold/internal/authn"
	"twofold/internal/secret"
	"twofold/internal/stepup"
)

// StepUp proves presence again, for one purpose.
func (s *Server) StepUp(ctx context.Context, r StepUpRequestObject) (StepUpResponseObject, error) {
	beside, err := secondProof(r.Body.Code, r.Body.RecoveryCode)
	if err != nil {
		return nil, err
	}
	proofs := authn.Proofs{Password: secret.New(r.Body.Password), Second: beside}
	token, grant, err := s.Authn.StepUp(ctx, callOf(ctx).session, stepup.Purpose(r.Body.Purpose), proofs)
	if err != nil {
		return nil, err
	}
	return StepUp201JSONResponse{
		StepUpToken: token.Reveal(),
		Purpose:     Purpose(grant.Purpose),
		Acr:         Acr(grant.AMR.ACR()),
		Amr:         Amr(grant.AMR),
		AuthTime:    second(grant.AuthTime),
		ExpiresAt:   second(grant.ExpiresAt),
	}, nil
}
