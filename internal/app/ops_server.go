package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof" // it also registers on the default mux, which is not served
	"time"

	"twofold/api"
	"twofold/internal/metrics"
)

// newOperations returns the handler for operators, which listens at its own address: metrics and profiles, besides the
// public health and readiness.
func newOperations(public http.Handler, m *metrics.Metrics, address string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	mux.Handle("GET /healthz", public)
	mux.Handle("GET /readyz", public)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	own, _, _ := net.SplitHostPort(address)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.Host); !api.IsLocalHost(r.Host) && (err != nil || host != own) {
			http.Error(w, foreignHost, http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// foreignHost refuses a page in an operator's browser, whose domain an attacker has pointed at this listener (DNS
// rebinding). Without authentication, that page could read everything here.
const foreignHost = "Use the address of this listener instead of a name, or give the name in TWOFOLD_OPS_LISTEN."

// maxProfileDuration is the longest duration of a profile.
const maxProfileDuration = 2 * time.Minute

// serveOperations serves App.Operations on the listener that the settings name, if any, until stop is called. It sends an error
// to failed if serving fails.
func (a *App) serveOperations(ctx context.Context, failed chan<- error) (stop func() error, err error) {
	if a.config.OpsListen == "" {
		return func() error { return nil }, nil
	}
	listener, err := Listen(ctx, a.config.OpsListen, a.config.SocketMode)
	if err != nil {
		return nil, fmt.Errorf("TWOFOLD_OPS_LISTEN: %w", err)
	}
	server := &http.Server{
		Handler:           a.Operations,
		MaxHeaderBytes:    a.config.HTTP.MaxHeaders,
		ReadHeaderTimeout: a.config.HTTP.ReadHeaderTimeout,
		WriteTimeout:      maxProfileDuration,
		IdleTimeout:       a.config.HTTP.IdleTimeout,
		ErrorLog:          slog.NewLogLogger(a.options.Log.Handler(), slog.LevelWarn),
	}
	a.options.Log.Info("listening for operators", "address", listener.Addr().String())
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve operations: %w", err)
		}
	}()
	return server.Close, nil
}
