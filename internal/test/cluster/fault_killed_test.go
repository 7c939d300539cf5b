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

// lasting are settings under which what is prepared for all rounds lives as long as they take.
var lasting = []string{"TWOFOLD_PUBLIC_URL=http://localhost:8080", "TWOFOLD_STEP_UP_LIFETIME=1h", "TWOFOLD_SIGN_IN_LIFETIME=1h"}

// A process is killed while people enroll, sign in with codes and change passwords, and is started again: 200 times over
// files, and some over a server.
func TestFault_KillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	const files, rounds, onServer = 4, 50, 6
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		from := t.TempDir()
		people := prepared(t, from, "sqlite:"+filepath.Join(from, "twofold.db"), rounds)
		for i := range files {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				for _, name := range []string{"twofold.db", "master.key"} {
					text, err := os.ReadFile(filepath.Join(from, name))
					apptest.Must(t, err)
					apptest.Must(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
				}
				killed(t, "sqlite:"+filepath.Join(dir, "twofold.db"), dir, people)
			})
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		dir, at := t.TempDir(), pgserver.Database(t)
		_, err := keyring.CreateMaster(filepath.Join(dir, "master.key"))
		apptest.Must(t, err)
		killed(t, at, dir, prepared(t, dir, at, onServer))
	})
}

// killed lets a process serve one round after the other, each of which ends with its death.
func killed(t *testing.T, database, dir string, people []person) {
	t.Helper()
	settings := append(append(cheap[:len(cheap):len(cheap)], lasting...),
		"TWOFOLD_MASTER_KEY_FILE="+filepath.Join(dir, "master.key"), "TWOFOLD_RECOVERY_CODES=1")
	c, err := cluster.Prepare(t.Context(), cluster.Options{Database: database, Settings: settings})
	apptest.Must(t, err)
	t.Cleanup(func() { apptest.Must(t, c.Close()) })
	apptest.Must(t, c.Launch(t.Context(), program(t), 1))
	process := c.Processes[0]
	h := apptest.Remote(t, process.URL(), time.Now)
	cut := 0
	spread := 100 * time.Millisecond // the time in which a process is killed, about as long as what it is killed in
	for round := range people {
		p := people[round]
		begun := time.Now()
		var busy sync.WaitGroup
		for _, do := range []func(*apptest.Server){p.enroll, p.useCode, p.useRecoveryCode, p.changePassword} {
			busy.Go(func() { do(h) })
		}
		over := make(chan time.Duration)
		go func() {
			busy.Wait()
			over <- time.Since(begun)
		}()
		time.Sleep(rand.N(spread))
		apptest.Must(t, process.Kill())
		if took := <-over; p.interrupted() {
			cut++
			spread += spread / 5
		} else {
			spread = max(20*time.Millisecond, took)
		}
		apptest.Must(t, process.Start(t.Context()))
		for _, wrong := range p.wrong(h) {
			t.Errorf("round %d: %s", round, wrong)
		}
	}
	if _, err := c.RunCommand(t.Context(), program(t), "", "audit", "verify"); err != nil {
		t.Errorf("the chains do not verify: %v", err)
	}
	t.Logf("%d of %d kills cut something off", cut, len(people))
	if cut < len(people)/4 {
		t.Errorf("%d of %d kills cut something off: the others came too late or too early", cut, len(people))
	}
}
