// Twofold gives any app the account-security page its users expect.
package main

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"twofold/frontend"
	"twofold/internal/app"
	"twofold/internal/config"
	"twofold/internal/secret"
	"twofold/internal/store"
)

//go:embed openapi.yaml
var contract []byte

// version is stamped by the build.
var version = "dev"

type commands struct {
	Serve       serve       `cmd:"" help:"Serve the API and the page."`
	Migrate     migrate     `cmd:"" help:"Create or upgrade the database and its keys, then stop."`
	Account     accounts    `cmd:"" help:"Add people, and help those who lost their phone."`
	Audit       auditing    `cmd:"" help:"Look after the record of what happened."`
	Healthcheck healthcheck `cmd:"" help:"Ask the running server whether it lives; for containers."`
	Version     versionOf   `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // who asks twice does not want to wait
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// exit is how kong leaves after help.
type exit int

// run is main with its surroundings given. It answers 0, 1 for a command that did not succeed, 2 for one that was not
// understood.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) (code int) {
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
		kong.Description("Twofold gives any app the account-security page its users expect. Settings come from the environment: see docs/operate.md."),
		kong.Writers(out, errs),
		kong.Exit(func(n int) { panic(exit(n)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams{in: in, out: out, errs: errs}),
	)
	if err != nil {
		_, _ = fmt.Fprintln(errs, "twofold:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintf(errs, "twofold: %v; see twofold --help\n", err)
		return 2
	}
	if err := parsed.Run(); err != nil {
		_, _ = fmt.Fprintln(errs, "twofold:", err)
		return 1
	}
	return 0
}

// streams is where a command reads and writes.
type streams struct {
	in        io.Reader
	out, errs io.Writer
}

// open composes the house for a command.
func open(ctx context.Context, s streams) (*app.App, config.Config, error) {
	c, err := config.Load()
	if err != nil {
		return nil, config.Config{}, err
	}
	log := slog.New(slog.NewJSONHandler(s.errs, &slog.HandlerOptions{Level: c.LogLevel}))
	for _, name := range config.Unknown(os.Environ()) {
		log.Warn("setting is not known to this version and has no effect", "name", name)
	}
	a, err := app.New(ctx, c, app.Parts{
		Contract: contract, Page: frontend.Dist(), Log: log, Audit: slog.New(slog.NewJSONHandler(s.errs, nil)), Now: time.Now,
	})
	return a, c, err
}

type serve struct {
	Demo bool `help:"Add demo@example.com with a random passphrase, and print it. Not for production."`
}

// Run serves until it is told to stop.
func (cmd serve) Run(ctx context.Context, s streams) (err error) {
	a, c, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("TWOFOLD_LISTEN: %w", err)
	}
	if cmd.Demo {
		phrase, err := a.Demo(ctx)
		if err != nil {
			return errors.Join(fmt.Errorf("add demo account: %w", err), listener.Close())
		}
		_, _ = fmt.Fprintf(s.out, "\n  Twofold demo   %s\n  E-mail         %s\n  Password       %s\n\n", c.PublicURL, app.DemoEmail, phrase.Reveal())
	}
	return a.Serve(ctx, listener)
}

type migrate struct{}

// Run opens the database, which migrates it.
func (migrate) Run(ctx context.Context, s streams) error {
	a, c, err := open(ctx, s)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "%s is up to date\n", store.Shown(c.DatabaseURL))
	return a.Close()
}

type auditing struct {
	Verify verifyAudit `cmd:"" help:"Say whether the record is as it was written. Exits with 1 where it is not."`
}

type verifyAudit struct{}

// Run walks every account's chain and names each entry that was edited or taken out.
func (verifyAudit) Run(ctx context.Context, s streams) (err error) {
	a, _, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	entries, err := a.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "%d entries, each as it was recorded\n", entries)
	return nil
}

type accounts struct {
	Add      addAccount `cmd:"" help:"Add an account."`
	ResetMFA resetMFA   `cmd:"" name:"reset-mfa" help:"Take an account's MFA methods away and sign it out everywhere."`
}

type addAccount struct {
	Email         string `required:"" help:"The e-mail address to sign in with."`
	PasswordStdin bool   `help:"Read the password from standard input, one line."`
}

// Run adds an account. Its password is asked for twice on a terminal, or read as one line.
func (cmd addAccount) Run(ctx context.Context, s streams) (err error) {
	pw, err := cmd.password(s)
	if err != nil {
		return err
	}
	a, _, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	added, err := a.AddAccount(ctx, cmd.Email, pw)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "added %s (%s)\n", added.Email, added.ID)
	return nil
}

func (cmd addAccount) password(s streams) (secret.Text, error) {
	if cmd.PasswordStdin {
		line, err := bufio.NewReader(s.in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return secret.Text{}, fmt.Errorf("read password: %w", err)
		}
		return secret.New(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")), nil
	}
	terminal, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return secret.Text{}, errors.New("there is no terminal to ask for a password: give it with --password-stdin")
	}
	first, err := ask(terminal, s.errs, "Password: ")
	if err != nil {
		return secret.Text{}, err
	}
	second, err := ask(terminal, s.errs, "Once more: ")
	if err != nil {
		return secret.Text{}, err
	}
	if first.Reveal() != second.Reveal() {
		return secret.Text{}, errors.New("the two are not the same")
	}
	return first, nil
}

func ask(terminal *os.File, prompt io.Writer, words string) (secret.Text, error) {
	_, _ = fmt.Fprint(prompt, words)
	typed, err := term.ReadPassword(int(terminal.Fd()))
	_, _ = fmt.Fprintln(prompt)
	if err != nil {
		return secret.Text{}, fmt.Errorf("read password: %w", err)
	}
	return secret.New(string(typed)), nil
}

type resetMFA struct {
	Email  string `required:"" help:"Whose methods to take away."`
	Reason string `required:"" help:"Why, and how you know that it is them. It is written to the audit log."`
}

// Run resets an account's MFA.
func (cmd resetMFA) Run(ctx context.Context, s streams) (err error) {
	if strings.TrimSpace(cmd.Reason) == "" {
		return errors.New("give a reason: it is written to the audit log")
	}
	a, _, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	methods, sessions, err := a.ResetMFA(ctx, cmd.Email, cmd.Reason)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "MFA is off for %s: methods removed: %d, sessions ended: %d\n", cmd.Email, methods, sessions)
	return nil
}

type healthcheck struct{}

// Run asks the server on this machine.
func (healthcheck) Run(ctx context.Context) (err error) {
	c, err := config.Load()
	if err != nil {
		return err
	}
	return app.Healthcheck(ctx, c)
}

type versionOf struct{}

// Run prints the version.
func (versionOf) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "twofold", version)
	return err
}
