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

// behindProxy is the address of a proxy in front of a cluster's processes, which knows already which are ready.
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
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.ReadAll(answer.Body); err != nil {
		return 0
	}
	if answer.StatusCode == 200 {
		w.acked = w.tried
	}
	return answer.StatusCode
}

func TestT40_KilledProcess(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		url, proxy := w.behindProxy()
		victim := w.Processes[0]
		// Half of the writers come through the proxy, the others to the one that is killed.
		writers := make([]*writer, 4)
		for i := range writers {
			email := fmt.Sprintf("writer%d@example.com", i)
			w.addAccount(email)
			writers[i] = &writer{url: []string{url, victim.URL()}[i%2], bearer: w.at(i).SignedIn(email).Bearer}
		}
		var done, dead atomic.Bool
		var written, lost, refused atomic.Int64
		var busy sync.WaitGroup
		for _, person := range writers {
			busy.Go(func() {
				for !done.Load() {
					gone := dead.Load()
					switch status := person.write(t); {
					case status == 200:
						written.Add(1)
					case status == 0 && person.url != url && gone: // the process is gone, and the proxy must not answer for it
						refused.Add(1)
					case (status == 0 && person.url != url || status == 502 && person.url == url) && dead.Load():
						lost.Add(1) // it was under way
					default:
						t.Errorf("a write answered %d", status)
						return
					}
				}
			})
		}
		more := func(n *atomic.Int64) func() bool {
			before := n.Load()
			return func() bool { return n.Load() > before+10 || t.Failed() }
		}
		apptest.Eventually(t, "writes at all processes", more(&written))
		dead.Store(true)
		apptest.Must(t, victim.Kill())
		apptest.Eventually(t, "the proxy notices", func() bool { return proxy.Ready() == len(w.Processes)-1 })
		apptest.Eventually(t, "the others go on", more(&written))
		apptest.Eventually(t, "the dead one does not", more(&refused))
		apptest.Must(t, victim.Start(t.Context()))
		apptest.Eventually(t, "the proxy notices that it is back", func() bool { return proxy.Ready() == len(w.Processes) })
		apptest.Eventually(t, "all go on", more(&written))
		done.Store(true)
		busy.Wait()
		if lost.Load() > int64(len(writers)) {
			t.Errorf("%d writes were lost under way, of %d writers", lost.Load(), len(writers))
		}
		for i, person := range writers {
			for at := range w.servers {
				var kept int
				name := w.at(at).Script(person.bearer).Do("GET", apptest.PathAccount, nil).Require(200, "").Text("display_name")
				if _, err := fmt.Sscan(name, &kept); err != nil || kept < person.acked || kept > person.tried {
					t.Errorf("writer %d: process %d has %q, acknowledged was %d of %d", i, at, name, person.acked, person.tried)
				}
			}
		}
		if _, err := w.RunCommand(t.Context(), w.program, "", "audit", "verify"); err != nil {
			t.Errorf("after a kill the chains do not verify: %v", err)
		}
	})
}

// Forwarded headers are trusted from the proxy only.
func TestT28_ClientAddressesBehindProxy(t *testing.T) {
	t.Parallel()
	w := processes(t, 2)
	w.addAccount(ada)
	url, _ := w.behindProxy()
	front := apptest.Remote(t, url, time.Now)
	live := front.Script(front.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "").Text("session_token"))
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
