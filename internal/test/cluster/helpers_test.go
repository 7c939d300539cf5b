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

const (
	ada = "ada@example.com"
)

// patient are settings under which one sign-in outlives many tries.
var patient = []string{"TWOFOLD_SIGN_IN_LIFETIME=1h", "TWOFOLD_SIGN_IN_TRIES=1000", "TWOFOLD_MAX_PENDING_SIGN_INS=50"}

// untiring are settings under which wrong proofs lead to no wait.
var untiring = append([]string{"TWOFOLD_FREE_ATTEMPTS=1000"}, patient...)

// cheap are settings for clusters that are many on one machine.
var cheap = []string{
	"TWOFOLD_ARGON2_MEMORY_KIB=12288", "TWOFOLD_ARGON2_TIME=3", "TWOFOLD_HASH_WAIT=1m", "TWOFOLD_HASH_QUEUE=1000",
	"TWOFOLD_IP_FAILURE_LIMIT=100000", "TWOFOLD_IP_SIGN_IN_LIMIT=100000", "TWOFOLD_DATABASE_CONNECTIONS=8",
}

// built is the program, built once by whichever test needs it first.
var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	status := m.Run()
	_ = os.RemoveAll(built.dir)
	os.Exit(status)
}

// program is the file of the program as it is in this folder.
func program(t *testing.T) string {
	t.Helper()
	apptest.SkipUnlessSelected(t)
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "twofold-program-"); built.err == nil {
			built.err = build(apptest.Root(), built.dir)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "twofold")
}

// build builds the program from a folder of sources, as make does, into a folder.
func build(sources, into string) error {
	command := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", into, ".")
	command.Dir, command.Env = sources, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, said)
	}
	return nil
}

// clusterFixture is a cluster, and its processes as servers that clients call.
type clusterFixture struct {
	*cluster.Cluster
	t        *testing.T
	program  string
	database string // its name on the server
	servers  []*apptest.Server
	log      *apptest.Log
}

// processes are n of the program that started at once on an empty database.
func processes(t *testing.T, n int, settings ...string) *clusterFixture {
	t.Helper()
	w := newClusterFixture(t, settings...)
	w.launch(w.program, n)
	return w
}

func newClusterFixture(t *testing.T, settings ...string) *clusterFixture {
	t.Helper()
	at := pgserver.Database(t)
	w := clusterOver(t, at, settings...)
	w.database = databaseOf(t, at)
	return w
}

// clusterOver is a cluster without processes over a database.
func clusterOver(t *testing.T, at string, settings ...string) *clusterFixture {
	t.Helper()
	w := &clusterFixture{t: t, program: program(t), log: &apptest.Log{}}
	c, err := cluster.Prepare(context.Background(), cluster.Options{
		PublicURL: "http://localhost:8080", Database: at, Settings: append(cheap[:len(cheap):len(cheap)], settings...), Log: w.log,
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

// databaseOf is the name in a database's URL.
func databaseOf(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	apptest.Must(t, err)
	return strings.TrimPrefix(u.Path, "/")
}

// launch starts n more processes of a program.
func (w *clusterFixture) launch(program string, n int) {
	w.t.Helper()
	apptest.Must(w.t, w.Launch(context.Background(), program, n))
	for _, p := range w.Processes[len(w.servers):] {
		w.servers = append(w.servers, apptest.Remote(w.t, p.URL(), time.Now))
	}
}

// overProcesses does the same with two and with four processes.
func overProcesses(t *testing.T, do func(t *testing.T, w *clusterFixture), settings ...string) {
	t.Helper()
	for _, n := range []int{2, 4} {
		t.Run(fmt.Sprintf("%d processes", n), func(t *testing.T) {
			t.Parallel()
			do(t, processes(t, n, settings...))
		})
	}
}

// at is the process whose turn it is.
func (w *clusterFixture) at(i int) *apptest.Server { return w.servers[i%len(w.servers)] }

// say runs a command of the program.
func (w *clusterFixture) say(line string, args ...string) string {
	w.t.Helper()
	said, err := w.RunCommand(context.Background(), w.program, line, args...)
	apptest.Must(w.t, err)
	return said
}

func (w *clusterFixture) addAccount(email string) {
	w.t.Helper()
	w.say(apptest.Password, "account", "add", "--email", email, "--password-stdin")
}

// withMFA adds an account and enrolls its phone, each request at another process. The code of the next step is free.
func (w *clusterFixture) withMFA(email string) (*apptest.Client, *apptest.Phone, []string) {
	w.t.Helper()
	w.addAccount(email)
	script := w.at(0).SignedIn(email)
	phone := script.OnServer(w.at(1)).Begin()
	a := script.OnServer(w.at(2)).Confirm(phone, phone.Code()).Require(201, "")
	return script, phone, a.RecoveryCodes()
}

// halves are sign-in tokens of n sign-ins that wait for a code, begun at all processes.
func (w *clusterFixture) halves(n int) (tokens []string) {
	w.t.Helper()
	for i := range n {
		tokens = append(tokens, w.at(i).PendingSignIn(ada))
	}
	return tokens
}
