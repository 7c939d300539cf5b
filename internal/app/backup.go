package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"twofold/internal/config"
	"twofold/internal/keyring"
	"twofold/internal/store"
)

// ErrMasterKeyMismatch means that a backup was made that the master key does not open.
var ErrMasterKeyMismatch = errors.New("the backup is whole, and its master key is missing")

// Backup copies an SQLite database into a file that is not there yet, readable by its owner only, while the server runs or
// not: whole, checked and on disk, or not at all. It changes nothing of the database. It answers store.ErrServer,
// store.ErrNotFound, fs.ErrExist, store.ErrDamaged, or, beside a backup, ErrUnopened.
func Backup(ctx context.Context, c config.Config, file string, at time.Time, log *slog.Logger) (err error) {
	if store.IsPostgres(c.DatabaseURL) {
		return store.ErrServer
	}
	claim, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("make backup: %w", err)
	}
	made, err := copyBeside(ctx, c, file, at, log)
	if err := errors.Join(err, claim.Close()); err != nil {
		return errors.Join(fmt.Errorf("make backup: %w", err), os.Remove(file))
	}
	if err := errors.Join(os.Rename(made, file), syncFolder(filepath.Dir(file))); err != nil {
		return fmt.Errorf("keep backup: %w", err)
	}
	return opens(ctx, file, c.MasterKeyFile, log)
}

// copyBeside makes the copy under another name in the folder of a file, and answers that name.
func copyBeside(ctx context.Context, c config.Config, file string, at time.Time, log *slog.Logger) (made string, err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".backup-*") // 0600
	if err != nil {
		return "", err
	}
	err = store.Backup(ctx, c.DatabaseURL, f.Name(), at, log)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// syncFolder makes a new name in a folder outlive a power cut.
func syncFolder(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the operator names the folder
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// opens tries the master key on a backup.
func opens(ctx context.Context, file, masterKeyFile string, log *slog.Logger) (err error) {
	db, err := store.OpenReadOnly("sqlite:"+file, log)
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	master, err := keyring.ReadMaster(masterKeyFile)
	if err == nil {
		err = keyring.Check(ctx, store.Keys{DB: db}, master)
	}
	if err != nil && !errors.Is(err, keyring.ErrNoKeys) {
		return fmt.Errorf("%w: %w", ErrMasterKeyMismatch, err)
	}
	return nil
}

// ExplainBackupError says what to do about a backup that was not made as it should be.
func ExplainBackupError(c config.Config, file string, err error) error {
	switch {
	case errors.Is(err, store.ErrServer):
		return fmt.Errorf("%w: its own programs back it up while it serves, as in pg_dump --format=custom --file=%s; docs/operate.md, Backup, has both ways", err, file)
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%w: TWOFOLD_DATABASE_URL is %s", err, c.Database())
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already, and no backup is written over: give another name", file)
	case errors.Is(err, ErrMasterKeyMismatch):
		return fmt.Errorf("%w; TWOFOLD_MASTER_KEY_FILE is %s: find the one that the database was made with", err, c.MasterKeyFile)
	}
	return err
}
