// Package cluster runs Twofold scaled out on one machine, without containers: several server processes that share one
// PostgreSQL database, behind a load-balancing proxy. It is used by make cluster and by tests, and is not part of the binary.
package cluster

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"twofold/internal/test/pgserver"
)

// Options configure a cluster.
type Options struct {
	PublicURL string
	Database  string    // database URL; if empty, the cluster starts a PostgreSQL server of its own
	Settings  []string  // NAME=value; they override the defaults of the cluster
	Log       io.Writer // receives the logs of all processes; nil discards them
}

// Cluster is a database, a master key and the processes that share them.
type Cluster struct {
	Processes []*Process

	dir         string
	server      *pgserver.Server // nil if the caller named a database
	environment []string
	log         io.Writer
}

// Prepare creates the database, the master key and the environment that the processes share. It starts no process. It
// returns pgserver.ErrAbsent if it needs a PostgreSQL server and none is installed.
func Prepare(ctx context.Context, o Options) (*Cluster, error) {
	c := &Cluster{log: io.Discard}
	if o.Log != nil {
		c.log = &syncWriter{w: o.Log}
	}
	if err := c.prepare(ctx, o); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Cluster) prepare(ctx context.Context, o Options) (err error) {
	if o.Database == "" {
		if c.server, err = pgserver.Start(ctx, pgserver.UnsafeSettings...); err != nil {
			return err
		}
		if err := c.server.Create(ctx, "twofold", ""); err != nil {
			return err
		}
		o.Database = c.server.URL("twofold")
	}
	if c.dir, err = os.MkdirTemp("", "twofold-cluster-"); err != nil {
		return err
	}
	masterKey := filepath.Join(c.dir, "master.key")
	if err := os.WriteFile(masterKey, newMasterKey(), 0o600); err != nil {
		return err
	}
	isSetting := func(pair string) bool { return strings.HasPrefix(pair, "TWOFOLD_") }
	c.environment = append(slices.DeleteFunc(os.Environ(), isSetting),
		"TWOFOLD_OPS_LISTEN=off",
		"TWOFOLD_PUBLIC_URL="+o.PublicURL,
		"TWOFOLD_DATABASE_URL="+o.Database,
		"TWOFOLD_MASTER_KEY_FILE="+masterKey,
		"TWOFOLD_TRUSTED_PROXIES=127.0.0.1/32",
	)
	c.environment = append(c.environment, o.Settings...)
	return nil
}

// newMasterKey returns a master key in the format of openssl rand -base64 32, as docs/operate.md describes.
func newMasterKey() []byte {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return base64.StdEncoding.AppendEncode(nil, raw)
}

// Launch starts n processes of the binary at the path program concurrently, and waits until all of them listen.
func (c *Cluster) Launch(ctx context.Context, program string, n int) error {
	started := make([]*Process, n)
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range started {
		started[i] = &Process{program: program, environment: c.environment, log: c.log}
		group.Go(func() { errs[i] = started[i].Start(ctx) })
	}
	group.Wait()
	c.Processes = append(c.Processes, started...)
	return errors.Join(errs...)
}

// RunCommand runs a command of the program with the settings of the cluster, as an operator would while the processes serve.
// The command reads input from standard input. RunCommand returns its output.
func (c *Cluster) RunCommand(ctx context.Context, program, input string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, program, args...) //nolint:gosec // a program of the caller
	command.Env, command.Stdin = c.environment, strings.NewReader(input+"\n")
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, output)
	}
	return string(output), nil
}

// Close stops all processes concurrently, then the cluster's own database server, if any, and deletes its files.
func (c *Cluster) Close() error {
	errs := make([]error, len(c.Processes))
	var group sync.WaitGroup
	for i, p := range c.Processes {
		group.Go(func() { errs[i] = p.Stop() })
	}
	group.Wait()
	err := errors.Join(errs...)
	if c.server != nil {
		err = errors.Join(err, c.server.Close())
	}
	if c.dir != "" {
		err = errors.Join(err, os.RemoveAll(c.dir))
	}
	return err
}

// syncWriter serializes the writes of several processes.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}
