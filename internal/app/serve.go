package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
)

// Serve answers requests on the listener until the context ends, then finishes those that are under way.
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
	a.parts.Log.Info("listening", "address", listener.Addr().String(), "public_url", a.config.PublicURL)
	defer a.work(ctx)()
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

// work does what no request waits for until the context ends or stop is called, which waits for it.
func (a *App) work(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	working.Go(func() { a.Accounts.RunResets(ctx, a.parts.Log) })
	return func() {
		cancel()
		working.Wait()
	}
}
