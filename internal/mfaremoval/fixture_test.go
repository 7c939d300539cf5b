package mfaremoval_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"twofold/internal/account"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/store"
	"twofold/internal/test/faultstore"
	"twofold/internal/throttle"
)

const (
	own    = "ada@example.com"
	second = "ada@example.org"
	day    = 24 * time.Hour
)

var (
	ctx  = context.Background()
	noon = faultstore.Noon
	must = faultstore.Must

	limits = mfaremoval.Limits{Delay: 72 * time.Hour, Cooldown: 30 * day, Remind: day, MaxTick: time.Hour, LinkLifetime: 7 * day}
)

// fixture is an mfaremoval.Service over a real database, with a clock that the test advances, mail whose delivery it controls,
// and stores that can be made to fail. Ada has lost her phone, and has two addresses.
type fixture struct {
	*mfaremoval.Service
	t       *testing.T
	db      *store.DB
	faults  *faultstore.Faults
	methods *mfa.Service
	tries   *throttle.Limiter

	mu    sync.Mutex
	now   time.Time
	mails []notify.Notice
	down  bool // mails are not delivered
}

// newFixture returns a fixture in which ada has one method.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	h := &fixture{t: t, now: noon}
	world := faultstore.Open(t, h.clock, nil, io.Discard, account.Account{
		ID: "ada", Email: own, NoticeEmail: second, PasswordChangedAt: noon.Add(-day), CreatedAt: noon.Add(-day),
	})
	h.db, h.faults, h.methods = world.DB, world.Faults, world.MFA(day)
	h.methods.Notices, h.tries = h, h.methods.Attempts
	accounts := faultstore.Accounts{Store: store.Accounts{DB: h.db}, Faults: h.faults}
	h.Service = &mfaremoval.Service{
		Store: faultstore.Removals{Store: store.Removals{DB: h.db}, Faults: h.faults}, Locks: accounts, Accounts: &account.Service{Store: accounts},
		Methods: h.methods, Notices: faultstore.RemovalNotices{Notices: h, Faults: h.faults}, Attempts: h.tries, Links: world.Links(),
		Audit: world.Trail, Limits: limits, Now: h.clock, NewID: world.NewID,
	}
	h.enroll("phone")
	return h
}

func (h *fixture) clock() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }

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
	sessions := *h.methods.Sessions
	sessions.Store = store.Sessions{DB: h.db} // without faults
	s, _, err := sessions.Create(ctx, session.CreateParams{AccountID: "ada", Delivery: session.Token, AMR: session.AMRFor(withCode)})
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
