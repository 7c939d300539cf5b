package api

import (
	"bytes"
	"context"
)

// GetJwks answers the public keys that verify step-up tokens.
func (s *Server) GetJwks(context.Context, GetJwksRequestObject) (GetJwksResponseObject, error) {
	public, err := s.Keys.Public()
	if err != nil {
		return nil, err
	}
	keys := make([]Jwk, len(public))
	for i, k := range public {
		keys[i] = Jwk{
			Kty: JwkKtyEC, Crv: JwkCrvP256, X: k.X, Y: k.Y, Use: JwkUseSig, Alg: JwkAlgES256, Kid: k.KID,
		}
	}
	return GetJwks200JSONResponse{Keys: keys}, nil
}

// GetHealth answers while the process lives.
func (s *Server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200JSONResponse{Status: HealthStatusOk}, nil
}

// GetReadiness answers whether the database can be used.
func (s *Server) GetReadiness(ctx context.Context, _ GetReadinessRequestObject) (GetReadinessResponseObject, error) {
	if err := s.Ready(ctx); err != nil {
		return nil, err
	}
	return GetReadiness200JSONResponse{Status: HealthStatusOk}, nil
}

// GetOpenapi answers the contract.
func (s *Server) GetOpenapi(context.Context, GetOpenapiRequestObject) (GetOpenapiResponseObject, error) {
	return GetOpenapi200ApplicationYamlResponse{
		Body: bytes.NewReader(s.contract.text), ContentLength: int64(len(s.contract.text)),
	}, nil
}
