package app

import (
	"context"
	"errors"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/keyring"
	"twofold/internal/secret"
)

// AddAccount adds an account: account.ErrInvalidEmail, account.ErrEmailTaken, password.ErrTooShort and its kin.
func (a *App) AddAccount(ctx context.Context, email string, pw secret.Text) (account.Account, error) {
	return a.Accounts.Add(ctx, email, pw)
}

// ResetMFA takes an account's methods away and signs it out everywhere. It answers account.ErrNotFound.
func (a *App) ResetMFA(ctx context.Context, email, reason string) (methods, sessions int, err error) {
	found, err := a.Accounts.ByEmail(ctx, email)
	if err != nil {
		return 0, 0, err
	}
	methods, done, err := a.Administration.ResetMFA(ctx, admin.Action{Target: found.ID, Reason: reason})
	return methods, done.SessionsEnded, err
}

// SetRole gives an account a role; empty for none. It answers account.ErrNotFound.
func (a *App) SetRole(ctx context.Context, email string, r account.Role) error {
	found, err := a.Accounts.ByEmail(ctx, email)
	if err != nil {
		return err
	}
	return a.Administration.SetRole(ctx, found.ID, r)
}

// RewrapKeys puts the sealing keys under the master key in another file, and makes that file if it is not there.
func (a *App) RewrapKeys(ctx context.Context, file string) error {
	to, err := keyring.CreateMaster(file)
	if err != nil {
		return err
	}
	return a.Keys.Rewrap(ctx, to)
}

// VerifyAudit answers how many entries the record has, or audit.ErrBroken, joined for each account whose chain is broken.
func (a *App) VerifyAudit(ctx context.Context) (entries int, err error) { return a.audit.Verify(ctx) }

// DemoEmail is who signs in to a demo, and DemoAdmin who looks after them there.
const (
	DemoEmail = "demo@example.com"
	DemoAdmin = "admin@example.com"
)

// Demo makes sure that the accounts of a demo exist, gives both a new random passphrase, and answers that.
func (a *App) Demo(ctx context.Context) (secret.Text, error) {
	phrase := newPassphrase()
	for _, email := range []string{DemoEmail, DemoAdmin} {
		if err := a.demo(ctx, email, phrase); err != nil {
			return secret.Text{}, err
		}
	}
	return phrase, a.SetRole(ctx, DemoAdmin, account.Admin)
}

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
