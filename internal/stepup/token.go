package stepup

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"twofold/internal/secret"
	"twofold/internal/session"
)

const (
	tokenType = "stepup+jwt"     // explicit typing, RFC 8725 §3.11
	leeway    = 30 * time.Second // for exp, nbf and iat
	maxToken  = 4096             // bytes; an issued token has a fifth of that
)

// claims are those of RFC 7519 and RFC 9470, and the purpose and its target.
type claims struct {
	jwt.RegisteredClaims
	SessionID string           `json:"sid"`
	AuthTime  *jwt.NumericDate `json:"auth_time"`
	ACR       session.ACR      `json:"acr"`
	AMR       session.AMR      `json:"amr"`
	Purpose   Purpose          `json:"purpose"`
	Target    string           `json:"target,omitempty"`
}

// sign returns the signed token of g and sets g.KID.
func (s *Service) sign(g *Grant, now time.Time) (secret.Text, error) {
	kid, key := s.Keys.SigningKey()
	g.KID = kid
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    s.Issuer,
			Subject:   g.AccountID,
			Audience:  jwt.ClaimStrings{s.Issuer},
			ExpiresAt: jwt.NewNumericDate(g.ExpiresAt),
			NotBefore: jwt.NewNumericDate(now),
			IssuedAt:  jwt.NewNumericDate(now),
			ID:        g.ID,
		},
		SessionID: g.SessionID,
		AuthTime:  jwt.NewNumericDate(g.AuthTime),
		ACR:       g.AMR.ACR(),
		AMR:       g.AMR,
		Purpose:   g.Purpose,
		Target:    g.Target,
	})
	token.Header["typ"] = tokenType
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	return secret.New(text), err
}

// verify checks everything that the token alone shows (RFC 8725). It ignores key hints inside the token (jku, x5u, jwk, x5c):
// only kid selects a key, and only among the keys of this service.
func (s *Service) verify(ctx context.Context, text string) (Grant, error) {
	if len(text) > maxToken {
		return Grant{}, refused("too long")
	}
	if strings.ContainsAny(text, "\r\n") { // the base64 decoder skips them
		return Grant{}, refused("line break")
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}),
		jwt.WithIssuer(s.Issuer),
		jwt.WithAudience(s.Issuer),
		jwt.WithExpirationRequired(),
		jwt.WithNotBeforeRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(s.Now),
		jwt.WithStrictDecoding(),
	)
	var c claims
	_, err := parser.ParseWithClaims(text, &c, func(t *jwt.Token) (any, error) { return s.keyFor(ctx, t) })
	if errors.Is(err, errKeyLookup) {
		return Grant{}, err
	}
	if err != nil {
		return Grant{}, refused(err.Error())
	}
	if c.ID == "" || c.Subject == "" || c.SessionID == "" || c.Purpose == "" || c.AuthTime == nil || c.IssuedAt == nil || len(c.AMR) == 0 {
		return Grant{}, refused("a claim is missing")
	}
	if c.ACR != c.AMR.ACR() {
		return Grant{}, refused("acr and amr disagree")
	}
	return Grant{
		ID:        c.ID,
		AccountID: c.Subject,
		SessionID: c.SessionID,
		Purpose:   c.Purpose,
		Target:    c.Target,
		AMR:       c.AMR,
		AuthTime:  c.AuthTime.Time,
		ExpiresAt: c.ExpiresAt.Time,
	}, nil
}

// errKeyLookup means that the keys could not be read, which does not make the token invalid.
var errKeyLookup = errors.New("look up the key of a step-up token")

// keyFor returns the key that kid names. It also checks typ and crit, because golang-jwt does not.
func (s *Service) keyFor(ctx context.Context, t *jwt.Token) (*ecdsa.PublicKey, error) {
	if t.Header["typ"] != tokenType {
		return nil, errors.New("not a step-up token")
	}
	if _, there := t.Header["crit"]; there {
		return nil, errors.New("critical headers are not understood") // RFC 7515 §4.1.11
	}
	kid, _ := t.Header["kid"].(string)
	key, known, err := s.Keys.VerificationKey(ctx, kid)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errKeyLookup, err)
	}
	if !known {
		return nil, errors.New("unknown key")
	}
	return key, nil
}
