// Package pgserver runs temporary PostgreSQL servers for tests, benchmarks and make cluster. It needs an installation of
// PostgreSQL, but neither root nor a container. Each server listens on a free port of the loopback address.
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

// ErrAbsent means that PostgreSQL is not installed.
var ErrAbsent = errors.New("the PostgreSQL server is not installed: install it (apt-get install postgresql), or add initdb and postgres to PATH")

// Server is a PostgreSQL server, running or stopped.
type Server struct {
	dir      string
	bin      string
	port     int
	settings []string
	procAttr *syscall.SysProcAttr // with the user to run as

	command *exec.Cmd      // runs supervisorScript; nil while stopped
	input   io.WriteCloser // its standard input
}

// Start creates a database cluster in a temporary directory and starts a server for it. Settings are name=value pairs, as in
// postgresql.conf. Close stops the server and deletes its files, and so does the end of this process for any reason. Start
// returns ErrAbsent if PostgreSQL is not installed.
func Start(ctx context.Context, settings ...string) (*Server, error) {
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	return begin(ctx, bin, settings, "initdb", "--auth", "trust", "--username", "twofold", "--encoding", "UTF8", "--locale", "C", "--no-sync")
}

// begin creates a data directory with one of PostgreSQL's programs, chooses a port and starts the server.
func begin(ctx context.Context, bin string, settings []string, program string, args ...string) (_ *Server, err error) {
	s := &Server{bin: bin, settings: settings}
	if s.dir, s.procAttr, err = tempDir("twofold-postgres-"); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, path(bin, program), append(args, "--pgdata", s.data())...) //nolint:gosec // the installed PostgreSQL
	command.SysProcAttr, command.Dir = s.procAttr, s.dir
	output, err := command.CombinedOutput()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w: %s", program, err, output), os.RemoveAll(s.dir))
	}
	if s.port, err = freePort(ctx); err == nil {
		err = s.Resume(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

// findBinaries returns the directory of initdb and postgres: that on PATH, or the newest version in Debian's location.
func findBinaries() (string, error) {
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

// path returns the path of one of PostgreSQL's programs: on PATH, where it may be newer than the server, or beside the server.
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

// tempDir creates a directory for a server and returns the attributes of its process. If the tests run as root, both belong to
// another user, because PostgreSQL and PgBouncer refuse to run as root.
func tempDir(prefix string) (dir string, procAttr *syscall.SysProcAttr, err error) {
	if dir, err = os.MkdirTemp("", prefix); err != nil {
		return "", nil, err
	}
	procAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		err = dropRoot(dir, procAttr)
	}
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, procAttr, nil
}

func dropRoot(dir string, procAttr *syscall.SysProcAttr) error {
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
		procAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // ids of the system fit
		return os.Chown(dir, uid, gid)
	}
	return errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// supervisorScript runs the server until the end of standard input, which the kernel closes when the parent process exits for
// any reason. Without any input before that, the parent has not stopped the server itself, and the script deletes the files.
const supervisorScript = `dir=$1; shift; "$@" & server=$!; keep=$(cat); kill -INT $server; wait $server; [ -n "$keep" ] || rm -rf "$dir"`

// Resume starts a stopped server again on the same port, and waits until it accepts connections.
func (s *Server) Resume(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	args := []string{
		"-c", supervisorScript, "sh", s.dir, filepath.Join(s.bin, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.port), "-k", "",
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=600",
	}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	command := exec.Command("sh", args...) //nolint:gosec,noctx // outlives the context that started it
	command.SysProcAttr, command.Dir, command.Stdout, command.Stderr = s.procAttr, s.dir, log, log
	if s.input, err = command.StdinPipe(); err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.command = command
	if err := s.wait(ctx); err != nil {
		output, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		return fmt.Errorf("PostgreSQL does not accept connections: %w: %s", errors.Join(err, s.Stop()), output)
	}
	return nil
}

// wait waits until the server accepts connections, for at most 20 seconds.
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

// Stop shuts the server down (PostgreSQL's fast shutdown, which closes all connections). It can be resumed.
func (s *Server) Stop() error {
	if s.command == nil {
		return nil
	}
	_, err := io.WriteString(s.input, "keep")
	err = errors.Join(err, s.input.Close())
	_ = s.command.Wait() // the exit status only reflects the signal
	s.command = nil
	return err
}

// Crash stops the server at once without a checkpoint (immediate shutdown), so that it recovers from its log. It can be resumed.
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

// Dir returns the directory of the server's files.
func (s *Server) Dir() string { return s.dir }

// Close stops the server and deletes its files.
func (s *Server) Close() error { return errors.Join(s.Stop(), os.RemoveAll(s.dir)) }

// Address returns the listen address.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL returns the URL of a database.
func (s *Server) URL(database string) string { return URLAt(s.Address(), database) }

// URLAt returns the URL of a database at another address, such as that of a proxy.
func URLAt(address, database string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("twofold"), Host: address, Path: database, RawQuery: "sslmode=disable"}).String()
}

func freePort(ctx context.Context) (int, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	address, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("unexpected listen address %s", l.Addr())
	}
	return address.Port, nil
}
