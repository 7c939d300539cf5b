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
	why := "a copy made by twofold backup"
	if h.UsesPostgres() {
		why = "its tables were recreated since a server last used it"
	}
	h.WantRestoreReported(why)
	p.alive.OnServer(h).Do("GET", apptest.PathCurrentSession, nil).Require(200, "") // so a false alarm locks no user out
	h.SignedIn(ada, apptest.Code(p.code))                                           // the used code works again

	h.Stop() // a restart still reports it
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
		served time.Duration // how long after the copy
		seen   string        // the contents of the state file, if replaced
		why    string        // the reported reason; empty: not detected
	}{
		"an hour older":                            {served: time.Hour, why: "older than the database that was served here before"},
		"two minutes older":                        {served: 2 * time.Minute, why: "older than the database that was served here before"},
		"within the loss of a failover":            {served: time.Minute},
		"an hour older, with an empty state file":  {served: time.Hour, seen: "{}"},
		"an hour older, with a corrupt state file": {served: time.Hour, seen: "?"},
		"another database was served here": {
			seen: `{"lineage": "another", "epoch": 1, "beat": 1, "at": "2026-11-23T09:00:00Z"}`, why: "another database was served here before",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			h := apptest.StartIn(t, dir, apptest.NewClock())
			if h.UsesPostgres() {
				t.Skip("on PostgreSQL the table ids are compared: TestT23_RestoredBackup_ReportedUntilFenced")
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
				t.Errorf("accepted: epoch %d, %v", number, err)
			}
			h.WantReady()
			h.Heartbeat()
			h.WantReady()
		})
	}
}

// Each replica remembers how far the database had come. If one detects a restore, all report it.
func TestT23_RestoredBackup_DetectedByReplicas(t *testing.T) {
	t.Parallel()
	servers := apptest.Replicas(t, 2)
	db := servers[0].OpenDatabase(t)
	for range 5 {
		servers[0].Clock.Advance(time.Minute)
		servers[0].Heartbeat()
	}
	db.MustExec(t, "UPDATE epochs SET beat = beat - 1") // within what a failover may lose
	servers[0].Heartbeat()
	servers[0].WantReady()
	db.MustExec(t, "UPDATE epochs SET beat = 1")
	servers[1].Heartbeat() // it has seen nothing newer
	servers[1].WantReady()
	servers[0].WantRestoreReported("older than the database that was served here before")
	servers[1].WantRestoreReported("older than the database that was served here before")
	if _, err := servers[1].App.RestoreFence.Fence(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, h := range servers {
		h.WantReady()
		h.Heartbeat()
		h.WantReady()
	}
}

// A sign-in that is concurrent with the fence is either refused or revoked.
func TestT23_RestoredBackup_ConcurrentSignIn(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Replicas(t, 1)[0]
	_, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	db := h.OpenDatabase(t)
	db.HoldActivity(t)
	in, fence := make(chan apptest.Response, 1), make(chan error, 1)
	go func() { in <- h.CompleteSignIn(token, phone.Code()) }()
	apptest.Eventually(t, "the sign-in has used the code and waits for the activity lock", db.Waiting(t, 1))
	go func() {
		_, err := h.App.RestoreFence.Fence(context.Background())
		fence <- err
	}()
	apptest.Eventually(t, "the fence waits for the sign-in", db.Waiting(t, 2))
	db.MustExec(t, "ROLLBACK")
	if err := <-fence; err != nil {
		t.Fatal(err)
	}
	h.Script((<-in).Require(201, "").Text("session_token")).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}
