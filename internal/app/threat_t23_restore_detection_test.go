package app_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT23_RestoredBackup_ReportedUntilFenced(t *testing.T) {
	t.Parallel()
	p, restore := newBackupFixture(t)
	h := restore()
	why := "a copy that twofold backup made"
	if h.UsesPostgres() {
		why = "made anew since it was served"
	}
	h.WantRestoreReported(why)
	p.alive.OnServer(h).Do("GET", apptest.PathCurrentSession, nil).Require(200, "") // a false alarm would lock nobody out
	h.SignedIn(ada, apptest.Code(p.code))                                           // this is what the fence is against

	h.Stop() // it is not forgotten
	h = apptest.StartIn(t, h.Dir, h.Clock)
	h.WantRestoreReported(why)
	if _, err := h.App.RestoreFence.Fence(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.WantReady()
	h.Heartbeat()
	h.WantReady()
}

func TestT23_RestoredBackup_CopyDetected(t *testing.T) {
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
			if h.UsesPostgres() {
				t.Skip("of a server the tables' numbers tell: TestT23_RestoredBackup_ReportedUntilFenced")
			}
			h.AddAccount(ada)
			h.Heartbeat()
			restore := h.Copy()
			h = apptest.StartIn(t, dir, h.Clock)
			for end := h.Clock.Now().Add(c.served); h.Clock.Now().Before(end); {
				h.Clock.Advance(time.Minute)
				h.Heartbeat()
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
				h.Heartbeat()
				h.WantReady()
				return
			}
			h.WantRestoreReported(c.why)
			h.Clock.Advance(time.Second)
			number, err := h.App.RestoreFence.Accept(context.Background())
			if err != nil || number != 2 {
				t.Errorf("accepted as it is: epoch %d, %v", number, err)
			}
			h.WantReady()
			h.Heartbeat()
			h.WantReady()
		})
	}
}

// Where replicas share a server, each remembers what it saw of it, and what one finds all of them say.
func TestT23_RestoredBackup_DetectedByReplicas(t *testing.T) {
	t.Parallel()
	houses := apptest.Replicas(t, 2)
	db := houses[0].OpenDatabase(t)
	for range 5 {
		houses[0].Clock.Advance(time.Minute)
		houses[0].Heartbeat()
	}
	db.MustExec(t, "UPDATE epochs SET beat = beat - 1") // the last moment, as after a failover
	houses[0].Heartbeat()
	houses[0].WantReady()
	db.MustExec(t, "UPDATE epochs SET beat = 1")
	houses[1].Heartbeat() // it came later
	houses[1].WantReady()
	houses[0].WantRestoreReported("older than what was served")
	houses[1].WantRestoreReported("older than what was served")
	if _, err := houses[1].App.RestoreFence.Fence(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, h := range houses {
		h.WantReady()
		h.Heartbeat()
		h.WantReady()
	}
}

// Who signs in with an old code while the fence is put up is on one side of it or on the other.
func TestT23_RestoredBackup_ConcurrentSignIn(t *testing.T) {
	t.Parallel()
	h := apptest.Replicas(t, 1)[0]
	_, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	db, beside := h.OpenDatabase(t), h.OpenDatabase(t)
	db.HoldActivity(t)
	in, fence := make(chan apptest.Response, 1), make(chan error, 1)
	go func() { in <- h.CompleteSignIn(token, phone.Code()) }()
	waiting := func(n int) func() bool {
		return func() (waits bool) {
			err := beside.QueryRow("SELECT count(DISTINCT pid) = ? FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())", n).Scan(&waits)
			if err != nil {
				t.Fatal(err)
			}
			return waits
		}
	}
	apptest.Eventually(t, "the sign-in has used the code, and waits to be recorded", waiting(1))
	go func() {
		_, err := h.App.RestoreFence.Fence(context.Background())
		fence <- err
	}()
	apptest.Eventually(t, "the fence waits for the sign-in", waiting(2))
	db.MustExec(t, "ROLLBACK")
	if err := <-fence; err != nil {
		t.Fatal(err)
	}
	h.Script((<-in).Require(201, "").Text("session_token")).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}
