// Package apptest starts real servers for tests. Each has its own database, a clock that the test advances, and clients that
// check every response against the contract. Start and its variants are the entry points, NewUser adds users with their
// authenticators, and the methods of Server, Client and Response cover the steps and checks that many tests share.
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

// Password is the password of every test account.
const Password = "correct horse battery staple"

// Clock is a clock that only changes when it is advanced.
type Clock struct {
	mu    sync.Mutex
	at    time.Time
	live  func() time.Time // of Remote, in place of at
	watch func()
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watch != nil {
		c.watch()
	}
	if c.live != nil {
		return c.live()
	}
	return c.at
}

// Watch calls watch at every reading from now on; nil stops that. If watch panics, so does the code that reads the clock,
// so that tests can make any request panic.
func (c *Clock) Watch(watch func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch = watch
}

// Advance moves the clock forward or back.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Server is one running server.
type Server struct {
	T     testing.TB
	App   *app.App
	URL   string
	Dir   string // with master.key, and with twofold.db or the file with the database's URL
	Clock *Clock
	Log   *Log

	Database string // its URL

	Mailbox   *Mailbox   // of StartWithMail; otherwise nil, and the server sends no mail
	Collector *Collector // of StartTraced; otherwise nil, and the server exports no traces

	// OnResponse, if set, is called with every response to the server's clients.
	OnResponse func(r *http.Request, a Response)
	// OnStatement, if set, is called with every SQL statement of InProcess requests with stats, of Deliver, and in Context.
	OnStatement func(statement string, values []any)

	contract  *contract
	publicURL string // in the settings
	server    *httptest.Server
	opened    sync.Once
	side      *Database // opened by database
}

// Log collects the log lines.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String returns everything that was logged so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Page is a placeholder for the built frontend.
var Page fs.FS = fstest.MapFS{
	"index.html":         {Data: []byte("<!doctype html><title>Twofold</title>")},
	"assets/app-1234.js": {Data: []byte("export {}")},
}

// Start starts a server in a new folder. Settings are NAME=value pairs and override the defaults.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	return StartIn(t, t.TempDir(), NewClock(), settings...)
}

// NewClock returns a clock that is 5 seconds into a TOTP time step.
func NewClock() *Clock {
	return &Clock{at: time.Date(2026, 11, 23, 9, 30, 5, 0, time.UTC)}
}

// StartIn starts a server in a folder that may have a database already, as a restart or a second process.
func StartIn(t testing.TB, dir string, clock *Clock, settings ...string) *Server {
	t.Helper()
	return start(&Server{T: t, Dir: dir, Clock: clock, Log: &Log{}}, nil, settings)
}

// Remote returns a server in another process, with this URL and clock. Its clients check responses against the contract too.
func Remote(t testing.TB, url string, now func() time.Time) *Server {
	t.Helper()
	known, err := loadContract()
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	return &Server{T: t, URL: url, Clock: &Clock{live: now}, contract: known}
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
	h.publicURL = c.PublicURL
	log := slog.New(slog.NewJSONHandler(h.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.App, err = app.New(context.Background(), c, app.Options{
		Version: "test", Contract: text, Page: Page, Log: log, Audit: log, Traces: traces, Now: h.Clock.Now,
		TestHashes: !slices.ContainsFunc(settings, isCost),
	})
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	if h.contract, err = loadContract(); err != nil {
		t.Fatalf("contract: %v", err)
	}
	h.server.Config.Handler = h.App.Handler
	h.server.Config.BaseContext = func(net.Listener) context.Context { return h.Context() }
	h.server.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelError)
	h.server.Start()
	t.Cleanup(h.Stop)
	return h
}

// Context returns a context for background work. OnStatement sees its statements.
func (h *Server) Context() context.Context {
	return store.WithStats(context.Background(), &store.QueryStats{OnStatement: h.onStatement})
}

func (h *Server) onStatement(statement string, values []any) {
	if h.OnStatement != nil {
		h.OnStatement(statement, values)
	}
}

// isCost reports whether a setting is about the cost of hashes. A test that has one gets real hashes instead of weak ones.
func isCost(setting string) bool { return strings.HasPrefix(setting, "TWOFOLD_ARGON2_") }

func (h *Server) environment(settings []string) map[string]string {
	environment := map[string]string{
		"TWOFOLD_PUBLIC_URL":       h.URL,
		"TWOFOLD_OPS_LISTEN":       "off", // many servers run at once; see Operations
		"TWOFOLD_DATABASE_URL":     h.Database,
		"TWOFOLD_MASTER_KEY_FILE":  filepath.Join(h.Dir, "master.key"),
		"TWOFOLD_RECOVERY_CODES":   "2", // few, because each costs a hash
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

// Stop stops the server and keeps its files. A second call does nothing.
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

// AddAccount adds an account with Password and returns its id.
func (h *Server) AddAccount(email string) string {
	h.T.Helper()
	a, err := h.App.AddAccount(context.Background(), email, secret.New(Password))
	if err != nil {
		h.T.Fatalf("add account: %v", err)
	}
	return a.ID
}

// Root returns the root folder of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// Contract returns openapi.yaml.
func Contract(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile(contractFile())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func contractFile() string { return filepath.Join(Root(), "openapi.yaml") }
