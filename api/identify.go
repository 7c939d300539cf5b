package api

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"twofold/internal/audit"
	"twofold/internal/secret"
	"twofold/internal/session"
)

// Cookie names have the __Host- prefix if the cookies are Secure (RFC 6265bis §4.1.3.2), and the port as a suffix if it is not
// the default one, because browsers send the cookies of a host to all of its ports.
const (
	sessionCookie = "twofold_session"
	signInCookie  = "twofold_signin"
	deviceCookie  = "twofold_device" // identifies a known browser; it survives signing out
)

// identify reads the credentials of a request. It rejects a session cookie together with a bearer token, because they may
// belong to different accounts.
func (s *Server) identify(r *http.Request, call *requestContext) error {
	call.cookie = s.readCookie(r, sessionCookie)
	call.signInToken = s.readCookie(r, signInCookie)
	call.device = s.readCookie(r, deviceCookie)
	carried := len(bearersOf(r)) > 0
	if carried && len(r.CookiesNamed(s.cookieName(sessionCookie))) > 0 {
		return invalid("#Authorization", "must not be combined with a session cookie")
	}
	call.bearer = bearerOf(r)
	if !call.op.session {
		return nil
	}
	call.presented = carried || !call.cookie.IsZero()
	token := call.cookie
	if !call.bearer.IsZero() {
		token = call.bearer
	}
	if token.IsZero() {
		return errSessionRequired
	}
	var err error
	call.session, err = s.Sessions.Resume(r.Context(), token)
	if errors.Is(err, session.ErrEnded) {
		return errors.Join(err, s.Audit.Record(r.Context(), audit.Event{Kind: audit.TokenRefused, Subject: call.op.id}))
	}
	return err
}

// bearersOf returns the tokens of the Authorization headers with the scheme Bearer, which is case-insensitive (RFC 9110
// §11.1). Other schemes are for a proxy in front, such as nginx with auth_basic, and are ignored.
func bearersOf(r *http.Request) (tokens []string) {
	for _, header := range r.Header.Values("Authorization") {
		if scheme, token, _ := strings.Cut(header, " "); strings.EqualFold(scheme, "Bearer") {
			tokens = append(tokens, strings.TrimSpace(token))
		}
	}
	return tokens
}

// bearerOf returns the bearer token of a request. It returns nothing for two, because an attacker may have added one.
func bearerOf(r *http.Request) secret.Text {
	tokens := bearersOf(r)
	if len(tokens) != 1 {
		return secret.Text{}
	}
	return secret.New(tokens[0])
}

func (s *Server) cookieName(name string) string {
	if s.Secure {
		name = "__Host-" + name
	}
	return name + s.cookieSuffix
}

// readCookie returns a cookie's value. It returns nothing if the name occurs twice, because an attacker may have set
// one.
func (s *Server) readCookie(r *http.Request, name string) secret.Text {
	found := r.CookiesNamed(s.cookieName(name))
	if len(found) != 1 {
		return secret.Text{}
	}
	return secret.New(found[0].Value)
}

// setCookie sets a cookie for the browser session, or for lifetime if that is not zero.
func (s *Server) setCookie(name string, token secret.Text, lifetime time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(name), Value: token.Reveal(), Path: "/", MaxAge: int(lifetime / time.Second),
		Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}

// clearCookie deletes a cookie.
func (s *Server) clearCookie(name string) *http.Cookie {
	c := s.setCookie(name, secret.Text{}, 0)
	c.MaxAge = -1
	return c
}
