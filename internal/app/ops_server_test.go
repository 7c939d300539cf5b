package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// fetch is a request that no contract speaks of.
func fetch(t *testing.T, method, url string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestOperationsAreOnTheirOwnListenerAlone(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	inside := h.Operations()
	for path, holds := range map[string]string{
		"/metrics":                        "twofold_requests_total{",
		"/debug/pprof/":                   "Types of profiles available",
		"/debug/pprof/goroutine?debug=1":  "goroutine profile: total",
		"/debug/pprof/heap?debug=1":       "heap profile:",
		"/debug/pprof/cmdline":            "",
		"/debug/pprof/symbol":             "num_symbols",
		"/debug/pprof/trace?seconds=0.01": "go 1",
	} {
		h.Script("").Do("GET", strings.SplitN(path, "?", 2)[0], nil).Require(404, "not_found")
		if status, body := fetch(t, "GET", inside+path); status != 200 || !strings.Contains(body, holds) {
			t.Errorf("%s answers %d, want 200 with %q:\n%.200s", path, status, holds, body)
		}
	}
	for _, path := range []string{"/", "/settings/account", "/assets/app-1234.js", "/api/v1/service", "/api/v1/sessions", "/openapi.yaml", "/.well-known/jwks.json"} {
		for _, method := range []string{"GET", "POST"} {
			if status, body := fetch(t, method, inside+path); status != 404 {
				t.Errorf("the operations listener answers %s %s with %d:\n%.200s", method, path, status, body)
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		h.Script("").Do("GET", path, nil).Require(200, "")
		if status, body := fetch(t, "GET", inside+path); status != 200 || body != "{\"status\":\"ok\"}\n" {
			t.Errorf("%s answers %d %q on the operations listener", path, status, body)
		}
	}
	if status, _ := fetch(t, "POST", inside+"/metrics"); status != 405 {
		t.Errorf("posting to /metrics answers %d, want 405", status)
	}
}

// listener is a free place on this machine.
func freeListener(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func TestAnOperationsAddressThatIsTakenIsNamed(t *testing.T) {
	t.Parallel()
	taken := freeListener(t)
	defer func() { _ = taken.Close() }()
	h := apptest.Start(t, "TWOFOLD_OPS_LISTEN="+taken.Addr().String())
	public := freeListener(t)
	err := h.App.Serve(t.Context(), public)
	if err == nil || !strings.HasPrefix(err.Error(), "TWOFOLD_OPS_LISTEN: ") {
		t.Errorf("got %v, want an error that names TWOFOLD_OPS_LISTEN", err)
	}
	if again, err := net.Listen("tcp", public.Addr().String()); err != nil {
		t.Errorf("the public listener was left open: %v", err)
	} else {
		_ = again.Close()
	}
}

func TestAServerThatStopsSaysSoWhileItServesOn(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	free := freeListener(t)
	operations := "http://" + free.Addr().String()
	_ = free.Close()
	h := apptest.Start(t, "TWOFOLD_OPS_LISTEN="+strings.TrimPrefix(operations, "http://"), "TWOFOLD_DRAIN=1s")
	public := freeListener(t)
	url := "http://" + public.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stopped := make(chan error, 1)
	go func() { stopped <- h.App.Serve(ctx, public) }()
	if status, _ := fetch(t, "GET", url+"/readyz"); status != 200 {
		t.Fatalf("it is not ready: %d", status)
	}
	begun := time.Now()
	stop()
	for _, base := range []string{url, operations} {
		status, body := fetch(t, "GET", base+"/readyz")
		for ; status == 200 && time.Since(begun) < 500*time.Millisecond; status, body = fetch(t, "GET", base+"/readyz") {
		}
		if status != 503 || !strings.Contains(body, `"reasons":["stopping"]`) {
			t.Errorf("/readyz answers %d %s, want 503 and stopping", status, body)
		}
	}
	if status, _ := fetch(t, "GET", url+"/api/v1/service"); status != 200 {
		t.Errorf("a request while it drains is answered %d, want 200", status)
	}
	if _, body := fetch(t, "GET", operations+"/metrics"); !strings.Contains(body, `twofold_unready{reason="stopping"} 1`) {
		t.Error("the metrics do not say that it stops")
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if drained := time.Since(begun); drained < time.Second {
		t.Errorf("it was gone after %s, want a second to drain", drained)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(operations, "http://")); err == nil {
		t.Error("the operations listener is still open")
	}
}
