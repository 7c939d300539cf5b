package cli

import (
	"context"
	"errors"
	"log/slog"

	"twofold/internal/app"
	"twofold/internal/config"
)

type backup struct {
	File string `arg:"" help:"The file to create. It must not exist."`
}

// Help describes what must be backed up besides the database.
func (backup) Help() string {
	return `The server may be running. When the command succeeds, the copy is consistent, verified and on disk, and only its owner can read it. Keep the
master key apart from it: without that key, the secrets in a backup cannot be decrypted. Before you serve a restored backup, run twofold restore-fence.
For PostgreSQL use its own tools: see docs/operate.md, Backup.`
}

// Run copies the database. It does not wire the application, so that nothing is migrated.
func (cmd backup) Run(ctx context.Context, p Program) error {
	c, err := config.Load()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(p.Errs, &slog.HandlerOptions{Level: c.LogLevel}))
	err = app.Backup(ctx, c, cmd.File, p.Now(), log)
	if err == nil || errors.Is(err, app.ErrMasterKeyMismatch) {
		p.printf("%s is a verified copy of %s", cmd.File, c.RedactedDatabaseURL())
	}
	if err != nil {
		return app.ExplainBackupError(c, cmd.File, err)
	}
	p.printf("keep %s apart from it: without that key, the secrets in it cannot be decrypted", c.MasterKeyFile)
	return nil
}

type restoreFence struct {
	NothingLost bool `help:"Revoke nothing: the database was moved while no server used it, and is unchanged."`
}

// Help describes when to use the command.
func (restoreFence) Help() string {
	return `Run it after restoring a backup and before users sign in. A backup does not know which codes were used since it was made, nor
which sessions were ended. The command signs everyone out, marks current TOTP codes as used, invalidates recovery codes and notifies their
owners, and replaces the signing keys, all in one transaction. It cannot restore what was changed since the backup: passwords, methods and
addresses. It can be repeated.`
}

// Run fences the database.
func (cmd restoreFence) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, _ config.Config) error {
		if cmd.NothingLost {
			number, err := a.RestoreFence.Accept(ctx)
			if err != nil {
				return err
			}
			p.printf("generation %d started; nothing was revoked", number)
			return nil
		}
		done, err := a.RestoreFence.Fence(ctx)
		if err != nil {
			return err
		}
		p.printf("generation %d started; %s is the signing key", done.Number, done.SigningKey.KID)
		p.printf("revoked: sessions %d, pending sign-ins %d, step-up tokens %d, links %d, enrollments %d, MFA removals %d",
			done.Revoked.Sessions, done.Revoked.SignIns, done.Revoked.StepUps, done.Revoked.Links, done.Revoked.Enrollments, done.Revoked.Removals)
		p.printf("known devices forgotten: %d; methods whose current codes were marked used: %d", done.Revoked.Devices, done.Revoked.Methods)
		p.printf("recovery codes invalidated: %d sets; notices queued: %d", done.RecoveryCodeSets, done.NoticesQueued)
		return nil
	})
}
