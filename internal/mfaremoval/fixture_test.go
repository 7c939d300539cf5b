package mfaremoval_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/keyring"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

const (
	own    = "ada@example.com"
	second = "ada@example.org"
	day    = 24 * time.Hour
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 5, 0, time.UTC)

	limits = mfaremoval.Limits{Delay: 72 * time.Hour, Cooldown: 30 * day, Remind: day, MaxTick: time.Hour, LinkLifetime: 7 * day}
)

// fixture is the service over an SQLite database, with a clock that tests advance, mail whose delivery they control, and
// dependencies that can fail. Ada has lost her phone, and has two addresses.
type fixture struct {
	*mfaremoval.Service
	t       *testing.T
	db      *store.DB
	faults  *faults
	methods *mfa.Service
	tries   *throttle.Limiter

	mu    sync.Mutex
	now   time.Time
	ids   int
	mails []notify.Notice
	down  bool // mails are not delivered
}

// open returns a fixture in which ada has one method.
func open(t *testing.T) *fixture {
	t.Helper()
	dir := t.TempDir()
	file, key := filepath.Join(dir, "twofold.db"), filepath.Join(dir, "master.key")
	database, masterKey := template()
	must(t, errors.Join(os.WriteFile(file, database, 0o600), os.WriteFile(key, masterKey, 0o600)))
	db, ring, err := openFiles(file, key)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	h := &fixture{t: t, now: noon, db: db, faults: &faults{}}
	h.tries = &throttle.Limiter{
		Store: store.Attempts{DB: db}, Now: h.clock,
		Limits: throttle.Limits{FreeAttempts: 5, FirstBackoff: 30 * time.Second, MaxBackoff: time.Hour, HardLimit: 100},
	}
	trail := audit.Log{To: slog.New(slog.DiscardHandler), Store: store.Activity{DB: db}, Now: h.clock, NewID: h.newID}
	h.methods = &mfa.Service{
		Store: store.Methods{DB: db}, Accounts: store.Accounts{DB: db}, Sealer: ring, Attempts: h.tries, Audit: trail,
		Sessions: &session.Service{
			Store: store.Sessions{DB: db}, Now: h.clock, NewID: h.newID,
			Limits: session.Limits{AAL1Idle: day, AAL1Absolute: day, AAL2Idle: day, AAL2Absolute: day, PerAccount: 20},
		},
		StepUps: &stepup.Service{Store: store.StepUps{DB: db}, Now: h.clock, NewID: h.newID}, Now: h.clock, NewID: h.newID,
		Notices: h,
	}
	h.Service = &mfaremoval.Service{
		Store: removals{store.Removals{DB: db}, h.faults}, Locks: locks{store.Accounts{DB: db}, h.faults},
		Accounts: accounts{&account.Service{Store: store.Accounts{DB: db}}, h.faults}, Methods: methods{h.methods, h.faults},
		Notices: notices{h, h.faults}, Attempts: attempts{h.tries, h.faults},
		Links: links{&maillink.Service{Store: store.Links{DB: db}, Now: h.clock, NewID: h.newID}, h.faults},
		Audit: trail, Limits: limits, Now: h.clock, NewID: h.newID,
	}
	must(t, store.Accounts{DB: db}.Insert(ctx, account.Account{
		ID: "ada", Email: own, NoticeEmail: second, PasswordChangedAt: noon.Add(-day), CreatedAt: noon.Add(-day),
	}))
	h.enroll("phone")
	return h
}

// template returns a migrated database and its master key, which are created once and copied for each test.
var template = sync.OnceValues(func() (database, masterKey []byte) {
	dir, err := os.MkdirTemp("", "template-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file, key := filepath.Join(dir, "twofold.db"), filepath.Join(dir, "master.key")
	_, err = keyring.CreateMaster(key)
	if err != nil {
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
	masterKey, other := os.ReadFile(key)
	if err := errors.Join(err, other); err != nil {
		panic(err)
	}
	return database, masterKey
})

// openFiles opens a database and its keys, and migrates a new one.
func openFiles(file, key string) (*store.DB, *keyring.Ring, error) {
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
	ring, err := keyring.Open(ctx, store.Keys{DB: db}, master, func() time.Time { return noon })
	return db, ring, err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *fixture) clock() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }

func (h *fixture) newID() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ids++
	return fmt.Sprintf("id-%04d", h.ids)
}

// Enqueue records a notice when its transaction commits.
func (h *fixture) Enqueue(ctx context.Context, n notify.Notice) (int, error) {
	h.db.AfterCommit(ctx, func() { h.mu.Lock(); defer h.mu.Unlock(); h.mails = append(h.mails, n) })
	return max(1, len(n.To)), nil
}

// Delivered reports true unless the fixture is down.
func (h *fixture) Delivered(context.Context, string) (bool, error) { return !h.down, nil }

// takeNotices returns the notices so far, with kind, addresses and purposes of links, and clears them.
func (h *fixture) takeNotices() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var lines []string
	for _, n := range h.mails {
		line := string(n.Kind)
		for _, address := range n.To {
			line += " " + address
		}
		for _, a := range n.Links {
			line += " " + string(a.Purpose)
		}
		lines = append(lines, line)
	}
	h.mails = nil
	return lines
}

// links returns the tokens of a purpose in the notices so far.
func (h *fixture) links(p maillink.Purpose) []secret.Text {
	h.mu.Lock()
	defer h.mu.Unlock()
	var tokens []secret.Text
	for _, n := range h.mails {
		for _, a := range n.Links {
			if a.Purpose == p {
				tokens = append(tokens, a.Token)
			}
		}
	}
	return tokens
}

// enroll adds a method to ada's account now.
func (h *fixture) enroll(id string) {
	h.t.Helper()
	must(h.t, store.Methods{DB: h.db}.InsertMethod(ctx, mfa.Method{
		ID: id, AccountID: "ada", Type: mfa.TOTP, Name: id, SealedKey: []byte("k"), CreatedAt: h.clock(), LastUsedAt: h.clock(),
	}))
}

// request requests a removal with a password that was accepted now.
func (h *fixture) request() mfaremoval.Status {
	h.t.Helper()
	status, err := h.Request(ctx, "ada", h.clock())
	must(h.t, err)
	return status
}

// pass advances the clock and runs the worker every hour.
func (h *fixture) pass(d time.Duration) {
	h.t.Helper()
	for d > 0 {
		step := min(d, time.Hour)
		h.jump(step)
		must(h.t, h.RunOnce(ctx))
		d -= step
	}
}

// jump advances the clock without running the worker.
func (h *fixture) jump(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.now = h.now.Add(d) }

// ready requests a removal, passes its delay, and returns the link of the last mail.
func (h *fixture) ready() secret.Text {
	h.t.Helper()
	h.request()
	h.pass(h.Limits.Delay)
	found := h.links(maillink.CompleteRemoval)
	if len(found) != 1 {
		h.t.Fatalf("%d links complete the removal, want 1", len(found))
	}
	return found[0]
}

// current returns the removal in progress, if there is one.
func (h *fixture) current() (s mfaremoval.Status, open bool) {
	h.t.Helper()
	s, err := h.Current(ctx, "ada")
	if errors.Is(err, mfaremoval.ErrNotFound) {
		return s, false
	}
	must(h.t, err)
	return s, true
}

// enabled reports whether MFA is on.
func (h *fixture) enabled() bool {
	h.t.Helper()
	enabled, err := h.methods.Enabled(ctx, "ada")
	must(h.t, err)
	return enabled
}

// last returns the newest audit entry, with its reason.
func (h *fixture) last() string {
	h.t.Helper()
	entries, err := store.Activity{DB: h.db}.Entries(ctx, "ada", "", 1, nil)
	must(h.t, err)
	if len(entries) == 0 {
		return ""
	}
	if entries[0].Reason == "" {
		return string(entries[0].Kind)
	}
	return string(entries[0].Kind) + ": " + entries[0].Reason
}

// signIn creates a session of ada's account.
func (h *fixture) signIn(withCode bool) session.Session {
	h.t.Helper()
	s, _, err := h.methods.Sessions.Create(ctx, session.CreateParams{AccountID: "ada", Delivery: session.Token, AMR: session.AMRFor(withCode)})
	must(h.t, err)
	return s
}

// fail counts n failed attempts of a kind.
func (h *fixture) fail(kind throttle.Kind, n int) {
	h.t.Helper()
	for range n {
		_, err := h.tries.Reserve(ctx, throttle.Attempt{Subject: "ada", Kind: kind, Bucket: throttle.AnonymousBucket}, throttle.SubLimit{})
		must(h.t, err)
	}
}
