// Package apptest starts the real house for a test: an own database file, a clock that the test moves, and clients that
// hold every answer against the contract.
package apptest

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"twofold/internal/app"
	"twofold/internal/config"
	"twofold/internal/secret"
	"twofold/internal/store"
	"twofold/internal/trace"
)

// Password is every test account's.
const Password = "correct horse battery staple"

// Clock is a clock that stands still until it is moved.
type Clock struct {
	mu    sync.Mutex
	at    time.Time
	goes  func() time.Time // of Elsewhere: it is never moved
	watch func()
}

// Now reads it.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watch != nil {
		c.watch()
	}
	if c.goes != nil {
		return c.goes()
	}
	return c.at
}

// Watch calls watch at every reading from now on; nil stops that. What watch panics with, the house panics with: the
// clock is the one part that everything in it asks.
func (c *Clock) Watch(watch func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch = watch
}

// Advance moves it, forward or back.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Server is one running house.
type Server struct {
	T     testing.TB
	App   *app.App
	URL   string
	Dir   string // holds master.key, and twofold.db or where else the database is
	Clock *Clock
	Log   *Log

	Database string // its URL

	Mailbox   *Mailbox   // of StartWithMail; otherwise nil, and the house sends no mail
	Collector *Collector // of StartTraced; otherwise nil, and the house traces nothing

	// OnResponse, where there is one, sees every answer that the house's clients get.
	OnResponse func(r *http.Request, a Response)
	// OnStatement, where there is one, is told of every statement that is sent for a request, for Deliver, or in Context.
	OnStatement func(statement string, values []any)

	contract *contract
	server   *httptest.Server
}

// Log keeps what was logged.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String is everything that was logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Page is a stand-in for the built page.
var Page fs.FS = fstest.MapFS{
	"index.html":         {Data: []byte("<!doctype html><title>Twofold</title>")},
	"assets/app-1234.js": {Data: []byte("export {}")},
}

// Start starts a house in a new folder. Settings are NAME=value pairs and override the defaults.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	return StartIn(t, t.TempDir(), NewClock(), settings...)
}

// NewClock stands at a quiet moment, 5 seconds into a step.
func NewClock() *Clock {
	return &Clock{at: time.Date(2026, 11, 23, 9, 30, 5, 0, time.UTC)}
}

// StartIn starts a house in a folder that may hold a database already: a restart, or a second process.
func StartIn(t testing.TB, dir string, clock *Clock, settings ...string) *Server {
	t.Helper()
	return start(&Server{T: t, Dir: dir, Clock: clock, Log: &Log{}}, nil, settings)
}

// Remote is a house that runs in another process, at this URL and by this clock: for clients, who hold its answers
// against the contract all the same.
func Remote(t testing.TB, url string, now func() time.Time) *Server {
	t.Helper()
	known, err := theContract()
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	return &Server{T: t, URL: url, Clock: &Clock{goes: now}, contract: known}
}

func start(h *Server, traces *trace.Tracer, settings []string) *Server {
	t := h.T
	t.Helper()
	SkipUnlessSelected(t)
	h.Database = databaseIn(t, h.Dir)
	h.server = httptest.NewUnstartedServer(nil)
	h.URL = "http://" + h.server.Listener.Addr().String()
	text := Contract(t)
	c, err := config.FromMap(h.environment(settings))
	if err != nil {
		t.Fatalf("settings: %v", err)
	}
	log := slog.New(slog.NewJSONHandler(h.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.App, err = app.New(context.Background(), c, app.Options{
		Version: "test", Contract: text, Page: Page, Log: log, Audit: log, Traces: traces, Now: h.Clock.Now,
		TestHashes: !slices.ContainsFunc(settings, isCost),
	})
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	if h.contract, err = theContract(); err != nil {
		t.Fatalf("contract: %v", err)
	}
	h.server.Config.Handler = h.App.Handler
	h.server.Config.BaseContext = func(net.Listener) context.Context { return h.Context() }
	h.server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelError)
	h.server.Start()
	t.Cleanup(h.Stop)
	return h
}

// Context is one for what nobody asked the house for: Hears hears it.
func (h *Server) Context() context.Context {
	return store.WithStats(context.Background(), &store.QueryStats{OnStatement: h.heard})
}

func (h *Server) heard(statement string, values []any) {
	if h.OnStatement != nil {
		h.OnStatement(statement, values)
	}
}

// isCost says whether a setting is one of a hash's cost: who gives one wants hashes as they are outside of tests.
func isCost(setting string) bool { return strings.HasPrefix(setting, "TWOFOLD_ARGON2_") }

func (h *Server) environment(settings []string) map[string]string {
	environment := map[string]string{
		"TWOFOLD_PUBLIC_URL":       h.URL,
		"TWOFOLD_OPS_LISTEN":       "off", // many run at once: see House.Operations
		"TWOFOLD_DATABASE_URL":     h.Database,
		"TWOFOLD_MASTER_KEY_FILE":  filepath.Join(h.Dir, "master.key"),
		"TWOFOLD_RECOVERY_CODES":   "2", // each is a hash
		"TWOFOLD_HASH_WAIT":        "1m",
		"TWOFOLD_HASH_QUEUE":       "1000",
		"TWOFOLD_IP_FAILURE_LIMIT": "100000",
		"TWOFOLD_IP_SIGN_IN_LIMIT": "100000",
	}
	given := make(map[string]string, len(settings))
	for _, s := range settings {
		name, value, _ := strings.Cut(s, "=")
		given[name] = value
	}
	maps.Copy(environment, given)
	return environment
}

// Stop stops the house; its files stay. Stopping twice is fine.
func (h *Server) Stop() {
	if h.server == nil {
		return
	}
	h.server.Close()
	if err := h.App.Close(); err != nil {
		h.T.Errorf("close: %v", err)
	}
	h.server = nil
}

// AddAccount adds an account with Password, and answers its id.
func (h *Server) AddAccount(email string) string {
	h.T.Helper()
	a, err := h.App.AddAccount(context.Background(), email, secret.New(Password))
	if err != nil {
		h.T.Fatalf("add account: %v", err)
	}
	return a.ID
}

// Root is the project's root folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// Contract reads openapi.yaml.
func Contract(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile(contractFile())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func contractFile() string { return filepath.Join(Root(), "openapi.yaml") }
