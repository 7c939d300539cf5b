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

// ErrMasterKeyMismatch means that a backup was made, but that the master key file is missing or does not open it.
var ErrMasterKeyMismatch = errors.New("the backup is complete, but the master key does not open it")

// Backup copies an SQLite database to a new file that only its owner can read. The server may be running. The copy is complete,
// checked and synced to disk, or there is none. Backup does not change the database. It returns store.ErrServer,
// store.ErrNotFound, fs.ErrExist and store.ErrDamaged, and ErrMasterKeyMismatch beside a complete backup.
func Backup(ctx context.Context, c config.Config, file string, at time.Time, log *slog.Logger) (err error) {
	if store.IsPostgres(c.DatabaseURL) {
		return store.ErrServer
	}
	claim, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("create backup: %w", err)
	}
	copied, err := copyBeside(ctx, c, file, at, log)
	if err := errors.Join(err, claim.Close()); err != nil {
		return errors.Join(fmt.Errorf("create backup: %w", err), os.Remove(file))
	}
	if err := errors.Join(os.Rename(copied, file), syncDir(filepath.Dir(file))); err != nil {
		return fmt.Errorf("store backup: %w", err)
	}
	return checkMasterKey(ctx, file, c.MasterKeyFile, log)
}

// copyBeside copies the database to a temporary file in the directory of file, and returns its name.
func copyBeside(ctx context.Context, c config.Config, file string, at time.Time, log *slog.Logger) (name string, err error) {
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

// syncDir syncs a directory to disk, so that a new name in it survives a power failure.
func syncDir(dir string) error {
	f, err := os.Open(dir) //nolint:gosec // the operator names the directory
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// checkMasterKey returns ErrMasterKeyMismatch if the master key does not open a backup.
func checkMasterKey(ctx context.Context, file, masterKeyFile string, log *slog.Logger) (err error) {
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

// ExplainBackupError adds to an error of Backup what the operator can do about it.
func ExplainBackupError(c config.Config, file string, err error) error {
	switch {
	case errors.Is(err, store.ErrServer):
		return fmt.Errorf("%w: back it up with its own tools while it runs, for example pg_dump --format=custom --file=%s; see docs/operate.md, Backup", err, file)
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%w: TWOFOLD_DATABASE_URL is %s", err, c.RedactedDatabaseURL())
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s exists, and backups are never overwritten: choose another name", file)
	case errors.Is(err, ErrMasterKeyMismatch):
		return fmt.Errorf("%w; TWOFOLD_MASTER_KEY_FILE is %s: find the key that the database was created with", err, c.MasterKeyFile)
	}
	return err
}
