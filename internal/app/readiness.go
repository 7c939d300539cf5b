package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"twofold/api"
	"twofold/internal/logctx"
	"twofold/internal/restorefence"
	"twofold/internal/store"
)

// readiness reports why requests cannot be served. Details go only to the log.
type readiness struct {
	db           *store.DB
	restoreFence *restorefence.Service
	log          *slog.Logger
	logWriter    *logctx.Writer
	stopping     atomic.Bool
}

// readyTimeout is the longest wait for the database. It is below the 5 s after which the health checks of Docker and of most
// proxies give up.
const readyTimeout = 3 * time.Second

// reasons returns why requests cannot be served, or nil.
func (r *readiness) reasons(ctx context.Context) []api.UnreadyReason {
	if r.stopping.Load() {
		return []api.UnreadyReason{api.UnreadyReasonStopping}
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	err := r.db.Ready(ctx)
	if err == nil {
		err = r.restored(ctx)
	}
	if err == nil {
		err = r.unlogged()
	}
	if err == nil {
		return nil
	}
	return r.explain(ctx, err)
}

// explain logs an error and returns its reason.
func (r *readiness) explain(ctx context.Context, err error) []api.UnreadyReason {
	reason, level := api.UnreadyReasonDatabaseUnreachable, slog.LevelWarn
	switch {
	case errors.Is(err, store.ErrOlderSchema):
		reason = api.UnreadyReasonSchemaOlder
	case errors.Is(err, store.ErrReadOnly):
		reason = api.UnreadyReasonDatabaseReadOnly
	case errors.Is(err, errRestored):
		reason = api.UnreadyReasonDatabaseRestored
	case errors.Is(err, errUnlogged):
		// This line tries the log again, so that it is written at every TWOFOLD_LOG_LEVEL.
		reason, level = api.UnreadyReasonLogUnwritable, slog.LevelError
	}
	r.log.Log(ctx, level, "not ready", "reason", string(reason), "error", err.Error())
	return []api.UnreadyReason{reason}
}

// errRestored means that the database was restored from a backup and that the restore fence was not run yet.
var errRestored = errors.New("the database was restored")

// restored returns errRestored with the reason, if the database seems to be a restored backup.
func (r *readiness) restored(ctx context.Context) error {
	reason, err := r.restoreFence.RestoreReason(ctx)
	if err == nil && reason != "" {
		err = fmt.Errorf("%w: %s", errRestored, reason)
	}
	return err
}

// errUnlogged means that log lines, security events among them, are lost.
var errUnlogged = errors.New("the log cannot be written")

// unlogged returns errUnlogged with the cause, if the last log line could not be written.
func (r *readiness) unlogged() error {
	if err := r.logWriter.Err(); err != nil {
		return fmt.Errorf("%w: %w", errUnlogged, err)
	}
	return nil
}
