package cluster_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/keyring"
	"twofold/internal/test/apptest"
	"twofold/internal/test/pgserver"
)

// newPair starts a primary and its synchronous standby, with an empty database named app.
func newPair(t *testing.T, settings ...string) (primary, standby *pgserver.Server) {
	t.Helper()
	ctx := context.Background()
	primary, err := pgserver.Start(ctx, append(settings, "fsync=off", "full_page_writes=off", "shared_buffers=64MB", "max_wal_size=64MB")...)
	pgserver.RequireBinaries(t, err)
	t.Cleanup(func() { _ = primary.Close() })
	apptest.Must(t, primary.Create(ctx, "app", ""))
	standby, err = primary.NewStandby(ctx)
	apptest.Must(t, err)
	t.Cleanup(func() { _ = standby.Close() })
	return primary, standby
}

// failoverLoad is a load of writers, each at one of the processes.
type failoverLoad struct {
	writers          []*writer
	written, refused atomic.Int64
	done             chan struct{}
	working          sync.WaitGroup
}

func (w *clusterFixture) startWriters(n int) *failoverLoad {
	w.t.Helper()
	load := &failoverLoad{done: make(chan struct{})}
	for i := range n {
		email := fmt.Sprintf("writer%d@example.com", i)
		w.addAccount(email)
		load.writers = append(load.writers, &writer{url: w.Processes[i%len(w.Processes)].URL(), bearer: w.server(i).SignedIn(email).Bearer})
	}
	for _, one := range load.writers {
		load.working.Go(func() {
			for {
				switch status := one.write(w.t); status {
				case 200:
					load.written.Add(1)
				case 503:
					load.refused.Add(1)
				default:
					w.t.Errorf("a write returned %d", status)
					return
				}
				select {
				case <-load.done:
					return
				default:
				}
			}
		})
	}
	return load
}

func (l *failoverLoad) stop() { close(l.done); l.working.Wait() }

// more returns a condition that holds once a count has grown by several for each writer.
func (l *failoverLoad) more(n *atomic.Int64) func() bool {
	before := n.Load()
	return func() bool { return n.Load() > before+int64(5*len(l.writers)) }
}

// wantKept checks that every acknowledged write is stored: the name is the last acknowledged one, or a later one whose response was
// a failure.
func (l *failoverLoad) wantKept(w *clusterFixture) {
	w.t.Helper()
	for i, one := range l.writers {
		for at := range w.servers {
			var kept int
			name := w.server(at).Script(one.bearer).Do("GET", apptest.PathAccount, nil).Require(200, "").Text("display_name")
			if _, err := fmt.Sscan(name, &kept); err != nil || kept < one.acked || kept > one.tried {
				w.t.Errorf("writer %d: process %d has %q, acknowledged was %d of %d", i, at, name, one.acked, one.tried)
			}
		}
	}
}

func (w *clusterFixture) ready(want int) func() bool {
	return func() bool {
		for _, p := range w.Processes {
			if status, _ := apptest.Fetch(w.t, "GET", p.URL()+"/readyz"); status != want {
				return false
			}
		}
		return true
	}
}

// The primary is killed under load and its synchronous standby is promoted. The processes find it by the URL that
// docs/install.md shows, without a restart.
func TestFailover_PromotedStandby(t *testing.T) {
	t.Parallel()
	program(t)
	primary, standby := newPair(t)
	w := clusterOver(t, pgserver.URLOfAll("app", "target_session_attrs=read-write", primary, standby), longSignIns...)
	w.launch(w.program, 2)
	_, phone, _ := w.addAccountWithMFA(ada)
	tokens := w.pendingSignIns(2)
	load := w.startWriters(4)
	apptest.Eventually(t, "writes before", load.more(&load.written))
	code := phone.CodeIn(1)
	w.server(0).CompleteSignIn(tokens[0], code).Require(201, "")

	apptest.Must(t, primary.Crash())
	killed := time.Now()
	apptest.Eventually(t, "writes are refused", load.more(&load.refused))
	apptest.Must(t, standby.Promote(t.Context()))
	apptest.Eventually(t, "both processes are ready", w.ready(200))
	apptest.Eventually(t, "writes after", load.more(&load.written))
	took := time.Since(killed)
	load.stop()
	t.Logf("back after %s, with %d writes and %d refusals", took, load.written.Load(), load.refused.Load())
	if took > 10*time.Second {
		t.Errorf("the service was back after %s, want at most 10s", took)
	}
	load.wantKept(w)
	if a := w.server(1).CompleteSignIn(tokens[1], code); a.Outcome() != "401 code_used" {
		t.Errorf("a code that was used before the fail-over: got %s, want code_used", a.Outcome())
	}
	w.run("", "audit", "verify")
}

// A commit that no synchronous standby confirms would be lost with the primary. PostgreSQL waits without a limit, and if the
// wait is cancelled it reports a success, with a warning.
func TestFailover_LostStandby(t *testing.T) {
	t.Parallel()
	program(t)
	primary, standby := newPair(t)
	w := clusterOver(t, pgserver.URLOfAll("app", "target_session_attrs=primary&statement_timeout=500", primary, standby))
	w.launch(w.program, 1)
	w.addAccount(ada)
	live := w.server(0).SignedIn(ada)
	one := &writer{url: w.Processes[0].URL(), bearer: live.Bearer}
	if got := one.write(t); got != 200 {
		t.Fatalf("with a standby a write returned %d", got)
	}
	apptest.Must(t, standby.Crash())
	for range 2 {
		if got := one.write(t); got != 503 {
			t.Errorf("without the standby a write returned %d, want 503: a fail-over would lose it", got)
		}
	}
	live.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	apptest.Must(t, standby.Resume(t.Context()))
	apptest.Eventually(t, "writes with the standby", func() bool { return one.write(t) == 200 })
}

// All values of target_session_attrs, with the standby as the first host.
func TestServe_TargetSessionAttrs(t *testing.T) {
	t.Parallel()
	program(t)
	primary, standby := newPair(t, "synchronous_commit=remote_apply") // what is committed can be read from the standby
	apptest.Must(t, primary.Create(t.Context(), "fresh", ""))
	key := filepath.Join(t.TempDir(), "master.key")
	_, err := keyring.CreateMaster(key)
	apptest.Must(t, err)
	over := func(database, attrs string, servers ...*pgserver.Server) *clusterFixture {
		return clusterOver(t, pgserver.URLOfAll(database, "target_session_attrs="+attrs, servers...), "TWOFOLD_MASTER_KEY_FILE="+key, "TWOFOLD_LISTEN=127.0.0.1:0")
	}
	over("app", "read-write", standby, primary).run("", "migrate")

	for attrs, want := range map[string]int{"read-write": 200, "primary": 200, "any": 503, "standby": 503, "prefer-standby": 503, "read-only": 503} {
		w := over("app", attrs, standby, primary)
		w.launch(w.program, 1)
		apptest.Eventually(t, fmt.Sprintf("%s: /readyz returns %d", attrs, want), w.ready(want))
		if want == 200 {
			w.run("", "migrate")
			if output := w.run("", "doctor"); !strings.Contains(output, "ok       writing") {
				t.Errorf("%s: doctor prints %s", attrs, output)
			}
			continue
		}
		apptest.Eventually(t, attrs+": the log has the cause", func() bool { return strings.Contains(w.log.String(), `"reason":"database_read_only"`) })
		if err := over("fresh", attrs, standby, primary).Launch(t.Context(), w.program, 1); err == nil || !strings.Contains(err.Error(), "Name the primary in TWOFOLD_DATABASE_URL") {
			t.Errorf("%s and no tables yet: the start returned %v", attrs, err)
		}
	}
	for _, attrs := range []string{"standby", "read-only"} {
		if err := over("app", attrs, primary).Launch(t.Context(), program(t), 1); err == nil || !strings.Contains(err.Error(), "set it to read-write") {
			t.Errorf("%s with the primary alone: the start returned %v", attrs, err)
		}
	}
	w := over("app", "any", primary, standby)
	w.launch(w.program, 1)
	apptest.Eventually(t, "any, with the primary first, is ready", w.ready(200))
}
