package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// process is a running server.
type process struct {
	address string // listen address
	ops     string // listen address of the operations server
	command *exec.Cmd
	startup time.Duration // until the first successful response
}

// issuer is the public URL of every process. Processes that share a database must agree on it.
const issuer = "http://localhost:8080"

// settings raises the limits per client address and account, because one client sends all the load.
var settings = []string{
	"TWOFOLD_PUBLIC_URL=" + issuer,
	"TWOFOLD_HASH_WAIT=1m", // so that requests queue for a hash instead of being rejected
	"TWOFOLD_IP_SIGN_IN_LIMIT=100000000",
	"TWOFOLD_IP_FAILURE_LIMIT=100000000",
	"TWOFOLD_FREE_ATTEMPTS=100000000",
	"TWOFOLD_ATTEMPT_LIMIT=100000000",
	"TWOFOLD_SIGN_IN_TRIES=100000000",
	"TWOFOLD_LOG_LEVEL=warn",
}

func startProcess(ctx context.Context, binary string, d database) (*process, error) {
	addresses, err := freeAddresses(2)
	if err != nil {
		return nil, err
	}
	p := &process{address: addresses[0], ops: addresses[1], command: exec.CommandContext(ctx, binary, "serve")}
	p.command.Env = append(os.Environ(), append(settings,
		"TWOFOLD_LISTEN="+p.address, "TWOFOLD_OPS_LISTEN="+p.ops, "TWOFOLD_DATABASE_URL="+d.url, "TWOFOLD_MASTER_KEY_FILE="+d.masterKey)...)
	log, err := os.Create(filepath.Join(filepath.Dir(d.masterKey), "log")) // a file, as in production
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	p.command.Stderr = log
	start := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	if err := waitUntilHealthy(ctx, p.address); err != nil {
		p.stop()
		output, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("%s: %w: %s", binary, err, output)
	}
	p.startup = time.Since(start)
	return p, nil
}

// waitUntilHealthy waits until the server responds to /healthz with 200, for at most ten seconds.
func waitUntilHealthy(ctx context.Context, address string) error {
	var last error
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(time.Millisecond) {
		if _, last = get(ctx, "http://"+address+"/healthz"); last == nil {
			return nil
		}
	}
	return fmt.Errorf("server did not become healthy: %w", last)
}

func (p *process) stop() {
	_ = p.command.Process.Signal(os.Interrupt)
	_ = p.command.Wait()
}

// servers is a set of processes that share one database.
type servers []*process

func startServers(ctx context.Context, binary string, d database, n int) (servers, error) {
	var s servers
	for range n {
		p, err := startProcess(ctx, binary, d)
		if err != nil {
			s.stop()
			return nil, err
		}
		s = append(s, p)
	}
	return s, nil
}

func (s servers) stop() {
	for _, p := range s {
		p.stop()
	}
}

func (s servers) addresses() []string {
	all := make([]string, len(s))
	for i, p := range s {
		all[i] = p.address
	}
	return all
}

// usage is the total resource usage of a set of servers, from their metrics.
type usage struct {
	cpu                 float64 // seconds
	statements, commits float64
}

func (u usage) minus(o usage) usage {
	return usage{u.cpu - o.cpu, u.statements - o.statements, u.commits - o.commits}
}

func (s servers) usage(ctx context.Context) (u usage, err error) {
	for _, p := range s {
		text, err := get(ctx, "http://"+p.ops+"/metrics")
		if err != nil {
			return usage{}, err
		}
		u.cpu += metricValue(text, "process_cpu_seconds_total")
		u.statements += metricValue(text, "twofold_database_statements_total")
		u.commits += metricValue(text, "twofold_database_commits_total")
	}
	return u, nil
}

// metricValue returns the value of a metric without labels, or zero if the scrape does not contain it.
func metricValue(scrape, name string) float64 {
	for line := range strings.Lines(scrape) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			n, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return n
		}
	}
	return 0
}

// memory returns a field of /proc/PID/status, such as VmRSS or VmHWM, in MiB. It returns zero if the system is not Linux.
func (p *process) memory(name string) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil || runtime.GOOS != "linux" {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if kib, found := strings.CutPrefix(line, name+":"); found {
			n, _ := strconv.ParseFloat(strings.Fields(kib)[0], 64)
			return n / 1024
		}
	}
	return 0
}

func freeAddresses(n int) (free []string, err error) {
	for range n {
		listener, listenErr := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // only to find a free port
		if listenErr != nil {
			return nil, listenErr
		}
		defer func() { err = errors.Join(err, listener.Close()) }()
		free = append(free, listener.Addr().String())
	}
	return free, nil
}

// get returns the body of the response to a GET request. A status other than 200 is an error.
func get(ctx context.Context, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d", url, response.StatusCode)
	}
	return string(body), err
}
