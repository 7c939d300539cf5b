package app_test

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestOps_Routes(t *testing.T) {
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
		if status, body := apptest.Fetch(t, "GET", inside+path); status != 200 || !strings.Contains(body, holds) {
			t.Errorf("%s returned %d, want 200 with %q:\n%.200s", path, status, holds, body)
		}
	}
	for _, path := range []string{"/", "/settings/account", "/assets/app-1234.js", "/api/v1/service", "/api/v1/sessions", "/openapi.yaml", "/.well-known/jwks.json"} {
		for _, method := range []string{"GET", "POST"} {
			if status, body := apptest.Fetch(t, method, inside+path); status != 404 {
				t.Errorf("the operations listener returned for %s %s: %d:\n%.200s", method, path, status, body)
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		h.Script("").Do("GET", path, nil).Require(200, "")
		if status, body := apptest.Fetch(t, "GET", inside+path); status != 200 || body != "{\"status\":\"ok\"}\n" {
			t.Errorf("%s returned %d %q on the operations listener", path, status, body)
		}
	}
	if status, _ := apptest.Fetch(t, "POST", inside+"/metrics"); status != 405 {
		t.Errorf("POST /metrics returned %d, want 405", status)
	}
}

// A browser sends requests with the Host of the page that caused them.
func TestOps_ForeignHost(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_OPS_LISTEN=node1.example.com:9090")
	for host, want := range map[string]int{
		"evil.example:9090": 421, "evil.example": 421, "127.0.0.1.evil.example": 421, "node1.example.com:9091": 200, "other.example.com:9091": 421,
		"127.0.0.1:9090": 200, "10.0.0.5": 200, "[fd00::2]:9090": 200, "localhost:9090": 200, "twofold-1:9090": 200,
	} {
		for _, path := range []string{"/metrics", "/debug/pprof/heap", "/readyz"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Host = host
			w := httptest.NewRecorder()
			h.App.Operations.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("%s of %s returned %d, want %d", path, host, w.Code, want)
			}
		}
	}
}

func TestOps_AddressInUse(t *testing.T) {
	t.Parallel()
	taken := apptest.FreeListener(t)
	defer func() { _ = taken.Close() }()
	h := apptest.Start(t, "TWOFOLD_OPS_LISTEN="+taken.Addr().String())
	public := apptest.FreeListener(t)
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

func TestServe_DrainReportsStopping(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	free := apptest.FreeListener(t)
	operations := "http://" + free.Addr().String()
	_ = free.Close()
	h := apptest.Start(t, "TWOFOLD_OPS_LISTEN="+strings.TrimPrefix(operations, "http://"), "TWOFOLD_DRAIN=1s")
	public := apptest.FreeListener(t)
	url := "http://" + public.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stopped := make(chan error, 1)
	go func() { stopped <- h.App.Serve(ctx, public) }()
	if status, _ := apptest.Fetch(t, "GET", url+"/readyz"); status != 200 {
		t.Fatalf("the server is not ready: %d", status)
	}
	begun := time.Now()
	stop()
	for _, base := range []string{url, operations} {
		status, body := apptest.Fetch(t, "GET", base+"/readyz")
		for ; status == 200 && time.Since(begun) < 500*time.Millisecond; status, body = apptest.Fetch(t, "GET", base+"/readyz") {
		}
		if status != 503 || !strings.Contains(body, `"reasons":["stopping"]`) {
			t.Errorf("/readyz returned %d %s, want 503 and stopping", status, body)
		}
	}
	if status, _ := apptest.Fetch(t, "GET", url+"/api/v1/service"); status != 200 {
		t.Errorf("a request during the drain got %d, want 200", status)
	}
	if _, body := apptest.Fetch(t, "GET", operations+"/metrics"); !strings.Contains(body, `twofold_unready{reason="stopping"} 1`) {
		t.Error("the metrics do not report that the server is stopping")
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if drained := time.Since(begun); drained < time.Second {
		t.Errorf("the server stopped after %s, want a drain of a second", drained)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(operations, "http://")); err == nil {
		t.Error("the operations listener is still open")
	}
}
