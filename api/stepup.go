package api

import (
	"context"

	"twofold/internal/stepup"
)

// StepUp proves presence again, for one purpose.
func (s *Server) StepUp(ctx context.Context, r StepUpRequestObject) (StepUpResponseObject, error) {
	call := callOf(ctx)
	given := proofs(r.Body.Password, r.Body.Code)
	token, grant, err := s.Authn.StepUp(ctx, call.session, stepup.Purpose(r.Body.Purpose), given, call.device)
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
