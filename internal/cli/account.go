package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"twofold/internal/account"
	"twofold/internal/app"
	"twofold/internal/config"
	"twofold/internal/mailaddr"
	"twofold/internal/secret"
	"twofold/internal/usertext"
)

type accountCommands struct {
	Add      addAccount `cmd:"" help:"Add an account."`
	ResetMFA resetMFA   `cmd:"" name:"reset-mfa" help:"Remove all MFA methods of an account and sign it out everywhere."`

	GrantAdmin  grantAdmin  `cmd:"" name:"grant-admin" help:"Make an account an administrator, who manages other accounts on the page."`
	RevokeAdmin revokeAdmin `cmd:"" name:"revoke-admin" help:"Take the administrator role from an account."`
}

type addAccount struct {
	Email         string `required:"" help:"The email address to sign in with."`
	PasswordStdin bool   `help:"Read the password from standard input, one line."`
	Admin         bool   `help:"Make it an administrator, who manages other accounts on the page."`
}

// Run adds an account. It prompts for the password twice on a terminal, or reads one line from standard input.
func (cmd addAccount) Run(ctx context.Context, p Program) (err error) {
	pw, err := cmd.password(p)
	if err != nil {
		return err
	}
	a, _, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	added, err := a.AddAccount(ctx, cmd.Email, pw)
	if err != nil {
		return err
	}
	p.printf("added %s (%s)", mailaddr.ToUnicode(added.Email), added.ID)
	if cmd.Admin {
		return p.setRole(ctx, a, added.Email, account.Admin)
	}
	return nil
}

func (cmd addAccount) password(p Program) (secret.Text, error) {
	if cmd.PasswordStdin {
		line, err := bufio.NewReader(p.In).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return secret.Text{}, fmt.Errorf("read password: %w", err)
		}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		return secret.New(strings.Trim(line, "\ufeff")), nil // editors and shells on Windows write byte order marks
	}
	terminal, ok := p.In.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return secret.Text{}, errors.New("no terminal to prompt for a password: use --password-stdin")
	}
	first, err := readSecret(terminal, p.Errs, "Password: ")
	if err != nil {
		return secret.Text{}, err
	}
	second, err := readSecret(terminal, p.Errs, "Repeat password: ")
	if err != nil {
		return secret.Text{}, err
	}
	if first.Reveal() != second.Reveal() {
		return secret.Text{}, errors.New("the passwords do not match")
	}
	return first, nil
}

func readSecret(terminal *os.File, prompt io.Writer, words string) (secret.Text, error) {
	_, _ = fmt.Fprint(prompt, words)
	typed, err := term.ReadPassword(int(terminal.Fd()))
	_, _ = fmt.Fprintln(prompt)
	if err != nil {
		return secret.Text{}, fmt.Errorf("read password: %w", err)
	}
	return secret.New(string(typed)), nil
}

type resetMFA struct {
	Email  string `required:"" help:"The email address of the account."`
	Reason string `required:"" help:"Why, and how you verified the person's identity. It is written to the audit log."`
}

// Run resets an account's MFA.
func (cmd resetMFA) Run(ctx context.Context, p Program) (err error) {
	if usertext.IsBlank(cmd.Reason) {
		return errors.New("--reason must not be empty: it is written to the audit log")
	}
	a, _, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	methods, sessions, err := a.ResetMFA(ctx, cmd.Email, cmd.Reason)
	if err != nil {
		return err
	}
	p.printf("MFA is off for %s: methods removed: %d, sessions ended: %d", cmd.Email, methods, sessions)
	return nil
}

type grantAdmin struct {
	Email string `required:"" help:"The email address of the account."`
}

// Run makes an account an administrator.
func (cmd grantAdmin) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, _ config.Config) error { return p.setRole(ctx, a, cmd.Email, account.Admin) })
}

type revokeAdmin struct {
	Email string `required:"" help:"The email address of the account."`
}

// Run revokes the role.
func (cmd revokeAdmin) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, _ config.Config) error { return p.setRole(ctx, a, cmd.Email, "") })
}

func (p Program) setRole(ctx context.Context, a *app.App, email string, r account.Role) error {
	if err := a.SetRole(ctx, email, r); err != nil {
		return err
	}
	if r == account.Admin {
		p.printf("%s is an administrator", mailaddr.ToUnicode(account.CanonicalEmail(email)))
		return nil
	}
	p.printf("%s is not an administrator", mailaddr.ToUnicode(account.CanonicalEmail(email)))
	return nil
}
