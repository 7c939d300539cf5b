// Testserver runs the real server with a clock that the browser journeys can advance. It is not part of the binary.
//
// It prints one line of JSON, {"url", "control"}, and serves until the end of standard input. The control server has these
// endpoints:
//
//	POST /accounts                       adds an account and returns {"email", "password"}
//	POST /administrators?email=ADDRESS   grants the administrator role
//	POST /advance?seconds=N              advances the clock
//	GET /now                             returns the time, {"unix"}
//	GET /mail?to=ADDRESS                 lists the mails to an address, {"to", "subject", "text", "links"}, oldest first
//
// Mail goes through an SMTP server in this process, and arrives after a few seconds.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/uuid"

	"twofold/frontend"
	"twofold/internal/account"
	"twofold/internal/app"
	"twofold/internal/config"
	"twofold/internal/secret"
	"twofold/internal/test/apptest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "testserver:", err)
		os.Exit(1)
	}
}

// clock is the system clock plus an offset.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "twofold-test-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	contract, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return fmt.Errorf("run it in the root of the repository: %w", err)
	}
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return err
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mailbox, err := apptest.OpenMailbox()
	if err != nil {
		return err
	}
	defer mailbox.Close()
	url := fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)
	settings := map[string]string{
		"TWOFOLD_PUBLIC_URL":       url,
		"TWOFOLD_OPS_LISTEN":       "off",
		"TWOFOLD_DATABASE_URL":     "sqlite:" + filepath.Join(dir, "twofold.db"),
		"TWOFOLD_MASTER_KEY_FILE":  filepath.Join(dir, "master.key"),
		"TWOFOLD_SMTP_URL":         mailbox.URL(),
		"TWOFOLD_IP_SIGN_IN_LIMIT": "10000",
		"TWOFOLD_IP_FAILURE_LIMIT": "10000",
	}
	for _, pair := range os.Environ() { // the caller's settings override these
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "TWOFOLD_") {
			settings[name] = value
		}
	}
	c, err := config.FromMap(settings)
	if err != nil {
		return err
	}
	var testClock clock
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	a, err := app.New(ctx, c, app.Options{
		Contract: contract, Page: frontend.Dist(), Log: log, Audit: log, Now: testClock.now, TestHashes: true,
	})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	controlServer := &http.Server{Handler: controlHandler(a, &testClock, mailbox), ReadHeaderTimeout: time.Second}
	go func() { _ = controlServer.Serve(control) }()
	defer func() { _ = controlServer.Close() }()
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"url": url, "control": "http://" + control.Addr().String()}); err != nil {
		return err
	}
	return a.Serve(ctx, listener)
}

// controlHandler returns the handler of the control server.
func controlHandler(a *app.App, testClock *clock, mailbox *apptest.Mailbox) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /mail", mailbox)
	mux.HandleFunc("POST /accounts", func(w http.ResponseWriter, r *http.Request) {
		email, pw := uuid.NewString()[:8]+"@example.com", secret.Random("")
		if _, err := a.AddAccount(r.Context(), email, pw); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]string{"email": email, "password": pw.Reveal()})
	})
	mux.HandleFunc("POST /administrators", func(w http.ResponseWriter, r *http.Request) {
		if err := a.SetRole(r.Context(), r.URL.Query().Get("email"), account.Admin); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	mux.HandleFunc("POST /advance", func(w http.ResponseWriter, r *http.Request) {
		seconds, err := strconv.ParseInt(r.URL.Query().Get("seconds"), 10, 32)
		if err != nil || seconds < 0 {
			http.Error(w, "seconds must be a number, zero or more", http.StatusBadRequest)
			return
		}
		testClock.offset.Add(seconds * int64(time.Second))
	})
	mux.HandleFunc("GET /now", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]int64{"unix": testClock.now().Unix()})
	})
	return mux
}
