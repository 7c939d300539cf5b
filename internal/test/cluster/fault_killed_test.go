package cluster_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"twofold/internal/keyring"
	"twofold/internal/test/apptest"
	"twofold/internal/test/cluster"
	"twofold/internal/test/pgserver"
)

// longLifetimes are settings under which the tokens that are prepared for all rounds do not expire before they are used.
var longLifetimes = []string{"TWOFOLD_PUBLIC_URL=http://localhost:8080", "TWOFOLD_STEP_UP_LIFETIME=1h", "TWOFOLD_SIGN_IN_LIFETIME=1h"}

// A process is killed while users enroll, sign in with codes and change passwords, and is started again: 200 times on SQLite,
// and a few times on PostgreSQL.
func TestFault_KillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	const files, rounds, postgresRounds = 4, 50, 6
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		source := t.TempDir()
		workloads := prepareWorkloads(t, source, "sqlite:"+filepath.Join(source, "twofold.db"), rounds)
		for i := range files {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				for _, name := range []string{"twofold.db", "master.key"} {
					text, err := os.ReadFile(filepath.Join(source, name))
					apptest.Must(t, err)
					apptest.Must(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
				}
				killRepeatedly(t, "sqlite:"+filepath.Join(dir, "twofold.db"), dir, workloads)
			})
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		dir, database := t.TempDir(), pgserver.Database(t)
		_, err := keyring.CreateMaster(filepath.Join(dir, "master.key"))
		apptest.Must(t, err)
		killRepeatedly(t, database, dir, prepareWorkloads(t, dir, database, postgresRounds))
	})
}

// killRepeatedly runs one workload after the other, kills the process during each, starts it again, and checks the data.
func killRepeatedly(t *testing.T, database, dir string, workloads []workload) {
	t.Helper()
	settings := append(append(cheapHashes[:len(cheapHashes):len(cheapHashes)], longLifetimes...),
		"TWOFOLD_MASTER_KEY_FILE="+filepath.Join(dir, "master.key"), "TWOFOLD_RECOVERY_CODES=1")
	c, err := cluster.Prepare(t.Context(), cluster.Options{Database: database, Settings: settings})
	apptest.Must(t, err)
	t.Cleanup(func() { apptest.Must(t, c.Close()) })
	apptest.Must(t, c.Launch(t.Context(), program(t), 1))
	process := c.Processes[0]
	h := apptest.Remote(t, process.URL(), time.Now)
	interrupted := 0
	window := 100 * time.Millisecond // the kill happens at a random time in it; adapted to the duration of a workload
	for round := range workloads {
		w := workloads[round]
		start := time.Now()
		var busy sync.WaitGroup
		for _, action := range []func(*apptest.Server){w.enroll, w.useCode, w.useRecoveryCode, w.changePassword} {
			busy.Go(func() { action(h) })
		}
		done := make(chan time.Duration)
		go func() {
			busy.Wait()
			done <- time.Since(start)
		}()
		time.Sleep(rand.N(window))
		apptest.Must(t, process.Kill())
		if elapsed := <-done; w.interrupted() {
			interrupted++
			window += window / 5
		} else {
			window = max(20*time.Millisecond, elapsed)
		}
		apptest.Must(t, process.Start(t.Context()))
		for _, problem := range w.check(h) {
			t.Errorf("round %d: %s", round, problem)
		}
	}
	if _, err := c.RunCommand(t.Context(), program(t), "", "audit", "verify"); err != nil {
		t.Errorf("the activity chains do not verify: %v", err)
	}
	t.Logf("%d of %d kills interrupted a request", interrupted, len(workloads))
	if interrupted < len(workloads)/4 {
		t.Errorf("only %d of %d kills interrupted a request, want at least a quarter", interrupted, len(workloads))
	}
}
