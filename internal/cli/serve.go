package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"

	"twofold/internal/app"
	"twofold/internal/config"
)

type serve struct {
	Demo bool `help:"Add demo@example.com and the administrator admin@example.com with a random passphrase, and print it. Not for production."`
}

// Run serves until it receives a signal to stop.
func (cmd serve) Run(ctx context.Context, p Program) (err error) {
	signal.Ignore(syscall.SIGPIPE) // otherwise the server dies with the program that reads its log: logctx.Writer
	a, c, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	boundMemory(c.Passwords)
	listener, err := app.Listen(ctx, c.Listen, c.SocketMode)
	if err != nil {
		return fmt.Errorf("TWOFOLD_LISTEN: %w", err)
	}
	if cmd.Demo {
		phrase, err := a.Demo(ctx)
		if err != nil {
			return errors.Join(fmt.Errorf("add demo account: %w", err), listener.Close())
		}
		p.printf("\n  Twofold demo   %s\n  Email          %s\n  Password       %s\n  Administrator  %s, with the same password\n",
			c.PublicURL, app.DemoEmail, phrase.Reveal(), app.DemoAdmin)
	}
	return a.Serve(ctx, listener)
}

type migrate struct{}

// Run opens the database, which migrates it.
func (migrate) Run(ctx context.Context, p Program) error {
	a, c, err := p.open(ctx)
	if err != nil {
		return err
	}
	p.printf("%s is up to date", c.RedactedDatabaseURL())
	return a.Close()
}

type healthcheck struct{}

// Run queries the server on this machine.
func (healthcheck) Run(ctx context.Context) error {
	c, err := config.Load()
	if err != nil {
		return err
	}
	return app.Healthcheck(ctx, c)
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(p Program) error {
	_, err := fmt.Fprintln(p.Out, "twofold", p.Version)
	return err
}
