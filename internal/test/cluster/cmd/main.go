// Up runs Twofold scaled out, as docker-compose.yml does, without containers: several processes of the program over a
// PostgreSQL of its own, behind a proxy, until Ctrl-C. Then nothing of it is left. It is for trying things out.
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

// email is whom the cluster knows.
const email = "demo@example.com"

func main() {
	var o options
	flag.StringVar(&o.program, "program", "bin/twofold", "the program to run")
	flag.IntVar(&o.processes, "processes", 2, "how many of it")
	flag.StringVar(&o.listen, "listen", "localhost:8080", "where the proxy listens; port 0: any that is free")
	flag.BoolVar(&o.json, "json", false, "for programs: print one line, {url, email, password}, and end when standard input ends")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if o.json {
		ended, end := context.WithCancel(ctx)
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			end()
		}()
		ctx = ended
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
		return fmt.Errorf("%w; make build first", err)
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("%w; give another address: make cluster LISTEN=localhost:8081", err)
	}
	defer func() { _ = listener.Close() }()
	at, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("listens at %s", listener.Addr())
	}
	url := fmt.Sprintf("http://localhost:%d", at.Port)
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
		_, err := fmt.Fprintf(os.Stdout, "\n  Twofold cluster   %s   %d processes over one PostgreSQL; Ctrl-C ends them\n  E-mail            %s\n  Password          %s\n\n",
			url, o.processes, email, password)
		return err
	})
}
