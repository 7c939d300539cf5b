package cluster_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
	"twofold/internal/test/cluster"
)

const (
	slots      = 2
	hashMemory = 19 << 20 // bytes per hash, with the default parameters
	allowance  = 64 << 20 // bytes for everything else
	burstSize  = 200      // sign-ins
)

// startSingle starts one process on SQLite, with the default hash parameters and queue, and an account for Ada.
func startSingle(t *testing.T) (*cluster.Process, *apptest.Server) {
	t.Helper()
	log := &apptest.Log{}
	c, err := cluster.Prepare(t.Context(), cluster.Options{
		PublicURL: "http://localhost:8080", Database: "sqlite:" + filepath.Join(t.TempDir(), "twofold.db"), Log: log,
		Settings: []string{
			fmt.Sprint("TWOFOLD_HASH_SLOTS=", slots), "TWOFOLD_IP_FAILURE_LIMIT=100000", "TWOFOLD_IP_SIGN_IN_LIMIT=100000",
		},
	})
	apptest.Must(t, err)
	t.Cleanup(func() { apptest.Must(t, c.Close()) })
	_, err = c.RunCommand(t.Context(), program(t), apptest.Password, "account", "add", "--email", ada, "--password-stdin")
	apptest.Must(t, err)
	apptest.Must(t, c.Launch(t.Context(), program(t), 1))
	return c.Processes[0], apptest.Remote(t, c.Processes[0].URL(), time.Now)
}

// memory returns a field of /proc/PID/status, such as VmRSS, in bytes.
func memory(t *testing.T, pid int, field string) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	apptest.Must(t, err)
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, field+":"); found {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
			apptest.Must(t, err)
			return n << 10
		}
	}
	t.Fatalf("/proc/%d/status has no %s", pid, field)
	return 0
}

// burst sends concurrent sign-ins with passwords of maximum length, each for another unknown address, while another client
// polls /healthz. It returns the responses to the sign-ins, and the slowest response of /healthz.
func burst(t *testing.T, server *apptest.Server) (responses []apptest.Response, slowest time.Duration) {
	t.Helper()
	done, result := make(chan struct{}), make(chan time.Duration)
	go func() {
		var slowest time.Duration
		for ticker := time.NewTicker(20 * time.Millisecond); ; <-ticker.C {
			select {
			case <-done:
				ticker.Stop()
				result <- slowest
				return
			default:
				slowest = max(slowest, requestHealthz(t, server.URL))
			}
		}
	}()
	long := strings.Repeat("🔐", 128)
	responses = apptest.Concurrently(burstSize, func(i int) apptest.Response {
		return server.Script("").SignIn(fmt.Sprintf("unknown-%d@example.com", i), JSON{"password": long})
	})
	close(done)
	return responses, <-result
}

// requestHealthz requests /healthz, as a monitor does, and returns how long the response took.
func requestHealthz(t *testing.T, url string) time.Duration {
	t.Helper()
	start := time.Now()
	response, err := http.Get(url + "/healthz")
	elapsed := time.Since(start)
	if err != nil {
		t.Error(err)
		return 0
	}
	_, err = io.Copy(io.Discard, response.Body) // so that the connection is reused
	if err = errors.Join(err, response.Body.Close()); err != nil || response.StatusCode != 200 {
		t.Errorf("/healthz: %d, %v", response.StatusCode, err)
	}
	return elapsed
}

// This test measures time and memory. It tries three times, because other load on the machine can disturb it.
func TestT27_SignInBurstIsShed(t *testing.T) {
	apptest.Timing(t)
	if runtime.GOOS != "linux" {
		t.Skip("reading the memory usage from /proc needs Linux")
	}
	p, server := startSingle(t)
	server.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
	before := memory(t, p.PID(), "VmRSS")
	var err error
	for range 3 {
		if err = checkBurst(t, p, server, before); err == nil {
			return
		}
		t.Log(err)
	}
	t.Error(err)
}

// checkBurst sends a burst and returns an error if it takes too much time or memory. Any other problem fails the test.
func checkBurst(t *testing.T, p *cluster.Process, server *apptest.Server, before int) error {
	t.Helper()
	apptest.Must(t, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.PID()), []byte("5"), 0)) // resets the peak memory usage
	responses, slowest := burst(t, server)
	end := time.Now()
	peak := memory(t, p.PID(), "VmHWM")
	outcomes := apptest.CountByOutcome(responses)
	for _, a := range responses {
		if a.Status != 401 && (a.Header.Get("Retry-After") == "" || a.Code() != "unavailable" && a.Code() != "too_many_requests") {
			t.Fatalf("a sign-in got %d %s, Retry-After %q", a.Status, a.Body, a.Header.Get("Retry-After"))
		}
	}
	if outcomes["503 unavailable"] == 0 || outcomes["401 credentials_rejected"] == 0 {
		t.Fatalf("got %v, want some sign-ins checked and some shed", outcomes)
	}
	server.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
	next := time.Since(end)
	t.Logf("%v; memory %d MiB before, %d MiB at peak; /healthz at most %v; the next sign-in took %v", outcomes, before>>20, peak>>20, slowest, next)
	var errs []error
	if limit := before + slots*hashMemory + allowance; peak > limit {
		errs = append(errs, fmt.Errorf("peak memory is %d MiB, want at most %d", peak>>20, limit>>20))
	}
	if slowest >= 500*time.Millisecond {
		errs = append(errs, fmt.Errorf("/healthz took %v", slowest))
	}
	if next > 2*time.Second {
		errs = append(errs, fmt.Errorf("the next sign-in took %v", next))
	}
	return errors.Join(errs...)
}
