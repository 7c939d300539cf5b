package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

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
	Invite   invite     `cmd:"" help:"Add an account without a password, and mail or print a link with which the user sets it."`
	ResetMFA resetMFA   `cmd:"" name:"reset-mfa" help:"Remove all MFA methods of an account and sign it out everywhere."`

	ResetPassword resetPassword `cmd:"" name:"reset-password" help:"Remove the password of an account, sign it out everywhere, and mail or print a link to set a new one."`

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

type invite struct {
	Email     string `required:"" help:"The email address to sign in with."`
	Language  string `enum:"en,de" default:"en" help:"The language of the mails: ${enum}."`
	Admin     bool   `help:"Make it an administrator, who manages other accounts on the page."`
	PrintLink bool   `help:"Print the link instead of mailing it. Without mail, it is always printed."`
}

// Run invites a user.
func (cmd invite) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, c config.Config) error {
		sent, link, err := a.InviteAccount(ctx, cmd.Email, cmd.Language, cmd.PrintLink)
		if err != nil {
			return err
		}
		p.printf("invited %s (%s)", mailaddr.ToUnicode(sent.Account.Email), sent.Account.ID)
		if cmd.Admin {
			if err := p.setRole(ctx, a, sent.Account.Email, account.Admin); err != nil {
				return err
			}
		}
		if link.IsZero() {
			p.printf("a link to set the password is mailed to this address")
			return nil
		}
		p.printLink(link, mailaddr.ToUnicode(sent.Account.Email), c.Mail.InviteLifetime)
		return nil
	})
}

// printLink prints a link that sets a password.
func (p Program) printLink(link secret.Text, email string, lifetime time.Duration) {
	p.printf("give this link to %s: it sets a password, works once, and expires in %s", email, lifetime)
	p.printf("%s", link.Reveal())
}

type resetMFA struct {
	Email  string `required:"" help:"The email address of the account."`
	Reason string `required:"" help:"Why, and how you verified the person's identity. It is written to the audit log."`
}

// Run resets an account's MFA.
func (cmd resetMFA) Run(ctx context.Context, p Program) (err error) {
	if err := checkReason(cmd.Reason); err != nil {
		return err
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

type resetPassword struct {
	Email     string `required:"" help:"The email address of the account."`
	Reason    string `required:"" help:"Why, and how you verified the person's identity. It is written to the audit log."`
	PrintLink bool   `help:"Print the link instead of mailing it, for example because the person cannot read that mailbox. Without mail, it is always printed."`
}

// Run starts a password reset for an account.
func (cmd resetPassword) Run(ctx context.Context, p Program) error {
	if err := checkReason(cmd.Reason); err != nil {
		return err
	}
	return p.withApp(ctx, func(a *app.App, c config.Config) error {
		link, sessions, err := a.ResetPassword(ctx, cmd.Email, cmd.Reason, cmd.PrintLink)
		if err != nil {
			return err
		}
		email := mailaddr.ToUnicode(account.CanonicalEmail(cmd.Email))
		p.printf("the password of %s is removed, sessions ended: %d", email, sessions)
		if link.IsZero() {
			p.printf("a link to set a new one is mailed to this address, unless the account is disabled")
			return nil
		}
		p.printLink(link, email, c.Mail.ResetLifetime)
		return nil
	})
}

// checkReason returns an error for a reason that is blank.
func checkReason(reason string) error {
	if usertext.IsBlank(reason) {
		return errors.New("--reason must not be empty: it is written to the audit log")
	}
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
