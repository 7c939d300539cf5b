package app_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"twofold/internal/test/apptest"
	"twofold/internal/test/pgserver"
)

// outage is a load on two replicas while their database server is unavailable.
type outage struct {
	t       *testing.T
	server  *pgserver.Server
	servers []*apptest.Server
	writers []*writer
	phone   *apptest.Phone
	token   string // of a pending sign-in

	refused, written atomic.Int64
}

// writer changes a display name again and again. acked is the last change that was acknowledged.
type writer struct {
	client       *apptest.Client
	tried, acked int
}

// write sends the next name and returns the status.
func (w *writer) write() int {
	w.tried++
	a := w.client.Do("PATCH", apptest.PathAccount, JSON{"display_name": fmt.Sprint(w.tried)})
	if a.Status == 200 {
		w.acked = w.tried
	}
	return a.Status
}

func newOutage(t *testing.T, options string) *outage {
	t.Helper()
	server, err := pgserver.Start(context.Background(), "shared_buffers=64MB")
	pgserver.RequireBinaries(t, err)
	t.Cleanup(func() { _ = server.Close() })
	if err := server.Create(context.Background(), "app", ""); err != nil {
		t.Fatal(err)
	}
	o := &outage{t: t, server: server, servers: apptest.ReplicasOver(t, server.URL("app")+options, 2, apptest.LongSignIns...)}
	for i := range 4 {
		email := fmt.Sprintf("writer-%d@example.com", i)
		o.servers[0].AddAccount(email)
		o.writers = append(o.writers, &writer{client: o.servers[0].SignedIn(email).OnServer(o.servers[i%2])})
	}
	_, o.phone = o.servers[0].NewUser(ada).WithTOTP().Session()
	o.token = o.servers[0].PendingSignIn(ada)
	return o
}

// load writes and guesses codes until stop is called. It fails the test unless every write succeeds or gets 503, and every
// guess is refused.
func (o *outage) load() (stop func()) {
	var working sync.WaitGroup
	done := make(chan struct{})
	until := func(do func()) {
		working.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					do()
				}
			}
		})
	}
	for _, w := range o.writers {
		until(func() {
			switch status := w.write(); status {
			case 200:
				o.written.Add(1)
			case 503:
				o.refused.Add(1)
			default:
				o.t.Errorf("a write returned %d", status)
			}
		})
	}
	until(func() {
		switch a := o.servers[1].CompleteSignIn(o.token, o.phone.Wrong()); a.Status {
		case 401, 410, 429, 503:
		default:
			o.t.Errorf("a wrong code returned %d %s", a.Status, a.Body)
		}
	})
	return func() { close(done); working.Wait() }
}

func (o *outage) ready(want int) func() bool {
	return func() bool {
		for _, h := range o.servers {
			response, err := http.Get(h.URL + "/readyz")
			if err != nil {
				o.t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != want {
				return false
			}
		}
		return true
	}
}

func (o *outage) counts(n *atomic.Int64) func() bool {
	before := n.Load()
	return func() bool { return n.Load() > before+8 }
}

// wantKept checks that acknowledged writes were kept: the name is the last acknowledged one, or a later one whose response
// was lost.
func (o *outage) wantKept() {
	o.t.Helper()
	for i, w := range o.writers {
		var stored int
		name := w.client.Do("GET", apptest.PathAccount, nil).Require(200, "").Text("display_name")
		if _, err := fmt.Sscan(name, &stored); err != nil || stored < w.acked || stored > w.tried {
			o.t.Errorf("writer %d: %q is stored, want a number from %d (acknowledged) to %d (sent)", i, name, w.acked, w.tried)
		}
	}
}

func TestFailover_KeepsAcknowledgedWrites(t *testing.T) {
	t.Parallel()
	for what, end := range map[string]func(*pgserver.Server) error{"stopped": (*pgserver.Server).Stop, "crashed": (*pgserver.Server).Crash} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := newOutage(t, "")
			stop := o.load()
			apptest.Eventually(t, "writes before", o.counts(&o.written))
			if err := end(o.server); err != nil {
				t.Fatal(err)
			}
			apptest.Eventually(t, "both replicas are not ready", o.ready(503))
			apptest.Eventually(t, "writes are refused", o.counts(&o.refused))
			if err := o.server.Resume(context.Background()); err != nil {
				t.Fatal(err)
			}
			apptest.Eventually(t, "both replicas are ready again", o.ready(200))
			apptest.Eventually(t, "writes after", o.counts(&o.written))
			stop()
			o.wantKept()
		})
	}
}

func TestFailover_SlowDatabase(t *testing.T) {
	t.Parallel()
	o := newOutage(t, "&statement_timeout=300")
	stop := o.load()
	apptest.Eventually(t, "writes before", o.counts(&o.written))
	db := o.servers[0].OpenDatabase(t)
	db.LockAccounts(t) // every account is locked
	apptest.Eventually(t, "writes are refused", o.counts(&o.refused))
	db.MustExec(t, "ROLLBACK")
	apptest.Eventually(t, "writes after", o.counts(&o.written))
	stop()
	o.wantKept()
}
