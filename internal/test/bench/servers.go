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

// process is one of the program.
type process struct {
	address string // where it serves
	ops     string // where it tells of itself
	command *exec.Cmd
	took    time.Duration // until it first answered
}

// issuer is the public URL of every process, so that all of them are one.
const issuer = "http://localhost:8080"

// settings lift the limits that one caller would meet who plays thousands.
var settings = []string{
	"TWOFOLD_PUBLIC_URL=" + issuer,
	"TWOFOLD_HASH_WAIT=1m", // no request is rejected, so that the wait is measured
	"TWOFOLD_IP_SIGN_IN_LIMIT=100000000",
	"TWOFOLD_IP_FAILURE_LIMIT=100000000",
	"TWOFOLD_FREE_ATTEMPTS=100000000",
	"TWOFOLD_ATTEMPT_LIMIT=100000000",
	"TWOFOLD_SIGN_IN_TRIES=100000000",
	"TWOFOLD_LOG_LEVEL=warn",
}

func startProcess(ctx context.Context, binary string, at database) (*process, error) {
	addresses, err := freeAddresses(2)
	if err != nil {
		return nil, err
	}
	p := &process{address: addresses[0], ops: addresses[1], command: exec.CommandContext(ctx, binary, "serve")}
	p.command.Env = append(os.Environ(), append(settings,
		"TWOFOLD_LISTEN="+p.address, "TWOFOLD_OPS_LISTEN="+p.ops, "TWOFOLD_DATABASE_URL="+at.url, "TWOFOLD_MASTER_KEY_FILE="+at.master)...)
	log, err := os.Create(filepath.Join(filepath.Dir(at.master), "log")) // which is written as everywhere
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	p.command.Stderr = log
	begun := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	if err := answers(ctx, p.address); err != nil {
		p.stop()
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("%s: %w: %s", binary, err, said)
	}
	p.took = time.Since(begun)
	return p, nil
}

// answers waits until a server does, ten seconds at the most.
func answers(ctx context.Context, address string) error {
	var last error
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(time.Millisecond) {
		if _, last = get(ctx, "http://"+address+"/healthz"); last == nil {
			return nil
		}
	}
	return fmt.Errorf("it does not answer: %w", last)
}

func (p *process) stop() {
	_ = p.command.Process.Signal(os.Interrupt)
	_ = p.command.Wait()
}

// servers is the processes that serve one database.
type servers []*process

func startFleet(ctx context.Context, binary string, at database, n int) (servers, error) {
	var f servers
	for range n {
		p, err := startProcess(ctx, binary, at)
		if err != nil {
			f.stop()
			return nil, err
		}
		f = append(f, p)
	}
	return f, nil
}

func (f servers) stop() {
	for _, p := range f {
		p.stop()
	}
}

func (f servers) addresses() []string {
	all := make([]string, len(f))
	for i, p := range f {
		all[i] = p.address
	}
	return all
}

// effort is what processes have done so far.
type effort struct{ cpu, statements, commits float64 } // cpu in seconds

func (e effort) minus(o effort) effort {
	return effort{e.cpu - o.cpu, e.statements - o.statements, e.commits - o.commits}
}

func (f servers) effort(ctx context.Context) (e effort, err error) {
	for _, p := range f {
		text, err := get(ctx, "http://"+p.ops+"/metrics")
		if err != nil {
			return effort{}, err
		}
		e.cpu += series(text, "process_cpu_seconds_total")
		e.statements += series(text, "twofold_database_statements_total")
		e.commits += series(text, "twofold_database_commits_total")
	}
	return e, nil
}

// series is a value of a scrape.
func series(scrape, name string) float64 {
	for line := range strings.Lines(scrape) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			n, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return n
		}
	}
	return 0
}

// memory is a line of what Linux tells of the process, such as VmRSS or VmHWM, in MiB; elsewhere it is zero.
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
		listener, listened := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // only to find a free port
		if listened != nil {
			return nil, listened
		}
		defer func() { err = errors.Join(err, listener.Close()) }()
		free = append(free, listener.Addr().String())
	}
	return free, nil
}

// get is the body of what answers 200.
func get(ctx context.Context, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %d", url, answer.StatusCode)
	}
	return string(body), err
}
