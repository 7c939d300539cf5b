package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"
)

// shutdownSlack is how much more than MaxHeaderBytes net/http reads of a request's line and headers.
const shutdownSlack = 4096

// Serve answers requests on the listener, operations on their own, and works, until the context ends; then it says that
// it is not ready any longer, serves on while it drains, and finishes the requests under way.
func (a *App) Serve(ctx context.Context, listener net.Listener) (err error) {
	limits := a.config.HTTP
	server := &http.Server{
		Handler:           a.Handler,
		MaxHeaderBytes:    max(limits.MaxHeaders-shutdownSlack, 1),
		ReadHeaderTimeout: limits.ReadHeaderTimeout,
		ReadTimeout:       limits.ReadTimeout,
		WriteTimeout:      limits.WriteTimeout,
		IdleTimeout:       limits.IdleTimeout,
		ErrorLog:          slog.NewLogLogger(a.options.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 2)
	stopOperations, err := a.serveOperations(ctx, failed)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, stopOperations()) }()
	working, rest := context.WithCancel(ctx)
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		a.RunWorkers(working)
	}()
	defer func() {
		rest()
		<-worked
	}()
	a.options.Log.Info("listening", "address", listener.Addr().String(), "public_url", a.config.PublicURL)
	go func() { failed <- server.Serve(listener) }()
	go debug.FreeOSMemory() // what only the start needed
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve: %w", err), server.Close())
	case <-ctx.Done():
	}
	a.ready.stopping.Store(true)
	a.options.Log.Info("stopping", "drain", limits.Drain.String())
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve: %w", err), server.Close())
	case <-time.After(limits.Drain):
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.ShutdownTimeout)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), server.Close())
	}
	return nil
}
