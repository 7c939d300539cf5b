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
	tokenType = "stepup+jwt" // explicit typing, RFC 8725 §3.11
	leeway    = 30 * time.Second
	maxToken  = 4096 // bytes; ours are a fifth of that
)

// claims are those of RFC 7519 and RFC 9470, the purpose, and what it is about.
type claims struct {
	jwt.RegisteredClaims
	SessionID string           `json:"sid"`
	AuthTime  *jwt.NumericDate `json:"auth_time"`
	ACR       session.ACR      `json:"acr"`
	AMR       session.AMR      `json:"amr"`
	Purpose   Purpose          `json:"purpose"`
	Target    string           `json:"target,omitempty"`
}

// sign signs with the key that signs now, and notes in the grant which that is.
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

// verify reads a token and checks everything that the token alone can tell (RFC 8725). Key hints inside the token
// (jku, x5u, jwk, x5c) are never looked at: only kid chooses, and only among our own keys.
func (s *Service) verify(ctx context.Context, text string) (Grant, error) {
	if len(text) > maxToken {
		return Grant{}, refused("too long")
	}
	if strings.ContainsAny(text, "\r\n") { // which base64 would skip
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
	if errors.Is(err, errUnread) {
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

// errUnread means that the keys could not be looked at, which is no fault of the token's.
var errUnread = errors.New("find the key of a step-up token")

// keyFor checks the header, which golang-jwt leaves to us: typ, crit, kid.
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
		return nil, fmt.Errorf("%w: %w", errUnread, err)
	}
	if !known {
		return nil, errors.New("unknown key")
	}
	return key, nil
}
