package cluster_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"twofold/internal/test/apptest"
	"twofold/internal/test/cluster"
	"twofold/internal/test/pgserver"
)

// fakeProcess is a backend whose readiness a test sets. It responds with the body and forwarding headers of the request.
type fakeProcess struct {
	*httptest.Server
	ready atomic.Bool
	got   atomic.Int64 // number of requests, readiness probes excluded
}

func newFakeProcess(t *testing.T) *fakeProcess {
	t.Helper()
	p := &fakeProcess{}
	p.ready.Store(true)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" && !p.ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		if r.URL.Path == "/readyz" {
			return
		}
		p.got.Add(1)
		if r.URL.Path == "/abort" {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = c.Close()
			}
			return
		}
		body, _ := io.ReadAll(r.Body)
		for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
			w.Header().Set(name, strings.Join(r.Header.Values(name), "|"))
		}
		w.Header().Set("Got-Host", r.Host)
		_, _ = w.Write(body)
	}))
	t.Cleanup(p.Close)
	return p
}

func startProxy(t *testing.T, processes ...*fakeProcess) (url string, proxy *cluster.Proxy) {
	t.Helper()
	w := &clusterFixture{t: t, Cluster: &cluster.Cluster{}}
	for _, p := range processes {
		w.Processes = append(w.Processes, &cluster.Process{Address: p.Listener.Addr().String()})
	}
	return w.behindProxy()
}

func post(t *testing.T, url, body string, headers ...string) (status int, header http.Header) {
	t.Helper()
	r, err := http.NewRequest("POST", url, strings.NewReader(body))
	apptest.Must(t, err)
	for _, name := range headers {
		r.Header.Set(name, "203.0.113.9")
	}
	response, err := http.DefaultClient.Do(r)
	apptest.Must(t, err)
	text, err := io.ReadAll(response.Body)
	apptest.Must(t, err)
	apptest.Must(t, response.Body.Close())
	if response.StatusCode == 200 && string(text) != body {
		t.Errorf("the body arrived as %q, want %q", text, body)
	}
	return response.StatusCode, response.Header
}

func TestProxy_ReplacesForwardedHeaders(t *testing.T) {
	t.Parallel()
	url, _ := startProxy(t, newFakeProcess(t))
	_, header := post(t, url+"/x", "hello", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded")
	host := strings.TrimPrefix(url, "http://")
	for name, want := range map[string]string{"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": host, "X-Forwarded-Proto": "http", "Got-Host": host} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestProxy_SkipsUnreadyProcesses(t *testing.T) {
	t.Parallel()
	one, two := newFakeProcess(t), newFakeProcess(t)
	url, proxy := startProxy(t, one, two)
	check := func(what string, ready int) {
		apptest.Eventually(t, what, func() bool { return proxy.Ready() == ready })
		before := []int64{one.got.Load(), two.got.Load()}
		for range 4 {
			want := 200
			if ready == 0 {
				want = 503
			}
			if got, _ := post(t, url+"/x", "hello"); got != want {
				t.Errorf("%s: got %d, want %d", what, got, want)
			}
		}
		got := []int64{one.got.Load() - before[0], two.got.Load() - before[1]}
		if want := map[int][]int64{2: {2, 2}, 1: {0, 4}, 0: {0, 0}}[ready]; got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s: the processes got %v of four requests, want %v", what, got, want)
		}
	}
	check("both ready", 2)
	one.ready.Store(false)
	check("second ready", 1)
	two.ready.Store(false)
	check("none ready", 0)
	one.ready.Store(true)
	two.ready.Store(true)
	check("both ready again", 2)
}

func TestProxy_RetriesUndeliveredRequestsOnly(t *testing.T) {
	t.Parallel()
	one, two := newFakeProcess(t), newFakeProcess(t)
	url, proxy := startProxy(t, one, two)
	if got, _ := post(t, url+"/abort", "hello"); got != 502 || one.got.Load()+two.got.Load() != 1 {
		t.Errorf("an aborted request got status %d and was sent %d times, want 502, once", got, one.got.Load()+two.got.Load())
	}
	apptest.Eventually(t, "both are ready", func() bool { return proxy.Ready() == 2 })
	two.CloseClientConnections()
	two.Close()
	for range 4 {
		got, header := post(t, url+"/x", "hello")
		if got != 200 || header.Get(cluster.ServedBy) != "1" {
			t.Errorf("got %d from process %q, want 200 from process 1", got, header.Get(cluster.ServedBy))
		}
	}
}

func TestCluster_StopLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	apptest.Must(t, os.Chmod(temp, 0o777)) // PostgreSQL may run as another user
	apptest.Must(t, os.Chmod(filepath.Dir(temp), 0o755))
	file := program(t)
	t.Setenv("TMPDIR", temp)
	c, err := cluster.Prepare(t.Context(), cluster.Options{PublicURL: "http://localhost:8080", Settings: cheapHashes})
	pgserver.RequireBinaries(t, err)
	apptest.Must(t, c.Launch(t.Context(), file, 2))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	apptest.Must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	apptest.Must(t, c.Serve(ctx, listener, func() error {
		if got, header := post(t, "http://"+listener.Addr().String()+apptest.PathSecondFactor, "{}"); got != 415 || header.Get(cluster.ServedBy) == "" {
			t.Errorf("got status %d from process %q, want 415", got, header.Get(cluster.ServedBy))
		}
		cancel()
		return nil
	}))
	apptest.Must(t, c.Close())
	for _, address := range []string{listener.Addr().String(), c.Processes[0].Address, c.Processes[1].Address} {
		if connection, err := net.Dial("tcp", address); err == nil {
			t.Errorf("a process still listens at %s", address)
			_ = connection.Close()
		}
	}
	if files, err := os.ReadDir(temp); err != nil || len(files) > 0 {
		t.Errorf("files are left: %v, %v", files, err)
	}
}
