package app_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/test/pgserver"
)

// writer is somebody who writes their name anew, again and again, and remembers the last that was acknowledged.
type writer struct {
	client       *apptest.Client
	tried, acked int
}

const profile = "/api/v1/account"

// write sends the next name. It answers the status.
func (w *writer) write() int {
	w.tried++
	a := w.client.Do("PATCH", profile, JSON{"display_name": fmt.Sprint(w.tried)})
	if a.Status == 200 {
		w.acked = w.tried
	}
	return a.Status
}

// outage is a load on two replicas while their database server is away.
type outage struct {
	t       *testing.T
	server  *pgserver.Server
	houses  []*apptest.Server
	writers []*writer
	phone   *apptest.Phone
	token   string // of a sign-in that waits for a code

	refused, written atomic.Int64
}

func newOutage(t *testing.T, options string) *outage {
	t.Helper()
	server, err := pgserver.Start(context.Background(), "shared_buffers=64MB")
	pgserver.RequireBinaries(t, err)
	t.Cleanup(func() { _ = server.Close() })
	if err := server.Create(context.Background(), "house", ""); err != nil {
		t.Fatal(err)
	}
	o := &outage{t: t, server: server, houses: apptest.ReplicasOver(t, server.URL("house")+options, 2, patient...)}
	for i := range 4 {
		email := fmt.Sprintf("writer-%d@example.com", i)
		o.houses[0].AddAccount(email)
		o.writers = append(o.writers, &writer{client: o.houses[0].SignedIn(email).OnServer(o.houses[i%2])})
	}
	_, o.phone = withMFA(o.houses[0], ada)
	o.token = pendingSignIn(o.houses[0], ada)
	return o
}

// load lets everybody write until stop is called, and somebody guess codes. Nothing but "done" and "not now" is answered,
// and no guess signs in.
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
				o.t.Errorf("a write answered %d", status)
			}
		})
	}
	until(func() {
		switch a := completeSignIn(o.houses[1], o.token, o.phone.Wrong()); a.Status {
		case 401, 410, 429, 503:
		default:
			o.t.Errorf("a wrong code answered %d %s", a.Status, a.Body)
		}
	})
	return func() { close(done); working.Wait() }
}

// eventually waits for something that other processes do.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("in 20 s never: %s", what)
}

func (o *outage) ready(want int) func() bool {
	return func() bool {
		for _, h := range o.houses {
			answer, err := http.Get(h.URL + "/readyz")
			if err != nil {
				o.t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != want {
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

// wantKept looks whether what was acknowledged is there: the last acknowledged name, or one that was sent after it and got
// no answer that said so.
func (o *outage) wantKept() {
	o.t.Helper()
	for i, w := range o.writers {
		var kept int
		name := w.client.Do("GET", profile, nil).Require(200, "").Text("display_name")
		if _, err := fmt.Sscan(name, &kept); err != nil || kept < w.acked || kept > w.tried {
			o.t.Errorf("writer %d: %q is kept, acknowledged was %d of %d", i, name, w.acked, w.tried)
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
			eventually(t, "writes before", o.counts(&o.written))
			if err := end(o.server); err != nil {
				t.Fatal(err)
			}
			eventually(t, "both replicas say that they are not ready", o.ready(503))
			eventually(t, "writes are refused", o.counts(&o.refused))
			if err := o.server.Resume(context.Background()); err != nil {
				t.Fatal(err)
			}
			eventually(t, "both replicas are ready again", o.ready(200))
			eventually(t, "writes after", o.counts(&o.written))
			stop()
			o.wantKept()
		})
	}
}

func TestFailover_SlowDatabase(t *testing.T) {
	t.Parallel()
	o := newOutage(t, "&statement_timeout=300")
	stop := o.load()
	eventually(t, "writes before", o.counts(&o.written))
	disk := o.houses[0].Disk(t)
	disk.LockAccounts(t) // every account is locked
	eventually(t, "writes are refused", o.counts(&o.refused))
	execute(t, disk, "ROLLBACK")
	eventually(t, "writes after", o.counts(&o.written))
	stop()
	o.wantKept()
}
