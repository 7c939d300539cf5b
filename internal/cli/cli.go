// Package cli is the command line of twofold. Each command opens the application, does its work and closes it. The
// entry point is [Program.Run].
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"twofold/internal/app"
	"twofold/internal/config"
	"twofold/internal/trace"
)

// Program holds what the commands need.
type Program struct {
	Version    string
	Contract   []byte // openapi.yaml
	Operations []byte // docs/operate.md: what each setting is for
	Page       fs.FS  // the built page
	Now        func() time.Time
	In         io.Reader
	Out, Errs  io.Writer
}

type commands struct {
	Serve        serve           `cmd:"" help:"Serve the API and the page."`
	Migrate      migrate         `cmd:"" help:"Create or upgrade the database and its keys, then exit."`
	Account      accountCommands `cmd:"" help:"Add accounts, and help users who lost their phone."`
	Keys         keyCommands     `cmd:"" help:"List, rotate and revoke the encryption and signing keys."`
	Audit        auditCommands   `cmd:"" help:"Verify the audit log."`
	Backup       backup          `cmd:"" help:"Back up the database while the server runs (SQLite)."`
	RestoreFence restoreFence    `cmd:"" name:"restore-fence" help:"Revoke what a restored backup brought back: used codes, sessions, links."`
	Healthcheck  healthcheck     `cmd:"" help:"Check whether the server on this machine responds; for containers."`
	Doctor       doctorCmd       `cmd:"" help:"Check settings, memory, keys, database, clock, mail and addresses, and print how to fix what is wrong."`
	Help         help            `cmd:"" help:"Print the help of a command, or every setting: twofold help settings."`
	Completion   completion      `cmd:"" help:"Print a shell completion script."`
	Man          man             `cmd:"" help:"Print the man page."`
	Version      versionCmd      `cmd:"" help:"Print the version."`
}

const description = "Twofold gives any app the account-security page its users expect."

// exit is the panic value with which kong exits after printing help.
type exit int

// Run executes a command line. It returns 0, or 1 if the command failed, or 2 for a usage error.
func (p Program) Run(ctx context.Context, args []string) (code int) {
	defer func() {
		switch left := recover().(type) {
		case nil:
		case exit:
			code = int(left)
		default:
			panic(left)
		}
	}()
	parser, err := kong.New(&commands{},
		kong.Name("twofold"),
		kong.Description(description),
		kong.Help(printHelp),
		kong.Writers(p.Out, p.Errs),
		kong.Exit(func(n int) { panic(exit(n)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(p),
	)
	if err != nil {
		_, _ = fmt.Fprintln(p.Errs, "twofold:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		err = usageError{err}
	} else {
		err = parsed.Run()
	}
	switch {
	case err == nil:
		return 0
	case isUsageError(err):
		_, _ = fmt.Fprintf(p.Errs, "twofold: %v; see twofold --help\n", err)
		return 2
	}
	_, _ = fmt.Fprintln(p.Errs, "twofold:", err)
	return 1
}

// open wires the application for a command, which must close it.
func (p Program) open(ctx context.Context) (*app.App, config.Config, error) {
	c, err := config.Load()
	if err != nil {
		return nil, config.Config{}, err
	}
	log, audit, logWriter := newLogs(p.Errs, c.LogFormat, c.LogLevel)
	for _, name := range config.Unknown(os.Environ()) {
		log.Warn("unknown setting is ignored", "name", name)
	}
	traces, err := trace.FromEnvironment(ctx, os.Getenv, p.Version, log)
	if err != nil {
		return nil, config.Config{}, err
	}
	a, err := app.New(ctx, c, app.Options{
		Version: p.Version, Contract: p.Contract, Page: p.Page,
		Log: log, Audit: audit, LogWriter: logWriter, Traces: traces, Now: p.Now,
	})
	return a, c, err
}

// withApp runs do with the application, and closes it.
func (p Program) withApp(ctx context.Context, do func(a *app.App, c config.Config) error) (err error) {
	a, c, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return do(a, c)
}

// printf writes a line, or several, to standard output.
func (p Program) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(p.Out, format+"\n", args...)
}
