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

	"twofold/api"
)

// headerSlack is how many bytes more than MaxHeaderBytes net/http reads of a request's line and headers.
const headerSlack = 4096

// Serve serves requests on the listener, serves operators on their own listener, and runs the workers, until ctx is done. Then
// it reports that it is not ready, keeps serving for the drain time, and finishes the requests in progress.
func (a *App) Serve(ctx context.Context, listener net.Listener) (err error) {
	limits := a.config.HTTP
	listener, err = a.withProblems(listener)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           a.Handler,
		MaxHeaderBytes:    max(limits.MaxHeaders-headerSlack, 1),
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
	workerCtx, stopWorkers := context.WithCancel(ctx)
	workersDone := make(chan struct{})
	go func() {
		defer close(workersDone)
		a.RunWorkers(workerCtx)
	}()
	defer func() {
		stopWorkers()
		<-workersDone
	}()
	a.warnExposed()
	a.options.Log.Info("listening", "address", listener.Addr().String(), "public_url", a.config.PublicURL, "hashing", a.capacity.String())
	go func() { failed <- server.Serve(listener) }()
	go debug.FreeOSMemory() // return memory that only the start needed
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
		return errors.Join(fmt.Errorf("shut down with requests in progress: %w", err), server.Close())
	}
	return nil
}

// withProblems wraps the public listener with api.WithProblems, or closes it.
func (a *App) withProblems(listener net.Listener) (net.Listener, error) {
	wrapped, err := api.WithProblems(listener, a.options.Contract, a.config.HTTP.MaxHeaders)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return wrapped, nil
}
