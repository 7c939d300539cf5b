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

// Cookie names have the __Host- prefix if the cookies are Secure (RFC 6265bis §4.1.3.2).
const (
	sessionCookie = "twofold_session"
	signInCookie  = "twofold_signin"
	deviceCookie  = "twofold_device" // identifies a known browser; it survives signing out
)

// identify reads the credentials of a request. It rejects a cookie together with an Authorization header, because they
// may belong to different accounts.
func (s *Server) identify(r *http.Request, call *requestContext) error {
	call.cookie = s.readCookie(r, sessionCookie)
	call.signInToken = s.readCookie(r, signInCookie)
	call.device = s.readCookie(r, deviceCookie)
	_, carried := r.Header["Authorization"]
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

// bearerOf returns the bearer token of the only Authorization header. The scheme is case-insensitive (RFC 9110 §11.1).
func bearerOf(r *http.Request) secret.Text {
	header := r.Header.Values("Authorization")
	if len(header) != 1 {
		return secret.Text{}
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return secret.Text{}
	}
	return secret.New(strings.TrimSpace(token))
}

func (s *Server) cookieName(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
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
