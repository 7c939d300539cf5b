package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// ErrPoolerAbsent means that PgBouncer is not installed.
var ErrPoolerAbsent = errors.New("PgBouncer is not installed: apt-get install pgbouncer, or put pgbouncer on PATH")

// Pooler is a running PgBouncer.
type Pooler struct {
	Address string

	dir     string
	running *exec.Cmd
	hold    io.WriteCloser // while it is open, PgBouncer runs
}

// poolerKeeper runs PgBouncer until its standard input ends, which happens when the parent process ends.
const poolerKeeper = `dir=$1; shift; "$@" & pooler=$!; cat >/dev/null; kill -KILL $pooler; wait $pooler; rm -rf "$dir"`

// StartPooler starts PgBouncer with the content of pgbouncer.ini and of the file with its users. Settings returns the former for
// a port and for the path of the latter. PgBouncer ends, and its files are deleted, with Close or with this process. StartPooler
// returns ErrPoolerAbsent.
func StartPooler(ctx context.Context, users string, settings func(port, usersFile string) string) (*Pooler, error) {
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/pgbouncer")
	}
	if err != nil {
		return nil, ErrPoolerAbsent
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	dir, as, err := tempDir("twofold-pgbouncer-")
	if err != nil {
		return nil, err
	}
	p := &Pooler{dir: dir, Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	configFile, usersFile := filepath.Join(dir, "pgbouncer.ini"), filepath.Join(dir, "userlist.txt")
	err = errors.Join(
		os.WriteFile(configFile, []byte(settings(strconv.Itoa(port), usersFile)), 0o644), //nolint:gosec // PgBouncer may run as another user
		os.WriteFile(usersFile, []byte(users), 0o644),                                    //nolint:gosec // likewise
	)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	p.running = exec.Command("sh", "-c", poolerKeeper, "sh", dir, program, configFile) //nolint:gosec,noctx // outlives the context that started it
	p.running.SysProcAttr, p.running.Dir = as, dir
	log, err := os.Create(filepath.Join(dir, "log")) //nolint:gosec // in our own folder
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	defer func() { _ = log.Close() }()
	p.running.Stdout, p.running.Stderr = log, log
	if p.hold, err = p.running.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.running.Start(); err != nil {
		return nil, fmt.Errorf("start PgBouncer: %w", err)
	}
	if err := p.wait(ctx); err != nil {
		text, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("PgBouncer does not respond: %w: %s", errors.Join(err, p.Close()), text)
	}
	return p, nil
}

// wait returns when PgBouncer accepts connections, or after a few seconds.
func (p *Pooler) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", p.Address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Close ends PgBouncer and deletes its files.
func (p *Pooler) Close() error {
	err := p.hold.Close()
	_ = p.running.Wait() // its exit status is that of a killed process
	return err
}
