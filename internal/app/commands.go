package app

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/keyring"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/secret"
)

// AddAccount adds an account. It returns account.ErrInvalidEmail, account.ErrEmailTaken and the errors of password.Validate.
func (a *App) AddAccount(ctx context.Context, email string, pw secret.Text) (account.Account, error) {
	return a.Accounts.Add(ctx, email, pw)
}

// InviteAccount adds an account without a password and mails its user a link to set the first one. It returns the link's URL
// instead if returnLink is set or mail is not configured. It returns account.ErrInvalidEmail and account.ErrEmailTaken.
func (a *App) InviteAccount(ctx context.Context, email, language string, returnLink bool) (sent account.Invitation, link secret.Text, err error) {
	sent, err = a.Accounts.Invite(ctx, account.NewInvitation{Email: email, Language: language, ReturnLink: returnLink || !a.Notices.Mail})
	if err != nil || sent.Token.IsZero() {
		return sent, secret.Text{}, err
	}
	action := notify.Action{Purpose: maillink.ResetPassword, Token: sent.Token, Path: maillink.InvitationPath}
	return sent, a.Notices.URL(action), nil
}

// ResetMFA removes an account's methods and ends its sessions. It returns the numbers of both, and account.ErrNotFound.
func (a *App) ResetMFA(ctx context.Context, email, reason string) (methods, sessions int, err error) {
	found, err := a.Accounts.ByEmail(ctx, email)
	if err != nil {
		return 0, 0, err
	}
	methods, done, err := a.Administration.ResetMFA(ctx, admin.Action{Target: found.ID, Reason: reason})
	return methods, done.SessionsEnded, err
}

// ResetPassword removes an account's password and mails its owner a link to set a new one, or returns the link's URL if
// returnLink is set or mail is not configured. The URL is empty for a disabled account, which gets no link. It returns the
// number of sessions ended, and account.ErrNotFound.
func (a *App) ResetPassword(ctx context.Context, email, reason string, returnLink bool) (link secret.Text, sessions int, err error) {
	found, err := a.Accounts.ByEmail(ctx, email)
	if err != nil {
		return secret.Text{}, 0, err
	}
	token, done, err := a.Administration.ResetPassword(ctx, admin.Action{Target: found.ID, Reason: reason}, returnLink || !a.Notices.Mail)
	if err != nil || token.IsZero() {
		return secret.Text{}, done.SessionsEnded, err
	}
	return a.Notices.URL(notify.Action{Purpose: maillink.ResetPassword, Token: token}), done.SessionsEnded, nil
}

// SetRole sets the role of an account; empty: none. It returns account.ErrNotFound.
func (a *App) SetRole(ctx context.Context, email string, r account.Role) error {
	found, err := a.Accounts.ByEmail(ctx, email)
	if err != nil {
		return err
	}
	return a.Administration.SetRole(ctx, found.ID, r)
}

// RewrapKeys encrypts the sealing keys with the master key in another file, which it creates if it does not exist.
func (a *App) RewrapKeys(ctx context.Context, file string) error {
	to, err := keyring.CreateMaster(file)
	if err != nil {
		return err
	}
	return a.Keys.Rewrap(ctx, to)
}

// VerifyAudit verifies the audit chains of all accounts and returns the number of entries. It returns audit.ErrBroken, joined for
// every account whose chain is broken.
func (a *App) VerifyAudit(ctx context.Context) (entries int, err error) { return a.audit.Verify(ctx) }

// DemoEmail is the user of a demo, and DemoAdmin its administrator.
const (
	DemoEmail = "demo@example.com"
	DemoAdmin = "admin@example.com"
)

// Demo creates the accounts of a demo if they do not exist, sets a new random passphrase for both, and returns it.
func (a *App) Demo(ctx context.Context) (secret.Text, error) {
	phrase := newPassphrase()
	for _, email := range []string{DemoEmail, DemoAdmin} {
		if err := a.demo(ctx, email, phrase); err != nil {
			return secret.Text{}, err
		}
	}
	return phrase, a.SetRole(ctx, DemoAdmin, account.Admin)
}

// demo creates one account of a demo, or sets its passphrase and ends its sessions.
func (a *App) demo(ctx context.Context, email string, phrase secret.Text) error {
	_, err := a.AddAccount(ctx, email, phrase)
	if !errors.Is(err, account.ErrEmailTaken) {
		return err
	}
	found, err := a.Accounts.ByEmail(ctx, email)
	if err != nil {
		return fmt.Errorf("find demo account: %w", err)
	}
	if err := a.Passwords.Set(ctx, found.ID, phrase); err != nil {
		return err
	}
	_, err = a.Sessions.EndOthers(ctx, found.ID, "")
	return err
}
