// Package pgserver runs a PostgreSQL server of one's own on this machine, for tests, loads and make cluster. It needs the
// server's programs and nothing else: no root, no container, no port of its own choosing.
package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrAbsent means that PostgreSQL's programs are not on this machine.
var ErrAbsent = errors.New("PostgreSQL's server is not installed: apt-get install postgresql, or put initdb and postgres on PATH")

// Server is one that runs, or is stopped for a while.
type Server struct {
	dir      string
	bin      string
	port     int
	settings []string
	as       *syscall.SysProcAttr

	running *exec.Cmd
	hold    io.WriteCloser // while it is open, the server runs
}

// Start makes a database cluster in a temporary folder and starts its server on a free port. Settings are name=value, as
// in postgresql.conf. The server ends, and its files go, with Close or with this process, however that ends. It answers
// ErrAbsent.
func Start(ctx context.Context, settings ...string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	return begin(ctx, bin, settings, "initdb", "--auth", "trust", "--username", "twofold", "--encoding", "UTF8", "--locale", "C", "--no-sync")
}

// begin makes a server's files with one of PostgreSQL's programs, finds a port and starts the server.
func begin(ctx context.Context, bin string, settings []string, program string, args ...string) (_ *Server, err error) {
	s := &Server{bin: bin, settings: settings}
	if s.dir, s.as, err = folder("twofold-postgres-"); err != nil {
		return nil, err
	}
	made := exec.CommandContext(ctx, path(bin, program), append(args, "--pgdata", s.data())...) //nolint:gosec // of the machine's PostgreSQL
	made.SysProcAttr, made.Dir = s.as, s.dir
	out, err := made.CombinedOutput()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w: %s", program, err, out), os.RemoveAll(s.dir))
	}
	if s.port, err = freePort(ctx); err == nil {
		err = s.Resume(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

// programs finds initdb and postgres, on PATH or where Debian puts them: the newest.
func programs() (string, error) {
	if found, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(found), nil
	}
	versions, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(versions) == 0 {
		return "", ErrAbsent
	}
	newest := slices.MaxFunc(versions, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// path is the path of one of PostgreSQL's programs: on PATH, where it may be newer than the server, or beside the server.
func path(bin, program string) string {
	found, err := exec.LookPath(program)
	if err != nil {
		return filepath.Join(bin, program)
	}
	return found
}

func version(program string) int {
	n, _ := strconv.Atoi(strings.Split(program, "/")[4])
	return n
}

// folder makes a temporary folder for a server, and returns the attributes of its process. If the tests run as root, both belong
// to another user, because PostgreSQL and PgBouncer refuse to run as root.
func folder(prefix string) (dir string, as *syscall.SysProcAttr, err error) {
	if dir, err = os.MkdirTemp("", prefix); err != nil {
		return "", nil, err
	}
	as = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		err = leaveRoot(dir, as)
	}
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, as, nil
}

func leaveRoot(dir string, as *syscall.SysProcAttr) error {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return err
		}
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // as the system counts
		return os.Chown(dir, uid, gid)
	}
	return errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// keeper runs the server until its standard input ends, which happens when the parent process ends. A parent that wrote nothing
// there does not come back: the files go.
const keeper = `dir=$1; shift; "$@" & server=$!; told=$(cat); kill -INT $server; wait $server; [ -n "$told" ] || rm -rf "$dir"`

// Resume starts a server that was stopped, on its old port, and waits until it answers.
func (s *Server) Resume(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	args := []string{
		"-c", keeper, "sh", s.dir, filepath.Join(s.bin, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.port), "-k", "",
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=600",
	}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	kept := exec.Command("sh", args...) //nolint:gosec,noctx // outlives the context that started it
	kept.SysProcAttr, kept.Dir, kept.Stdout, kept.Stderr = s.as, s.dir, log, log
	if s.hold, err = kept.StdinPipe(); err != nil {
		return err
	}
	if err := kept.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.running = kept
	if err := s.wait(ctx); err != nil {
		said, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		return fmt.Errorf("PostgreSQL does not answer: %w: %s", errors.Join(err, s.Stop()), said)
	}
	return nil
}

// wait asks until the server answers, a few seconds at most.
func (s *Server) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		err := s.Exec(ctx, "postgres", "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server as an operator does: who is connected is cut off, and what was committed is kept. It can be
// resumed.
func (s *Server) Stop() error {
	if s.running == nil {
		return nil
	}
	_, err := io.WriteString(s.hold, "back soon")
	err = errors.Join(err, s.hold.Close())
	_ = s.running.Wait() // its exit status is that of a stopped server
	s.running = nil
	return err
}

// Crash ends the server at once, as a power cut does. It can be resumed.
func (s *Server) Crash() error {
	pid, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(pid), "\n")
	n, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	if err := syscall.Kill(n, syscall.SIGQUIT); err != nil {
		return fmt.Errorf("crash PostgreSQL: %w", err)
	}
	return s.Stop()
}

// Dir is where its files are.
func (s *Server) Dir() string { return s.dir }

// Close ends the server and takes its files away.
func (s *Server) Close() error { return errors.Join(s.Stop(), os.RemoveAll(s.dir)) }

// Address is where it listens.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL is that of a database.
func (s *Server) URL(database string) string { return URLAt(s.Address(), database) }

// URLAt is that of a database behind another address, such as a proxy's.
func URLAt(address, database string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("twofold"), Host: address, Path: database, RawQuery: "sslmode=disable"}).String()
}

func freePort(ctx context.Context) (int, error) {
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	at, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("a free port at %s", l.Addr())
	}
	return at.Port, nil
}
