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

	"twofold/api"
	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/config"
	"twofold/internal/keyring"
	"twofold/internal/link"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/notme"
	"twofold/internal/password"
	"twofold/internal/removal"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

// Parts come from outside: what a test wants to choose and main has one of.
type Parts struct {
	Contract []byte // openapi.yaml
	Page     fs.FS
	Log      *slog.Logger
	Audit    *slog.Logger // what happened to accounts; never quieter than info
	Now      func() time.Time
}

// App is the whole house, composed.
type App struct {
	Handler  http.Handler
	Accounts *account.Service
	Methods  *mfa.Service
	Sessions *session.Service
	Notices  *notify.Service
	Removals *removal.Service

	config config.Config
	db     *store.DB
	parts  Parts
	audit  audit.Log
}

// New opens the database, migrates it, makes the keys that are missing, and composes the rest. A wrong or missing
// master key stops it before anything is written: keyring.ErrWrongMaster, keyring.ErrNoMaster.
func New(ctx context.Context, c config.Config, p Parts) (*App, error) {
	master, err := findMaster(ctx, c, p.Log)
	if err != nil {
		return nil, masterAdvice(c, err)
	}
	db, err := store.Open(c.DatabaseURL, p.Log)
	if err != nil {
		return nil, fmt.Errorf("TWOFOLD_DATABASE_URL: %w", err)
	}
	a, err := compose(ctx, c, p, db, master)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

func compose(ctx context.Context, c config.Config, p Parts, db *store.DB, master keyring.Master) (*App, error) {
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, p.Now())
	if err != nil {
		return nil, masterAdvice(c, err)
	}
	hasher, err := newHasher(c.Passwords)
	if err != nil {
		return nil, err
	}
	trail := audit.Log{To: p.Audit, Store: store.Activity{DB: db}, Now: p.Now, NewID: newID}
	accounts := &account.Service{Store: store.Accounts{DB: db}, Passwords: hasher, Issuer: c.Issuer, Now: p.Now, NewID: newID}
	links := &link.Service{Store: store.Links{DB: db}, Now: p.Now, NewID: newID}
	notices := &notify.Service{
		Store: store.Outbox{DB: db}, People: accounts, Links: links, Sealer: ring, Audit: trail, Log: p.Log,
		Product: c.Issuer, Support: c.Mail.Support, PublicURL: c.PublicURL,
		NotMe: c.Mail.NotMeLifetime, Timeout: c.Mail.Timeout, Now: p.Now, NewID: newID,
	}
	if err := sendMail(notices, c, p.Now); err != nil {
		return nil, err
	}
	attempts := &throttle.Limiter{
		Store: store.Attempts{DB: db},
		Limits: throttle.Limits{
			Free: c.Attempts.Free, Wait: c.Attempts.Wait, MaxWait: c.Attempts.MaxWait, Cap: c.Attempts.Cap,
			Patience: c.Passwords.HashWait,
		},
		Now: p.Now,
	}
	sessions := &session.Service{
		Store: store.Sessions{DB: db},
		Limits: session.Limits{
			AAL1Idle: c.Sessions.AAL1Idle, AAL1Absolute: c.Sessions.AAL1Absolute,
			AAL2Idle: c.Sessions.AAL2Idle, AAL2Absolute: c.Sessions.AAL2Absolute,
			PerAccount: c.Sessions.PerAccount,
		},
		Now: p.Now, NewID: newID,
	}
	stepUps := &stepup.Service{
		Store: store.StepUps{DB: db}, Keys: ring, Issuer: c.PublicURL, Lifetime: c.StepUp.Lifetime, Now: p.Now, NewID: newID,
	}
	methods := &mfa.Service{
		Store: store.Methods{DB: db}, Accounts: store.Accounts{DB: db}, Handover: accounts, Sealer: ring,
		Sessions: sessions, StepUps: stepUps, Hasher: hasher, Attempts: attempts, Audit: trail, Notices: notices,
		Limits: mfa.Limits{
			Methods: c.MFA.MaxMethods, EnrollmentLifetime: c.MFA.EnrollmentLifetime, EnrollmentTries: c.MFA.EnrollmentTries,
			RecoveryCodes: c.MFA.RecoveryCodes,
		},
		Issuer: c.Issuer, Now: p.Now, NewID: newID,
	}
	removals := &removal.Service{
		Store: store.Removals{DB: db}, Locks: store.Accounts{DB: db}, Accounts: accounts, Methods: methods, Notices: notices,
		Links: links, Attempts: attempts, Audit: trail,
		Limits: removal.Limits{
			Delay: c.Removal.Delay, Pause: c.Removal.Pause, Remind: c.Removal.Remind, TickMax: c.Removal.TickMax,
			LinkLifetime: c.Removal.LinkLifetime,
		},
		Now: p.Now, NewID: newID,
	}
	if !notices.Mail { // who could be announced to?
		removals.Limits.Delay = 0
	}
	engine := &authn.Service{
		Store: store.SignIns{DB: db}, Devices: store.Devices{DB: db}, Accounts: store.Accounts{DB: db}, Rules: accounts, Passwords: hasher,
		Attempts: attempts, Methods: methods, Sessions: sessions, StepUps: stepUps, Removals: removals, Audit: trail, Notices: notices,
		Limits: authn.Limits{
			SignInLifetime: c.SignIns.Lifetime, SignInTries: c.SignIns.Tries, SignInsOpen: c.SignIns.Open,
			DeviceLifetime: c.Devices.Lifetime, Devices: c.Devices.PerAccount,
		},
		Now: p.Now, NewID: newID,
	}
	accounts.Pending, accounts.Resets = store.PendingAddresses{DB: db}, store.Resets{DB: db}
	accounts.Links, accounts.Notices, accounts.Sealer, accounts.Audit = links, notices, ring, trail
	accounts.StepUps, accounts.Access = stepUps, engine
	accounts.Limits = account.Limits{
		ResetLifetime: c.Mail.ResetLifetime, ResetMails: c.Mail.ResetMails, AddressLifetime: c.Mail.AddressLifetime,
	}
	denials := &notme.Service{
		Store: store.Accounts{DB: db}, Links: links, Accounts: accounts, Access: engine, Methods: methods, Notices: notices,
		Audit: trail, Young: c.Mail.NotMeLifetime, Now: p.Now,
	}
	handler, err := api.New(api.Options{
		Contract: p.Contract, Page: p.Page, PublicURL: c.PublicURL, Secure: c.Secure(), MaxBody: c.HTTP.MaxBody,
		Proxies:  c.TrustedProxies,
		About:    api.About{Name: c.Issuer, Mail: notices.Mail, Support: c.Mail.Support, MFARemoval: removals.Offered()},
		Accounts: accounts, Authn: engine, Sessions: sessions, StepUps: stepUps, Methods: methods, Removals: removals, Keys: ring, Audit: trail,
		NotMe:    denials,
		SignIns:  &throttle.Shield{Limit: c.Addresses.SignInLimit, Window: c.Addresses.SignInWindow, Now: p.Now},
		Failures: &throttle.Shield{Limit: c.Addresses.FailureLimit, Window: c.Addresses.FailureWindow, Now: p.Now},
		Ready:    db.Ping, Log: p.Log, Now: p.Now, NewID: newID,
	})
	if err != nil {
		return nil, err
	}
	return &App{
		Handler: handler, Accounts: accounts, Methods: methods, Sessions: sessions, Notices: notices, Removals: removals,
		config: c, db: db, parts: p, audit: trail,
	}, nil
}

func newHasher(c config.Passwords) (*password.Hasher, error) {
	slots := c.HashSlots
	if slots == 0 {
		slots = runtime.GOMAXPROCS(0)
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

// Close closes the database.
func (a *App) Close() error { return a.db.Close() }
