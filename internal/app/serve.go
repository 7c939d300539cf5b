package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
)

// Serve answers requests on the listener, and works, until the context ends; then it finishes the requests under way.
func (a *App) Serve(ctx context.Context, listener net.Listener) error {
	limits := a.config.HTTP
	server := &http.Server{
		Handler:           a.Handler,
		MaxHeaderBytes:    limits.MaxHeaders,
		ReadHeaderTimeout: limits.ReadHeaderTimeout,
		ReadTimeout:       limits.ReadTimeout,
		WriteTimeout:      limits.WriteTimeout,
		IdleTimeout:       limits.IdleTimeout,
		ErrorLog:          slog.NewLogLogger(a.parts.Log.Handler(), slog.LevelWarn),
	}
	working, rest := context.WithCancel(ctx)
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		a.Work(working)
	}()
	defer func() {
		rest()
		<-worked
	}()
	a.parts.Log.Info("listening", "address", listener.Addr().String(), "public_url", a.config.PublicURL)
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(listener) }()
	select {
	case err := <-stopped:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	a.parts.Log.Info("stopping")
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.ShutdownTimeout)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off: %w", err), server.Close())
	}
	return nil
}
