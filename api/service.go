package api

import (
	"bytes"
	"context"
	"time"

	"twofold/internal/password"
)

// GetJwks returns the public keys that verify step-up tokens.
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
	return GetJwks200JSONResponse{Body: Jwks{Keys: keys}, Headers: GetJwks200ResponseHeaders{CacheControl: jwksCacheControl}}, nil
}

// jwksCacheControl is how long public keys may be cached. A verifier may accept a revoked key for that long, so it equals the
// lifetime of a step-up token. The next key is published a day before it becomes active.
const jwksCacheControl = "public, max-age=300"

// GetHealth responds while the process runs.
func (s *Server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200JSONResponse{Status: HealthStatusOk}, nil
}

// GetReadiness reports whether the server can serve requests.
func (s *Server) GetReadiness(ctx context.Context, _ GetReadinessRequestObject) (GetReadinessResponseObject, error) {
	if reasons := s.Ready(ctx); len(reasons) > 0 {
		return nil, notReadyError(reasons)
	}
	return GetReadiness200JSONResponse{Status: HealthStatusOk}, nil
}

// GetOpenapi returns the contract.
func (s *Server) GetOpenapi(context.Context, GetOpenapiRequestObject) (GetOpenapiResponseObject, error) {
	return GetOpenapi200ApplicationYamlResponse{
		Body: bytes.NewReader(s.contract.text), ContentLength: int64(len(s.contract.text)),
	}, nil
}

// About is the public information about this service.
type About struct {
	Name    string
	Support string // support contact; may be empty
	Mail    bool   // whether notices and links are mailed
	// RemovalDelay is how long a removal of MFA takes, and RemovalCooldown how long a user must wait after cancelling
	// one. A delay of zero means that removals are off.
	RemovalDelay, RemovalCooldown time.Duration
}

// GetService returns the service's name and features.
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
