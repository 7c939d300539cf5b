// Package api is all of Twofold that speaks HTTP: the contract's operations, who may call them, and the page.
package api

//go:generate go tool -modfile=../tools.mod oapi-codegen -config oapi-codegen.yaml ../openapi.yaml

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
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

// Options is what the HTTP side needs of the rest.
type Options struct {
	Contract  []byte // openapi.yaml
	Page      fs.FS  // the built page; without index.html a sentence says how to build it
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
	SignIns  *throttle.IPLimiter // sign-ins per address
	Failures *throttle.IPLimiter // wrong proofs per address
	// Ready says why requests cannot be served; nothing where they can.
	Ready func(context.Context) []UnreadyReason
	// Count, where it is set, is called for each request, and what it answers when the request was answered: with its
	// operation, or page for what is none, its status, and the code of its problem, if it is one.
	Count  func() (done func(operation string, status int, problem string))
	Traces *trace.Tracer // nil: none

	Log   *slog.Logger // one that says which request a line belongs to
	Now   func() time.Time
	NewID func() string
}

// Server answers the operations of the contract.
type Server struct {
	Options
	contract *contract
	page     *staticPage
	origins  *http.CrossOriginProtection
}

var _ StrictServerInterface = (*Server)(nil)

// New composes the HTTP side. Its error means that the contract or the page cannot be read.
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
	e := echo.New()
	e.Logger.SetOutput(discard{})
	e.HTTPErrorHandler = s.writeError
	e.Binder = checkedBody{}
	e.Use(s.observe, s.guard)
	RegisterHandlers(e, NewStrictHandler(s, nil))
	return headAsGet(e), nil
}

// discard silences Echo's own logger: everything is said through slog.
type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// headAsGet answers HEAD wherever GET is answered; net/http leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}
