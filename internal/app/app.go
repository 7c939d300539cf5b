// Package app builds the services from the settings and runs them: the HTTP servers and the background workers. It is the only
// package that knows every other one, and it holds no rules of its own. The commands and the tests use the same entry points:
// [New], [App.Serve], [App.RunWorkers] and the operator commands of [App].
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/audit"
	"twofold/internal/authn"
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

// Options are the parts of an App that do not come from the settings, so that tests can choose them.
type Options struct {
	Version  string // version of the program
	Contract []byte // openapi.yaml
	Page     fs.FS
	Log      *slog.Logger
	Audit    *slog.Logger // audit events; enabled at level info or lower
	// LogWriter is what Log and Audit write to. The server is not ready while lines are lost. Nil: none are.
	LogWriter *logctx.Writer
	Traces    *trace.Tracer // nil: none; Close closes it
	Now       func() time.Time

	TestHashes bool // hash passwords at test cost, whatever the settings say; for tests only
}

// App is a configured instance of the service. Its fields are the services that commands and tests call.
type App struct {
	Handler    http.Handler // the API and the page
	Operations http.Handler // for operators; see Serve

	Accounts     *account.Service
	Passwords    *account.Passwords
	Methods      *mfa.Service
	Sessions     *session.Service
	Notices      *notify.Service
	Removals     *mfaremoval.Service
	Retention    *retention.Service
	Keys         *keyring.Rotation
	RestoreFence *restorefence.Service

	Administration *admin.Service
	Reminder       *mfa.Reminder
	Unfinished     *authn.UnfinishedNotifier

	hashCosts *account.HashCosts

	config   config.Config
	db       *store.DB
	options  Options
	audit    audit.Log
	ready    *readiness
	capacity HashCapacity
}

// New opens the database, migrates it, creates missing keys, and builds the services. It returns keyring.ErrWrongMaster or
// keyring.ErrNoMaster, before it writes anything, if the master key is wrong or missing.
func New(ctx context.Context, c config.Config, p Options) (*App, error) {
	a, err := open(ctx, c, p)
	if advice := store.Advice(err); advice != "" {
		err = fmt.Errorf("%w. %s", err, advice)
	}
	return a, err
}

func open(ctx context.Context, c config.Config, p Options) (*App, error) {
	p.Log, p.Audit = logctx.Wrap(p.Log), logctx.Wrap(p.Audit)
	master, err := findMaster(ctx, c, p.Log)
	if err != nil {
		return nil, explainMasterError(c, err)
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

// wire migrates the database and builds the services over it.
func wire(ctx context.Context, c config.Config, p Options, db *store.DB, master keyring.Master) (*App, error) {
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, p.Now)
	if err != nil {
		return nil, explainMasterError(c, err)
	}
	capacity := CapacityOf(c.Passwords)
	hasher, err := newHasher(c.Passwords, capacity.Slots, p.TestHashes)
	if err != nil {
		return nil, err
	}
	h := &wiring{Config: c, Options: p, db: db, ring: ring, hasher: hasher, ready: &readiness{db: db, log: p.Log, logWriter: p.LogWriter}}
	if err := h.wireNotifications(); err != nil {
		return nil, err
	}
	h.wireKeyRotation()
	if err := h.wireRestoreFence(ctx); err != nil {
		return nil, err
	}
	if err := h.wireHashCosts(ctx); err != nil {
		return nil, err
	}
	h.wireSessions()
	h.instrument()
	h.wireMFA()
	h.wireAccounts()
	h.canonicalizeAddresses(ctx)
	h.wireAuthn()
	handler, err := h.newHandler()
	if err != nil {
		return nil, err
	}
	return &App{
		Handler: handler, Operations: newOperations(handler, h.metrics, c.OpsListen),
		Accounts: h.accounts, Passwords: h.passwords, Methods: h.methods, Sessions: h.sessions, Notices: h.notices, Removals: h.removals,
		Retention: h.retention(), Administration: h.admin, Reminder: h.reminder(), Unfinished: h.unfinished(), Keys: h.rotation, RestoreFence: h.restoreFence,
		config: c, db: db, options: p, audit: h.auditLog, ready: h.ready, capacity: capacity, hashCosts: h.hashCosts,
	}, nil
}

// newHasher returns the password hasher of the settings, or one of test cost.
func newHasher(c config.Passwords, slots int, weak bool) (*password.Hasher, error) {
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

// newID returns a UUIDv7 (RFC 9562 §5.7), so that ids sort by the time they were made.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Close exports the remaining traces and closes the database.
func (a *App) Close() error {
	return errors.Join(a.options.Traces.Close(context.Background()), a.db.Close())
}
