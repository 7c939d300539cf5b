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

// readiness says why requests cannot be served. What exactly is wrong goes to the log, and to nobody else.
type readiness struct {
	db           *store.DB
	restoreFence *restorefence.Service
	log          *slog.Logger
	stopping     atomic.Bool
}

// readyTimeout is how soon a database that can be used answers; who asks does not wait much longer (docker's health check, and
// those of most proxies, give up after 5 s).
const readyTimeout = 3 * time.Second

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

// errRestored means that the database is served, and should not be before there is a fence.
var errRestored = errors.New("the database was restored")

func (r *readiness) restored(ctx context.Context) error {
	doubt, err := r.restoreFence.RestoreReason(ctx)
	if err == nil && doubt != "" {
		err = fmt.Errorf("%w: %s", errRestored, doubt)
	}
	return err
}
