package api

import (
	"bytes"
	"context"
	"time"

	"twofold/internal/password"
)

// GetJwks answers the public keys that verify step-up tokens.
func (s *Server) GetJwks(ctx context.Context, _ GetJwksRequestObject) (GetJwksResponseObject, error) {
	public, err := s.Keys.Public(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]Jwk, len(public))
	for i, k := range public {
		keys[i] = Jwk{
			Kty: JwkKtyEC, Crv: JwkCrvP256, X: k.X, Y: k.Y, Use: JwkUseSig, Alg: JwkAlgES256, Kid: k.KID,
		}
	}
	return GetJwks200JSONResponse{Body: Jwks{Keys: keys}, Headers: GetJwks200ResponseHeaders{CacheControl: kept}}, nil
}

// kept is for how long public keys may be kept, and so how long at most somebody else may go on to believe a key that was
// revoked: as long as a step-up token lives. The next key is published a day before it signs.
const kept = "public, max-age=300"

// GetHealth answers while the process lives.
func (s *Server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200JSONResponse{Status: HealthStatusOk}, nil
}

// GetReadiness answers whether requests can be served.
func (s *Server) GetReadiness(ctx context.Context, _ GetReadinessRequestObject) (GetReadinessResponseObject, error) {
	if reasons := s.Ready(ctx); len(reasons) > 0 {
		return nil, notReadyError(reasons)
	}
	return GetReadiness200JSONResponse{Status: HealthStatusOk}, nil
}

// GetOpenapi answers the contract.
func (s *Server) GetOpenapi(context.Context, GetOpenapiRequestObject) (GetOpenapiResponseObject, error) {
	return GetOpenapi200ApplicationYamlResponse{
		Body: bytes.NewReader(s.contract.text), ContentLength: int64(len(s.contract.text)),
	}, nil
}

// About is what everybody may know of this service.
type About struct {
	Name    string
	Support string // whom to ask for help; may be empty
	Mail    bool   // notices and links are mailed
	// Somebody who lost everything can ask for a removal of MFA: it takes RemovalDelay, and can be asked for again
	// RemovalPause after it was cancelled. Delay zero: there are none.
	RemovalDelay, RemovalCooldown time.Duration
}

// GetService answers what this service is called, and what it can do.
func (s *Server) GetService(context.Context, GetServiceRequestObject) (GetServiceResponseObject, error) {
	a := GetService200JSONResponse{
		Name: s.About.Name, Mail: s.About.Mail, MFARemoval: s.About.RemovalDelay > 0,
		Languages: []Language{LanguageEn, LanguageDe},
	}
	if a.MFARemoval {
		a.MFARemovalDelay, a.MFARemovalPause = seconds(s.About.RemovalDelay), seconds(s.About.RemovalCooldown)
	}
	if s.About.Support != "" {
		a.Support = &s.About.Support
	}
	a.Password.MinLength, a.Password.MaxLength = s.Passwords.Policy.MinLength(), password.MaxLength
	return a, nil
}
