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

// requestContext is what the middleware knows of a request before its handler runs.
type requestContext struct {
	op          *operation // nil for paths outside of the contract
	requestID   string
	ip          netip.Addr
	body        []byte
	bearer      secret.Text // credentials as presented, empty if absent
	cookie      secret.Text
	signInToken secret.Text
	device      secret.Text
	presented   bool // whether a session credential was presented
	session     session.Session
	stepUp      authn.StepUpState // the checked step-up, if one is required; not consumed yet
	problem     ProblemCode       // code of the response, if it is a problem
}

// operation returns the operation id for metrics, or "page" for a path that is not in the contract.
func (c *requestContext) operation() string {
	if c.op == nil {
		return "page"
	}
	return c.op.id
}

type requestContextKey struct{}

// requestFrom returns the requestContext of ctx, or an empty one if the middleware did not run.
func requestFrom(ctx context.Context) *requestContext {
	if c, ok := ctx.Value(requestContextKey{}).(*requestContext); ok {
		return c
	}
	return &requestContext{}
}

// guard calls the handler if origin, rate limit, size, session, role, parameters, body and step-up are what the
// contract requires, checked in that order. The contract is the only list of what is protected.
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

// hasExtraSegments reports whether the path has more segments than the matched route. Echo's last path parameter
// matches the rest of the path, including slashes.
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

// checkIPLimit limits, per client address, failed credentials and links, sign-ins, and requests that send mail.
func (s *Server) checkIPLimit(call *requestContext) error {
	if !call.op.rateLimited() {
		return nil
	}
	check := s.Failures.RetryAfter
	if call.op.sendsUnsolicitedMail() {
		check = s.Failures.Allow // every request counts, because the response is the same for every address
	}
	if wait := check(call.ip); wait > 0 {
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

// checkParams treats a malformed id like an unknown one (404), and rejects an invalid query.
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

// checkStepUp checks the step-up token. The change that it permits consumes it.
func (s *Server) checkStepUp(c echo.Context, call *requestContext) error {
	r := c.Request()
	if call.op.purpose == "" {
		return nil
	}
	token := ""
	if tokens := r.Header.Values("Step-Up-Token"); len(tokens) == 1 {
		token = tokens[0]
	}
	scope := authn.StepUpScope{Purpose: call.op.purpose}
	if call.op.target != "" {
		scope.Target = c.Param(call.op.target)
	}
	var err error
	call.stepUp, err = s.Authn.CheckStepUp(r.Context(), call.session, scope, token)
	return err
}
