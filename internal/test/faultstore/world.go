// Package faultstore gives tests of the domain packages a real database whose stores fail at a chosen call. Open returns a
// World with services over these stores. A test sets Faults.FailAt to 1, 2, 3, … until an operation runs without a fault, and
// checks after each fault that nothing was half done.
package faultstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/keyring"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

// Noon is when tests begin: five seconds into a TOTP step.
var Noon = time.Date(2026, 11, 23, 12, 0, 5, 0, time.UTC)

// World is a migrated SQLite database with keys, and services over its faulty stores.
type World struct {
	DB     *store.DB
	Ring   *keyring.Ring
	Faults *Faults
	Hasher *password.Hasher
	Trail  audit.Log
	Clock  func() time.Time

	mu  sync.Mutex
	ids int
}

// Open returns a World with the given accounts. It hashes with hasher, and writes audit lines to log.
func Open(t *testing.T, clock func() time.Time, hasher *password.Hasher, log io.Writer, accounts ...account.Account) *World {
	t.Helper()
	dir := t.TempDir()
	file, key := filepath.Join(dir, "twofold.db"), filepath.Join(dir, "master.key")
	database, masterKey := template()
	Must(t, errors.Join(os.WriteFile(file, database, 0o600), os.WriteFile(key, masterKey, 0o600)))
	db, ring, err := openFiles(file, key)
	Must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	for _, a := range accounts {
		Must(t, store.Accounts{DB: db}.Insert(context.Background(), a))
	}
	w := &World{DB: db, Ring: ring, Faults: &Faults{}, Hasher: hasher, Clock: clock}
	w.Trail = audit.Log{To: slog.New(slog.NewTextHandler(log, nil)), Store: store.Activity{DB: db}, Now: clock, NewID: w.NewID}
	return w
}

// NewID returns the next id, in ascending order.
func (w *World) NewID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("id-%04d", w.ids)
}

// Limiter returns a limiter with the product's limits.
func (w *World) Limiter() *throttle.Limiter {
	return &throttle.Limiter{
		Store: Attempts{store.Attempts{DB: w.DB}, w.Faults}, Now: w.Clock,
		Limits: throttle.Limits{FreeAttempts: 5, FirstBackoff: 30 * time.Second, MaxBackoff: time.Hour, HardLimit: 100},
	}
}

// Links returns the service of mailed links.
func (w *World) Links() *maillink.Service {
	return &maillink.Service{Store: Links{store.Links{DB: w.DB}, w.Faults}, Now: w.Clock, NewID: w.NewID}
}

// Outbox returns a notice service whose mails stay in the outbox.
func (w *World) Outbox() Notices {
	return Notices{&notify.Service{
		Store: store.Outbox{DB: w.DB}, Recipients: account.Recipients{Store: store.Accounts{DB: w.DB}}, Sealer: w.Ring, Mail: true,
		Links: &maillink.Service{Store: store.Links{DB: w.DB}, Now: w.Clock, NewID: w.NewID}, PublicURL: "https://example.com",
		NotMe: 7 * 24 * time.Hour, Now: w.Clock, NewID: w.NewID,
	}, w.Faults}
}

// MFA returns an MFA service with sessions, step-up tokens and a limiter. Sessions last as long as sessionLimit.
func (w *World) MFA(sessionLimit time.Duration) *mfa.Service {
	return &mfa.Service{
		Store: Methods{store.Methods{DB: w.DB}, w.Faults}, Accounts: Accounts{store.Accounts{DB: w.DB}, w.Faults}, PendingChanges: &account.PendingChanges{
			Addresses: store.PendingAddresses{DB: w.DB}, Links: &maillink.Service{Store: store.Links{DB: w.DB}, Now: w.Clock, NewID: w.NewID}, Now: w.Clock,
		},
		Trust: authn.Trust{
			SignIns: SignIns{store.SignIns{DB: w.DB}, w.Faults}, Devices: Devices{store.Devices{DB: w.DB}, w.Faults}, Now: w.Clock,
		},
		Sealer: w.Ring, Hasher: w.Hasher, Attempts: w.Limiter(), Notices: w.Outbox(), Audit: w.Trail,
		Sessions: &session.Service{
			Store: Sessions{store.Sessions{DB: w.DB}, w.Faults}, Now: w.Clock, NewID: w.NewID,
			Limits: session.Limits{AAL1Idle: sessionLimit, AAL1Absolute: sessionLimit, AAL2Idle: sessionLimit, AAL2Absolute: sessionLimit, PerAccount: 20},
		},
		StepUps: &stepup.Service{
			Store: StepUps{store.StepUps{DB: w.DB}, w.Faults}, Keys: w.Ring, Audit: w.Trail, Issuer: "https://example.com", Lifetime: 5 * time.Minute,
			Now: w.Clock, NewID: w.NewID,
		},
		Limits: mfa.Limits{Methods: 5, EnrollmentLifetime: 10 * time.Minute, EnrollmentTries: 5, RecoveryCodes: 2},
		Issuer: "Twofold", Now: w.Clock, NewID: w.NewID,
	}
}

// Must fails the test at once if err is not nil.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// template returns an empty migrated database and its master key. They are made once and copied for each test.
var template = sync.OnceValues(func() (database, masterKey []byte) {
	dir, err := os.MkdirTemp("", "template-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file, key := filepath.Join(dir, "twofold.db"), filepath.Join(dir, "master.key")
	if _, err := keyring.CreateMaster(key); err != nil {
		panic(err)
	}
	db, _, err := openFiles(file, key)
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		panic(err)
	}
	database, err = os.ReadFile(file)
	masterKey, keyErr := os.ReadFile(key)
	if err := errors.Join(err, keyErr); err != nil {
		panic(err)
	}
	return database, masterKey
})

// openFiles opens a database and its keys, and creates what is missing.
func openFiles(file, key string) (*store.DB, *keyring.Ring, error) {
	ctx := context.Background()
	db, err := store.Open("sqlite:"+file, store.Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	master, err := keyring.ReadMaster(key)
	if migrated, other := db.Migrated(ctx); err == nil && !migrated {
		err = errors.Join(other, db.Migrate(ctx))
	}
	if err != nil {
		return nil, nil, err
	}
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, func() time.Time { return Noon })
	return db, ring, err
}
