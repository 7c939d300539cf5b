// Package api is everything that speaks HTTP: the operations of openapi.yaml, their authorization, and the page. The
// middleware reads from the contract what each operation requires; handlers read the request, make one domain call
// and return the response; problem.go turns errors into problems. The entry point is [New].
package api

//go:generate go tool -modfile=../tools.mod oapi-codegen -config oapi-codegen.yaml ../openapi.yaml

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/dispute"
	"twofold/internal/keyring"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/trace"
)

// Options holds what the HTTP layer needs.
type Options struct {
	Contract  []byte // openapi.yaml
	Page      fs.FS  // the built page; without index.html, a text explains how to build it
	PublicURL string
	Secure    bool // the public URL is https
	MaxBody   int64
	About     About
	Proxies   []netip.Prefix

	Accounts  *account.Service
	Passwords *account.Passwords
	Authn     *authn.Service
	Sessions  *session.Service
	StepUps   *stepup.Service
	Methods   *mfa.Service
	Removals  *mfaremoval.Service

	Administration *admin.Service

	Keys     *keyring.Ring
	NotMe    *dispute.Service
	Audit    audit.Log
	SignIns  *throttle.IPLimiter // sign-ins per client address
	Failures *throttle.IPLimiter // failed credentials per client address
	// Ready returns why the server cannot serve requests, or nothing.
	Ready func(context.Context) []UnreadyReason
	// Count is called for each request, if set. The function that it returns is called after the response with the
	// operation (or "page"), the status, and the problem code, if any.
	Count  func() (done func(operation string, status int, problem string))
	Traces *trace.Tracer // nil for none

	Log   *slog.Logger // adds the request id to each line
	Now   func() time.Time
	NewID func() string
}

// Server implements the operations of the contract.
type Server struct {
	Options
	contract *contract
	page     *staticPage
	origins  *http.CrossOriginProtection
	// cookieSuffix is _ and the port of the public URL, unless that is the default port.
	cookieSuffix string
}

var _ StrictServerInterface = (*Server)(nil)

// New returns the HTTP handler. Its error means that the contract or the page cannot be read.
func New(o Options) (http.Handler, error) {
	c, err := contractOf(o.Contract)
	if err != nil {
		return nil, fmt.Errorf("read contract: %w", err)
	}
	p, err := readPage(o.Page)
	if err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	s := &Server{Options: o, contract: c, page: p, origins: http.NewCrossOriginProtection()}
	if err := s.origins.AddTrustedOrigin(o.PublicURL); err != nil {
		return nil, fmt.Errorf("trust public URL: %w", err)
	}
	public, err := url.Parse(o.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("parse public URL: %w", err)
	}
	if port := public.Port(); port != "" {
		s.cookieSuffix = "_" + port
	}
	e := echo.New()
	e.Logger.SetOutput(io.Discard) // everything is logged through slog
	e.HTTPErrorHandler = s.writeError
	e.Binder = checkedBody{}
	e.Use(s.observe, s.guard)
	RegisterHandlers(e, NewStrictHandler(s, nil))
	return headAsGet(e), nil
}

// headAsGet handles HEAD like GET. net/http omits the body.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}
