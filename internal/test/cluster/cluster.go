// Package cluster runs Twofold scaled out on one machine, without containers: several processes of the program over one
// PostgreSQL, and a proxy in front of them. It is for make cluster and for tests, and never shipped.
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

// Options say what a cluster is made of.
type Options struct {
	PublicURL string
	Database  string    // URL of a database; none: one on a server of the cluster's own
	Settings  []string  // NAME=value; what is set here wins
	Log       io.Writer // of all processes together; none: nowhere
}

// Cluster is a database, a master key and the processes that share them.
type Cluster struct {
	Processes []*Process

	dir         string
	server      *pgserver.Server // its own; otherwise nil
	environment []string
	log         io.Writer
}

// Prepare makes what processes share, and starts none yet. It answers pgserver.ErrAbsent.
func Prepare(ctx context.Context, o Options) (*Cluster, error) {
	c := &Cluster{log: io.Discard}
	if o.Log != nil {
		c.log = &oneAtATime{to: o.Log}
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
	master := filepath.Join(c.dir, "master.key")
	if err := os.WriteFile(master, newMaster(), 0o600); err != nil {
		return err
	}
	ours := func(pair string) bool { return strings.HasPrefix(pair, "TWOFOLD_") }
	c.environment = append(slices.DeleteFunc(os.Environ(), ours),
		"TWOFOLD_OPS_LISTEN=off",
		"TWOFOLD_PUBLIC_URL="+o.PublicURL,
		"TWOFOLD_DATABASE_URL="+o.Database,
		"TWOFOLD_MASTER_KEY_FILE="+master,
		"TWOFOLD_TRUSTED_PROXIES=127.0.0.1/32",
	)
	c.environment = append(c.environment, o.Settings...)
	return nil
}

// newMaster is a master key as an operator makes one: openssl rand -base64 32.
func newMaster() []byte {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails
	return base64.StdEncoding.AppendEncode(nil, raw)
}

// Launch starts n processes of a program, a file, at once, and answers when all of them listen.
func (c *Cluster) Launch(ctx context.Context, program string, n int) error {
	begun := make([]*Process, n)
	failed := make([]error, n)
	var all sync.WaitGroup
	for i := range begun {
		begun[i] = &Process{program: program, environment: c.environment, log: c.log}
		all.Go(func() { failed[i] = begun[i].Start(ctx) })
	}
	all.Wait()
	c.Processes = append(c.Processes, begun...)
	return errors.Join(failed...)
}

// RunCommand runs a command of a program, as an operator would beside the processes, with a line as standard input. It returns what the
// command printed.
func (c *Cluster) RunCommand(ctx context.Context, program, line string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, program, args...) //nolint:gosec // the caller's own program
	command.Env, command.Stdin = c.environment, strings.NewReader(line+"\n")
	said, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, said)
	}
	return string(said), nil
}

// Close stops every process, all at once, then the database server where it is the cluster's own, and takes the files away.
func (c *Cluster) Close() error {
	stopped := make([]error, len(c.Processes))
	var all sync.WaitGroup
	for i, p := range c.Processes {
		all.Go(func() { stopped[i] = p.Stop() })
	}
	all.Wait()
	failed := errors.Join(stopped...)
	if c.server != nil {
		failed = errors.Join(failed, c.server.Close())
	}
	if c.dir != "" {
		failed = errors.Join(failed, os.RemoveAll(c.dir))
	}
	return failed
}

// oneAtATime lets several processes write to one place.
type oneAtATime struct {
	mu sync.Mutex
	to io.Writer
}

func (w *oneAtATime) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(b)
}
