package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"twofold/api"
	"twofold/internal/restorefence"
	"twofold/internal/store"
)

// readiness reports why requests cannot be served. Details go only to the log.
type readiness struct {
	db           *store.DB
	restoreFence *restorefence.Service
	log          *slog.Logger
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
		return nil
	}
	reason := api.UnreadyReasonDatabaseUnreachable
	switch {
	case errors.Is(err, store.ErrOlderSchema):
		reason = api.UnreadyReasonSchemaOlder
	case errors.Is(err, store.ErrReadOnly):
		reason = api.UnreadyReasonDatabaseReadOnly
	case errors.Is(err, errRestored):
		reason = api.UnreadyReasonDatabaseRestored
	}
	r.log.WarnContext(ctx, "not ready", "reason", string(reason), "error", err.Error())
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
