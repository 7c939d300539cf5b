// Cmd runs Twofold scaled out, as docker-compose.yml does, but without containers: several server processes that share a
// temporary PostgreSQL database, behind a proxy. It runs until Ctrl-C and then deletes everything that it created.
//
// Usage: make cluster, or go run ./internal/test/cluster/cmd [-program bin/twofold] [-processes 2] [-listen localhost:8080] [-json]
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"twofold/internal/test/cluster"
)

// email is the address of the cluster's only account.
const email = "demo@example.com"

func main() {
	var o options
	flag.StringVar(&o.program, "program", "bin/twofold", "server binary to run")
	flag.IntVar(&o.processes, "processes", 2, "number of server processes")
	flag.StringVar(&o.listen, "listen", "localhost:8080", "listen address of the proxy; port 0 chooses a free port")
	flag.BoolVar(&o.json, "json", false, "print one line of JSON, {url, email, password}, and exit at the end of standard input")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if o.json {
		inputCtx, cancel := context.WithCancel(ctx)
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
		ctx = inputCtx
	}
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

type options struct {
	program, listen string
	processes       int
	json            bool
}

func run(ctx context.Context, o options) (err error) {
	if _, err := os.Stat(o.program); err != nil {
		return fmt.Errorf("%w (run make build first)", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("%w; to use another address: make cluster LISTEN=localhost:8081", err)
	}
	defer func() { _ = listener.Close() }()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("unexpected listen address %s", listener.Addr())
	}
	url := fmt.Sprintf("http://localhost:%d", address.Port)
	c, err := cluster.Prepare(ctx, cluster.Options{PublicURL: url, Log: os.Stderr})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.Launch(ctx, o.program, o.processes); err != nil {
		return err
	}
	password := rand.Text()
	if _, err := c.RunCommand(ctx, o.program, password, "account", "add", "--email", email, "--password-stdin"); err != nil {
		return err
	}
	return c.Serve(ctx, listener, func() error {
		if o.json {
			return json.NewEncoder(os.Stdout).Encode(map[string]string{"url": url, "email": email, "password": password})
		}
		_, err := fmt.Fprintf(os.Stdout, "\n  Twofold cluster   %s   %d processes, one PostgreSQL database; press Ctrl-C to stop\n  Email             %s\n  Password          %s\n\n",
			url, o.processes, email, password)
		return err
	})
}
