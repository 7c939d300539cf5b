// Bench starts the built program on an SQLite file of its own, puts a load on it, and prints figures.
//
// Usage: go run ./internal/bench [-binary bin/twofold] [-requests 400]
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

func main() {
	binary := flag.String("binary", "bin/twofold", "the program to measure")
	requests := flag.Int("requests", 400, "begin enrollments at each number of callers; reads are 20 times as many, confirmations a tenth")
	flag.Parse()
	if err := run(context.Background(), *binary, *requests); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

var callers = []int{1, 8, 32}

func run(ctx context.Context, binary string, requests int) error {
	dir, err := os.MkdirTemp("", "twofold-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	fmt.Printf("%s/%s, %d cores, SQLite with synchronous=FULL, load program beside the server\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if err := measureStart(ctx, binary, dir); err != nil {
		return err
	}
	s, err := start(ctx, binary, filepath.Join(dir, "load"))
	if err != nil {
		return err
	}
	defer s.stop()
	b := &bench{server: s, requests: requests}
	fmt.Printf("%-34s %7s %10s %9s %9s %9s\n", "operation", "callers", "requests", "per s", "p50", "p99")
	for _, measure := range []func(context.Context) error{b.reads, b.begins, b.confirms} {
		if err := measure(ctx); err != nil {
			return err
		}
	}
	memory, err := s.memory()
	if err != nil {
		return err
	}
	fmt.Printf("\nmemory after the load                %s\n", memory)
	return nil
}

// measureStart starts the program on no database, and on the one that made, until /healthz answers.
func measureStart(ctx context.Context, binary, dir string) error {
	info, err := os.Stat(binary)
	if err != nil {
		return fmt.Errorf("%w; make build first", err)
	}
	fmt.Printf("size of the program                  %.1f MB\n", float64(info.Size())/1e6)
	for _, kind := range []string{"on a new database", "on its database", "on its database"} {
		s, err := start(ctx, binary, filepath.Join(dir, "start"))
		if err != nil {
			return err
		}
		fmt.Printf("first 200 on /healthz, %-20s %.0f ms\n", kind, float64(s.took.Microseconds())/1e3)
		if kind != "on a new database" {
			time.Sleep(500 * time.Millisecond) // idle
			memory, err := s.memory()
			if err != nil {
				return err
			}
			fmt.Printf("memory idle                          %s\n", memory)
		}
		s.stop()
	}
	fmt.Println()
	return nil
}

// server is one process of the program.
type server struct {
	url     string
	env     []string
	command *exec.Cmd
	took    time.Duration
}

func start(ctx context.Context, binary, dir string) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // only to find a free port
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	s := &server{url: "http://" + address}
	s.env = []string{
		"TWOFOLD_LISTEN=" + address,
		"TWOFOLD_OPS_LISTEN=127.0.0.1:0",
		"TWOFOLD_PUBLIC_URL=" + s.url,
		"TWOFOLD_DATABASE_URL=sqlite:" + filepath.Join(dir, "twofold.db"),
		"TWOFOLD_MASTER_KEY_FILE=" + filepath.Join(dir, "master.key"),
		"TWOFOLD_HASH_WAIT=1m", // nobody is sent away: the wait is measured
		"TWOFOLD_IP_SIGN_IN_LIMIT=1000000",
		"TWOFOLD_IP_FAILURE_LIMIT=1000000",
	}
	s.command = exec.CommandContext(ctx, binary, "serve")
	s.command.Env = append(os.Environ(), s.env...)
	begun := time.Now()
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	for time.Since(begun) < 10*time.Second {
		if answer, err := get(ctx, s.url+"/healthz"); err == nil && answer == 200 {
			s.took = time.Since(begun)
			return s, nil
		}
		time.Sleep(time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("%s did not answer within 10 s", binary)
}

func (s *server) stop() {
	_ = s.command.Process.Signal(os.Interrupt)
	_ = s.command.Wait()
}

// memory is what of the process is in memory, as Linux counts it.
func (s *server) memory() (string, error) {
	if runtime.GOOS != "linux" {
		return "not measured: only Linux tells", nil
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.command.Process.Pid))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(status)) {
		if kb, found := strings.CutPrefix(line, "VmRSS:"); found {
			var n float64
			if _, err := fmt.Sscan(kb, &n); err != nil {
				return "", err
			}
			return fmt.Sprintf("%.0f MB", n/1e3), nil
		}
	}
	return "", fmt.Errorf("no VmRSS in /proc")
}
