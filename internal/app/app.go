// Package app composes the parts into one running house, for main and for the tests alike.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/google/uuid"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/audit"
	"twofold/internal/config"
	"twofold/internal/keyring"
	"twofold/internal/logctx"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/restorefence"
	"twofold/internal/retention"
	"twofold/internal/session"
	"twofold/internal/store"
	"twofold/internal/trace"
)

// Options come from outside: what a test wants to choose and main has one of.
type Options struct {
	Version  string // version of the program
	Contract []byte // openapi.yaml
	Page     fs.FS
	Log      *slog.Logger
	Audit    *slog.Logger  // what happened to accounts; never quieter than info
	Traces   *trace.Tracer // nil: none; the house closes it
	Now      func() time.Time

	TestHashes bool // of passwords, whatever the settings say: in tests only
}

// App is the whole house, composed.
type App struct {
	Handler    http.Handler // for everybody
	Operations http.Handler // for who runs it: see Serve

	Accounts     *account.Service
	Methods      *mfa.Service
	Sessions     *session.Service
	Notices      *notify.Service
	Removals     *mfaremoval.Service
	Retention    *retention.Service
	Keys         *keyring.Rotation
	RestoreFence *restorefence.Service

	Administration *admin.Service
	Reminder       *mfa.Reminder

	config  config.Config
	db      *store.DB
	options Options
	audit   audit.Log
	ready   *readiness
}

// New opens the database, migrates it, makes the keys that are missing, and composes the rest. A wrong or missing
// master key stops it before anything is written: keyring.ErrWrongMaster, keyring.ErrNoMaster.
func New(ctx context.Context, c config.Config, p Options) (*App, error) {
	p.Log, p.Audit = logctx.Wrap(p.Log), logctx.Wrap(p.Audit)
	master, err := findMaster(ctx, c, p.Log)
	if err != nil {
		return nil, masterAdvice(c, err)
	}
	db, err := store.Open(c.DatabaseURL, store.Options{Connections: c.Connections}, p.Log)
	if err != nil {
		return nil, fmt.Errorf("TWOFOLD_DATABASE_URL: %w", err)
	}
	a, err := wire(ctx, c, p, db, master)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

func wire(ctx context.Context, c config.Config, p Options, db *store.DB, master keyring.Master) (*App, error) {
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, p.Now)
	if err != nil {
		return nil, masterAdvice(c, err)
	}
	hasher, err := newHasher(c.Passwords, p.TestHashes)
	if err != nil {
		return nil, err
	}
	h := &wiring{Config: c, Options: p, db: db, ring: ring, hasher: hasher, ready: &readiness{db: db, log: p.Log}}
	if err := h.wireNotifications(); err != nil {
		return nil, err
	}
	h.wireKeyRotation()
	if err := h.wireRestoreFence(ctx); err != nil {
		return nil, err
	}
	h.wireSessions()
	h.instrument()
	h.wireMFA()
	h.wireAuthn()
	handler, err := h.newHandler()
	if err != nil {
		return nil, err
	}
	return &App{
		Handler: handler, Operations: operations(handler, h.metrics),
		Accounts: h.accounts, Methods: h.methods, Sessions: h.sessions, Notices: h.notices, Removals: h.removals,
		Retention: h.retention(), Administration: h.admin, Reminder: h.reminder(), Keys: h.rotation, RestoreFence: h.restoreFence,
		config: c, db: db, options: p, audit: h.auditLog, ready: h.ready,
	}, nil
}

func newHasher(c config.Passwords, weak bool) (*password.Hasher, error) {
	slots := c.HashSlots
	if slots == 0 {
		slots = runtime.GOMAXPROCS(0)
	}
	if weak {
		return password.NewTestHasher(password.TestParams, slots, c.HashQueue, c.HashWait)
	}
	params := password.Params{MemoryKiB: c.ArgonMemoryKiB, Time: c.ArgonTime, Parallelism: c.ArgonParallelism}
	hasher, err := password.NewHasher(params, slots, c.HashQueue, c.HashWait)
	if err != nil {
		return nil, fmt.Errorf("TWOFOLD_ARGON2_…: %w", err)
	}
	return hasher, nil
}

// newID is a UUIDv7 (RFC 9562 §5.7): ids sort by when they were made.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Close exports the traces that are left and closes the database.
func (a *App) Close() error {
	return errors.Join(a.options.Traces.Close(context.Background()), a.db.Close())
}
