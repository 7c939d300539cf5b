package app_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// wantSaid wants the house to say that its database was restored, and why it thinks so.
func wantSaid(t *testing.T, h *apptest.Server, why string) {
	t.Helper()
	beat(t, h)
	wantUnready(t, h, "database_restored")
	if log := h.Log.String(); !strings.Contains(log, "run twofold restore-fence") || !strings.Contains(log, why) {
		t.Errorf("the log does not say that %q, and what to do:\n%s", why, log)
	}
}

func TestT23_WithoutTheFenceTheServerSaysSo(t *testing.T) {
	t.Parallel()
	p, restore := oldBackupFixture(t)
	h := restore()
	why := "a copy that twofold backup made"
	if h.OnServer() {
		why = "made anew since it was served"
	}
	wantSaid(t, h, why)
	p.alive.OnServer(h).Do("GET", current, nil).Require(200, "") // a false alarm would lock nobody out
	h.SignedIn(ada, code(p.code))                                // this is what the fence is against

	h.Stop() // it is not forgotten
	h = apptest.StartIn(t, h.Dir, h.Clock)
	wantSaid(t, h, why)
	if _, err := h.App.RestoreFence.Fence(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantReady(t, h)
	beat(t, h)
	wantReady(t, h)
}

func TestT23_ACopyByOtherMeansIsRecognisedByWhatWasSeen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		served time.Duration // after the copy
		seen   string        // in place of what was
		why    string        // empty: nobody notices
	}{
		"an hour older":                         {served: time.Hour, why: "older than what was served"},
		"two minutes older":                     {served: 2 * time.Minute, why: "older than what was served"},
		"as old as what a failover may lose":    {served: time.Minute},
		"an hour older, where nobody remembers": {served: time.Hour, seen: "{}"},
		"an hour older, where nobody can read":  {served: time.Hour, seen: "?"},
		"another that was served here": {
			seen: `{"lineage": "another", "epoch": 1, "beat": 1, "at": "2026-11-23T09:00:00Z"}`, why: "another database was served here before",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			h := apptest.StartIn(t, dir, apptest.NewClock())
			if h.OnServer() {
				t.Skip("of a server the tables' numbers tell: TestT23_WithoutTheFenceTheServerSaysSo")
			}
			h.AddAccount(ada)
			beat(t, h)
			restore := h.Copy()
			h = apptest.StartIn(t, dir, h.Clock)
			for end := h.Clock.Now().Add(c.served); h.Clock.Now().Before(end); {
				h.Clock.Advance(time.Minute)
				beat(t, h)
			}
			seen := strings.TrimPrefix(h.Database, "sqlite:") + ".epoch"
			h.Stop()
			if c.seen != "" {
				if err := os.WriteFile(seen, []byte(c.seen), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			h = restore()
			if c.why == "" {
				beat(t, h)
				wantReady(t, h)
				return
			}
			wantSaid(t, h, c.why)
			h.Clock.Advance(time.Second)
			number, err := h.App.RestoreFence.Accept(context.Background())
			if err != nil || number != 2 {
				t.Errorf("accepted as it is: epoch %d, %v", number, err)
			}
			wantReady(t, h)
			beat(t, h)
			wantReady(t, h)
		})
	}
}

// Where replicas share a server, each remembers what it saw of it, and what one finds all of them say.
func TestT23_AServerThatWasPutBackIsRecognisedByWhoServedIt(t *testing.T) {
	t.Parallel()
	houses := apptest.Replicas(t, 2)
	db := houses[0].Disk(t)
	for range 5 {
		houses[0].Clock.Advance(time.Minute)
		beat(t, houses[0])
	}
	execute(t, db, "UPDATE epochs SET beat = beat - 1") // the last moment, as after a failover
	beat(t, houses[0])
	wantReady(t, houses[0])
	execute(t, db, "UPDATE epochs SET beat = 1")
	beat(t, houses[1]) // it came later
	wantReady(t, houses[1])
	wantSaid(t, houses[0], "older than what was served")
	wantSaid(t, houses[1], "older than what was served")
	if _, err := houses[1].App.RestoreFence.Fence(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, h := range houses {
		wantReady(t, h)
		beat(t, h)
		wantReady(t, h)
	}
}

// Who signs in with an old code while the fence is put up is on one side of it or on the other.
func TestT23_NobodySlipsThroughWhileTheFenceIsPutUp(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Replicas(t, 1)[0]
	_, phone := withMFA(h, ada)
	token := pendingSignIn(h, ada)
	db, beside := h.Disk(t), h.Disk(t)
	db.HoldActivity(t)
	in, fence := make(chan apptest.Response, 1), make(chan error, 1)
	go func() { in <- completeSignIn(h, token, phone.Code()) }()
	waiting := func(n int) func() bool {
		return func() (waits bool) {
			err := beside.QueryRow("SELECT count(DISTINCT pid) = ? FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())", n).Scan(&waits)
			if err != nil {
				t.Fatal(err)
			}
			return waits
		}
	}
	eventually(t, "the sign-in has used the code, and waits to be recorded", waiting(1))
	go func() {
		_, err := h.App.RestoreFence.Fence(context.Background())
		fence <- err
	}()
	eventually(t, "the fence waits for the sign-in", waiting(2))
	execute(t, db, "ROLLBACK")
	if err := <-fence; err != nil {
		t.Fatal(err)
	}
	h.Script((<-in).Require(201, "").Text("session_token")).Do("GET", current, nil).Require(401, "session_required")
}
