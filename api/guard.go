package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/secret"
	"twofold/internal/session"
)

// requestContext is what is known of a request before its handler runs.
type requestContext struct {
	op          *operation // nil for the page
	requestID   string
	ip          netip.Addr
	body        []byte
	bearer      secret.Text // credentials as presented, empty where absent
	cookie      secret.Text
	signInToken secret.Text
	device      secret.Text
	presented   bool // a session credential was
	session     session.Session
	stepUp      authn.StepUpState // with the step-up, where one is needed, checked and not yet spent
	problem     ProblemCode       // what was answered, where that is one
}

// operation is what the request asked for, as it is counted: whatever is not in the contract is the page's.
func (c *requestContext) operation() string {
	if c.op == nil {
		return "page"
	}
	return c.op.id
}

type requestContextKey struct{}

// requestFrom answers the request's call; an empty one where the request never came as far.
func requestFrom(ctx context.Context) *requestContext {
	if c, ok := ctx.Value(requestContextKey{}).(*requestContext); ok {
		return c
	}
	return &requestContext{}
}

// guard lets a request through to its handler when it has the origin, the size, the session, the role, the shape and the
// step-up that the contract asks for, in that order. There is no other list of what is protected.
func (s *Server) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		call := requestFrom(r.Context())
		if hasExtraSegments(r, c.Path()) {
			return s.page.serve(c)
		}
		call.op = s.contract.find(r, c.Path())
		if call.op == nil {
			err := next(c)
			if errors.Is(err, echo.ErrNotFound) {
				return s.page.serve(c)
			}
			return err
		}
		if err := s.authorize(c, call); err != nil {
			return err
		}
		err := next(c)
		if err != nil && call.op.rateLimited() {
			s.countFailure(call, err)
		}
		return err
	}
}

// hasExtraSegments says whether an address goes on below the route that the router chose: it takes all that follows for the id.
func hasExtraSegments(r *http.Request, route string) bool {
	return strings.Contains(route, ":") && strings.Count(cmp.Or(r.URL.RawPath, r.URL.Path), "/") != strings.Count(route, "/")
}

func (s *Server) authorize(c echo.Context, call *requestContext) error {
	r := c.Request()
	if err := s.checkOrigin(r); err != nil {
		return errors.Join(err, s.Audit.Record(r.Context(), audit.Event{Kind: audit.CrossOriginRefused, Subject: call.op.id}))
	}
	if err := s.checkIPLimit(call); err != nil {
		return err
	}
	body, err := readBody(c.Response(), r, s.MaxBody)
	if err != nil {
		return err
	}
	if err := s.identify(r, call); err != nil {
		return err
	}
	if call.session.ID != "" {
		client := audit.ClientOf(r.Context())
		client.SessionID = call.session.ID
		r = r.WithContext(audit.WithClient(r.Context(), client))
		c.SetRequest(r)
	}
	if call.op.session {
		if err := s.Authn.Authorize(r.Context(), call.session, authn.Requirements{Role: call.op.role, WhileEnrolling: call.op.whileEnrolling}); err != nil {
			return err
		}
	}
	if err := checkParams(c, call.op); err != nil {
		return err
	}
	if err := checkBody(body, call.op); err != nil {
		return err
	}
	call.body = body
	return s.checkStepUp(c, call)
}

// checkOrigin refuses what a browser sends from another site. What comes with a bearer token and no cookie is not a
// browser's doing: a page elsewhere cannot add that header.
func (s *Server) checkOrigin(r *http.Request) error {
	if !bearerOf(r).IsZero() && r.Header.Get("Cookie") == "" {
		return nil
	}
	if s.origins.Check(r) != nil {
		return errCrossOrigin
	}
	return nil
}

// checkIPLimit keeps one address from trying proofs and links, and from having mails sent, all day.
func (s *Server) checkIPLimit(call *requestContext) error {
	if !call.op.rateLimited() {
		return nil
	}
	look := s.Failures.RetryAfter
	if call.op.sendsUnsolicitedMail() {
		look = s.Failures.Allow // each counts, since none is told from the others
	}
	if wait := look(call.ip); wait > 0 {
		return ipLimitError{wait}
	}
	if !call.op.signsIn() {
		return nil
	}
	if wait := s.SignIns.Allow(call.ip); wait > 0 {
		return ipLimitError{wait}
	}
	return nil
}

func (s *Server) countFailure(call *requestContext, err error) {
	switch codeOf(err) {
	case ProblemCodeCredentialsRejected, ProblemCodeCodeRejected, ProblemCodeCodeUsed, ProblemCodeLinkExpired, ProblemCodeTooManyAttempts:
		s.Failures.Allow(call.ip)
	}
}

// checkParams answers a malformed id like an unknown one, and a query that does not fit as what it is.
func checkParams(c echo.Context, op *operation) error {
	for _, p := range op.params {
		if p.Value.In == "path" {
			if id, err := uuid.Parse(c.Param(p.Value.Name)); err != nil || id.String() != c.Param(p.Value.Name) {
				return echo.ErrNotFound
			}
		}
	}
	return checkQuery(c, op)
}

// checkStepUp checks the step-up token, and leaves spending it to the change that it permits.
func (s *Server) checkStepUp(c echo.Context, call *requestContext) error {
	r := c.Request()
	if call.op.purpose == "" {
		return nil
	}
	token := ""
	if tokens := r.Header.Values("Step-Up-Token"); len(tokens) == 1 {
		token = tokens[0]
	}
	wanted := authn.StepUpScope{Purpose: call.op.purpose}
	if call.op.target != "" {
		wanted.Target = c.Param(call.op.target)
	}
	var err error
	call.stepUp, err = s.Authn.CheckStepUp(r.Context(), call.session, wanted, token)
	return err
}
