package cli

import (
	"context"
	"errors"
	"log/slog"

	"twofold/internal/app"
	"twofold/internal/config"
)

type backup struct {
	File string `arg:"" help:"Where to: a file that is not there yet."`
}

// Help says what a backup needs beside it.
func (backup) Help() string {
	return `The server may run. The copy is consistent, checked, on disk and readable by its owner only when the command is done. Keep the
master key apart from it: nothing else opens what is sealed in a backup. Before a backup is served: twofold restore-fence.
A PostgreSQL has programs of its own for this: see docs/operate.md, Backup.`
}

// Run copies the database. It opens no house: nothing is migrated.
func (cmd backup) Run(ctx context.Context, p Program) error {
	c, err := config.Load()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(p.Errs, &slog.HandlerOptions{Level: c.LogLevel}))
	err = app.Backup(ctx, c, cmd.File, p.Now(), log)
	if err == nil || errors.Is(err, app.ErrMasterKeyMismatch) {
		p.printf("%s is a copy of %s, checked and on disk", cmd.File, c.Database())
	}
	if err != nil {
		return app.ExplainBackupError(c, cmd.File, err)
	}
	p.printf("keep %s apart from it: nothing else opens what is sealed in it", c.MasterKeyFile)
	return nil
}

type restoreFence struct {
	NothingLost bool `help:"End nothing: the database was moved while nothing served it, and is as it was."`
}

// Help says when.
func (restoreFence) Help() string {
	return `After a backup was restored, and before people are let in: a backup does not know which codes were used since it was made, nor
which sessions were ended. It signs everybody out, has no code work that could be shown by now, retires recovery codes and tells their
owners, and changes the signing keys, all in one transaction. What was changed since the backup is as it was: passwords, methods and
addresses too. It may be given again.`
}

// Run fences.
func (cmd restoreFence) Run(ctx context.Context, p Program) error {
	return p.withApp(ctx, func(a *app.App, _ config.Config) error {
		if cmd.NothingLost {
			number, err := a.RestoreFence.Accept(ctx)
			if err != nil {
				return err
			}
			p.printf("epoch %d begins; nothing was ended", number)
			return nil
		}
		done, err := a.RestoreFence.Fence(ctx)
		if err != nil {
			return err
		}
		p.printf("epoch %d begins, and %s signs", done.Number, done.SigningKID.KID)
		p.printf("ended: sessions %d, sign-ins %d, step-up tokens %d, links %d, enrollments %d, removals of MFA %d",
			done.Revoked.Sessions, done.Revoked.SignIns, done.Revoked.StepUps, done.Revoked.Links, done.Revoked.Enrollments, done.Revoked.Removals)
		p.printf("devices forgotten: %d; methods that take only codes of later: %d", done.Revoked.Devices, done.Revoked.Methods)
		p.printf("recovery codes retired: %d sets; mails that say so: %d", done.RecoveryCodeSets, done.MailsHeld)
		return nil
	})
}
