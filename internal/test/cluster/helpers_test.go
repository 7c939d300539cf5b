package cluster_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/test/cluster"
	"twofold/internal/test/pgserver"
)

type JSON = apptest.JSON

const ada = "ada@example.com"

// longSignIns are settings under which a pending sign-in survives many wrong codes.
var longSignIns = []string{"TWOFOLD_SIGN_IN_LIFETIME=1h", "TWOFOLD_SIGN_IN_TRIES=1000", "TWOFOLD_MAX_PENDING_SIGN_INS=50"}

// unlimitedAttempts are settings under which wrong credentials cause no backoff.
var unlimitedAttempts = append([]string{"TWOFOLD_FREE_ATTEMPTS=1000"}, longSignIns...)

// cheapHashes are settings for running many clusters on one machine: cheap password hashes, and no limits per address.
var cheapHashes = []string{
	"TWOFOLD_ARGON2_MEMORY_KIB=12288", "TWOFOLD_ARGON2_TIME=3", "TWOFOLD_HASH_WAIT=1m", "TWOFOLD_HASH_QUEUE=1000",
	"TWOFOLD_IP_FAILURE_LIMIT=100000", "TWOFOLD_IP_SIGN_IN_LIMIT=100000", "TWOFOLD_DATABASE_CONNECTIONS=8",
}

// builtProgram is the server binary, which the first test that needs it builds.
var builtProgram struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	status := m.Run()
	_ = os.RemoveAll(builtProgram.dir)
	os.Exit(status)
}

// program returns the path of the server binary, built from this repository.
func program(t *testing.T) string {
	t.Helper()
	apptest.SkipUnlessSelected(t)
	builtProgram.once.Do(func() {
		if builtProgram.dir, builtProgram.err = os.MkdirTemp("", "twofold-program-"); builtProgram.err == nil {
			builtProgram.err = build(apptest.Root(), builtProgram.dir)
		}
	})
	if builtProgram.err != nil {
		t.Fatal(builtProgram.err)
	}
	return filepath.Join(builtProgram.dir, "twofold")
}

// build builds the server from the directory sources into the directory out, with the flags of the Makefile.
func build(sources, out string) error {
	command := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", out, ".")
	command.Dir, command.Env = sources, append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, output)
	}
	return nil
}

// clusterFixture is a cluster whose processes are available as apptest servers.
type clusterFixture struct {
	*cluster.Cluster
	t        *testing.T
	program  string
	database string            // its name
	servers  []*apptest.Server // of Processes, in the same order
	log      *apptest.Log
}

// startCluster returns a cluster of n processes, which started concurrently on an empty database.
func startCluster(t *testing.T, n int, settings ...string) *clusterFixture {
	t.Helper()
	w := newClusterFixture(t, settings...)
	w.launch(w.program, n)
	return w
}

func newClusterFixture(t *testing.T, settings ...string) *clusterFixture {
	t.Helper()
	at := pgserver.Database(t)
	w := clusterOver(t, at, settings...)
	w.database = databaseName(t, at)
	return w
}

// clusterOver is a cluster without processes over a database.
func clusterOver(t *testing.T, at string, settings ...string) *clusterFixture {
	t.Helper()
	w := &clusterFixture{t: t, program: program(t), log: &apptest.Log{}}
	c, err := cluster.Prepare(context.Background(), cluster.Options{
		PublicURL: "http://localhost:8080", Database: at, Settings: append(cheapHashes[:len(cheapHashes):len(cheapHashes)], settings...), Log: w.log,
	})
	apptest.Must(t, err)
	w.Cluster = c
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			for line := range strings.Lines(w.log.String()) {
				if !strings.Contains(line, `"level":"INFO"`) {
					t.Log(line)
				}
			}
		}
	})
	return w
}

// databaseName returns the name of the database in a URL.
func databaseName(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	apptest.Must(t, err)
	return strings.TrimPrefix(u.Path, "/")
}

// launch starts n more processes of the binary at the path program.
func (w *clusterFixture) launch(program string, n int) {
	w.t.Helper()
	apptest.Must(w.t, w.Launch(context.Background(), program, n))
	for _, p := range w.Processes[len(w.servers):] {
		w.servers = append(w.servers, apptest.Remote(w.t, p.URL(), time.Now))
	}
}

// forClusterSizes runs a test on a cluster of two processes, and on one of four.
func forClusterSizes(t *testing.T, test func(t *testing.T, w *clusterFixture), settings ...string) {
	t.Helper()
	for _, n := range []int{2, 4} {
		t.Run(fmt.Sprintf("%d processes", n), func(t *testing.T) {
			t.Parallel()
			test(t, startCluster(t, n, settings...))
		})
	}
}

// server returns the process with index i modulo the size of the cluster.
func (w *clusterFixture) server(i int) *apptest.Server { return w.servers[i%len(w.servers)] }

// run runs a command of the program with input as standard input, and returns its output.
func (w *clusterFixture) run(input string, args ...string) string {
	w.t.Helper()
	output, err := w.RunCommand(context.Background(), w.program, input, args...)
	apptest.Must(w.t, err)
	return output
}

func (w *clusterFixture) addAccount(email string) {
	w.t.Helper()
	w.run(apptest.Password, "account", "add", "--email", email, "--password-stdin")
}

// addAccountWithMFA adds an account and enrolls a phone. It sends each request to another process. The phone's next code is
// unused.
func (w *clusterFixture) addAccountWithMFA(email string) (*apptest.Client, *apptest.Phone, []string) {
	w.t.Helper()
	w.addAccount(email)
	script := w.server(0).SignedIn(email)
	phone := script.OnServer(w.server(1)).Begin()
	a := script.OnServer(w.server(2)).Confirm(phone, phone.Code()).Require(201, "")
	return script, phone, a.RecoveryCodes()
}

// pendingSignIns begins n sign-ins of Ada, distributed over all processes, and returns their tokens.
func (w *clusterFixture) pendingSignIns(n int) (tokens []string) {
	w.t.Helper()
	for i := range n {
		tokens = append(tokens, w.server(i).PendingSignIn(ada))
	}
	return tokens
}
