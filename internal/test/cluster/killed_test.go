package cluster_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/test/cluster"
)

// behindProxy starts a proxy in front of the cluster and waits until it considers all processes ready.
func (w *clusterFixture) behindProxy() (url string, proxy *cluster.Proxy) {
	w.t.Helper()
	var addresses []string
	for _, p := range w.Processes {
		addresses = append(addresses, p.Address)
	}
	proxy = cluster.NewProxy(addresses...)
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { proxy.Watch(ctx) })
	server := httptest.NewServer(proxy)
	w.t.Cleanup(func() {
		server.Close()
		cancel()
		watching.Wait()
	})
	apptest.Eventually(w.t, "all processes are ready", func() bool { return proxy.Ready() == len(w.Processes) })
	return server.URL, proxy
}

// writer changes an account's display name repeatedly and remembers the last acknowledged one.
type writer struct {
	url, bearer  string
	tried, acked int
}

// write sends the next name and returns the status, or 0 if the connection was lost.
func (w *writer) write(t *testing.T) int {
	t.Helper()
	w.tried++
	r, err := http.NewRequest("PATCH", w.url+apptest.PathAccount, strings.NewReader(fmt.Sprintf(`{"display_name": "%d"}`, w.tried)))
	apptest.Must(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+w.bearer)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.ReadAll(response.Body); err != nil {
		return 0
	}
	if response.StatusCode == 200 {
		w.acked = w.tried
	}
	return response.StatusCode
}

func TestT40_KilledProcess(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		url, proxy := w.behindProxy()
		victim := w.Processes[0]
		// Half of the writers send requests through the proxy, the others directly to the process that is killed.
		writers := make([]*writer, 4)
		for i := range writers {
			email := fmt.Sprintf("writer%d@example.com", i)
			w.addAccount(email)
			writers[i] = &writer{url: []string{url, victim.URL()}[i%2], bearer: w.server(i).SignedIn(email).Bearer}
		}
		var done, killed atomic.Bool
		var written, lost, refused atomic.Int64
		var busy sync.WaitGroup
		for _, writer := range writers {
			busy.Go(func() {
				for !done.Load() {
					killedBefore := killed.Load()
					switch status := writer.write(t); {
					case status == 200:
						written.Add(1)
					case status == 0 && writer.url != url && killedBefore: // sent to the killed process
						refused.Add(1)
					case (status == 0 && writer.url != url || status == 502 && writer.url == url) && killed.Load():
						lost.Add(1) // it was in progress when the process was killed
					default:
						t.Errorf("a write got status %d", status)
						return
					}
				}
			})
		}
		more := func(n *atomic.Int64) func() bool {
			before := n.Load()
			return func() bool { return n.Load() > before+10 || t.Failed() }
		}
		apptest.Eventually(t, "writes succeed", more(&written))
		killed.Store(true)
		apptest.Must(t, victim.Kill())
		apptest.Eventually(t, "the proxy finds the killed process unready", func() bool { return proxy.Ready() == len(w.Processes)-1 })
		apptest.Eventually(t, "writes through the proxy succeed", more(&written))
		apptest.Eventually(t, "writes to the killed process fail", more(&refused))
		apptest.Must(t, victim.Start(t.Context()))
		apptest.Eventually(t, "the proxy finds the restarted process ready", func() bool { return proxy.Ready() == len(w.Processes) })
		apptest.Eventually(t, "writes succeed after the restart", more(&written))
		done.Store(true)
		busy.Wait()
		if lost.Load() > int64(len(writers)) {
			t.Errorf("%d writes in progress were lost, want at most one for each of %d writers", lost.Load(), len(writers))
		}
		for i, writer := range writers {
			for n := range w.servers {
				var stored int
				name := w.server(n).Script(writer.bearer).Do("GET", apptest.PathAccount, nil).Require(200, "").Text("display_name")
				if _, err := fmt.Sscan(name, &stored); err != nil || stored < writer.acked || stored > writer.tried {
					t.Errorf("writer %d: process %d returns %q, want a number from %d (acknowledged) to %d (sent)", i, n, name, writer.acked, writer.tried)
				}
			}
		}
		if _, err := w.RunCommand(t.Context(), w.program, "", "audit", "verify"); err != nil {
			t.Errorf("the activity chains do not verify after a kill: %v", err)
		}
	})
}

// Forwarded headers are trusted from the proxy only.
func TestT28_ClientAddressesBehindProxy(t *testing.T) {
	t.Parallel()
	w := startCluster(t, 2)
	w.addAccount(ada)
	url, _ := w.behindProxy()
	proxied := apptest.Remote(t, url, time.Now)
	live := proxied.Script(proxied.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "").Text("session_token"))
	served := make(map[string]int)
	for range 4 {
		a := live.Do("GET", apptest.PathAccount, nil, "X-Forwarded-For", "203.0.113.9", "X-Forwarded-Host", "evil.example").Require(200, "")
		served[a.Header.Get(cluster.ServedBy)]++
	}
	if served["1"] != 2 || served["2"] != 2 {
		t.Errorf("the processes served %v of four requests, want two each", served)
	}
	if log := w.log.String(); strings.Contains(log, "203.0.113.9") || !strings.Contains(log, `"ip":"127.0.0.1"`) {
		t.Error("a forged X-Forwarded-For was believed")
	}
}
