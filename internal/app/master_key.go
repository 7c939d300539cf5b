package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"twofold/internal/config"
	"twofold/internal/keyring"
	"twofold/internal/store"
)

// findMaster reads the master key and checks it against an existing database before anything is opened for writing, so that a
// wrong or missing key changes nothing. If the database has no keys yet, it creates a missing master key.
func findMaster(ctx context.Context, c config.Config, log *slog.Logger) (master keyring.Master, err error) {
	master, missing := keyring.ReadMaster(c.MasterKeyFile)
	if missing != nil && !errors.Is(missing, keyring.ErrNoMaster) {
		return keyring.Master{}, missing
	}
	db, err := store.OpenReadOnly(c.DatabaseURL, log)
	if errors.Is(err, store.ErrNotFound) {
		return newMaster(c, master, missing)
	}
	if err != nil {
		return keyring.Master{}, fmt.Errorf("TWOFOLD_DATABASE_URL: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	migrated, err := db.Migrated(ctx)
	if err != nil {
		return keyring.Master{}, err
	}
	if !migrated {
		return newMaster(c, master, missing)
	}
	if missing != nil { // another process that starts now may just have created it
		if master, err = keyring.ReadMaster(c.MasterKeyFile); err != nil {
			return keyring.Master{}, err
		}
	}
	if err := keyring.Check(ctx, store.Keys{DB: db}, master); err != nil && !errors.Is(err, keyring.ErrNoKeys) {
		return keyring.Master{}, err
	}
	return master, nil
}

// newMaster returns the master key for a database without keys: the existing one, or a new one for an SQLite file. Processes
// that share a PostgreSQL server need the same key, so it creates none for them and returns missing.
func newMaster(c config.Config, master keyring.Master, missing error) (keyring.Master, error) {
	if missing == nil || store.IsPostgres(c.DatabaseURL) {
		return master, missing
	}
	return keyring.CreateMaster(c.MasterKeyFile)
}

// explainMasterError adds to an error of the master key what the operator can do about it.
func explainMasterError(c config.Config, err error) error {
	switch {
	case errors.Is(err, keyring.ErrWrongMaster):
		return fmt.Errorf("%w: TWOFOLD_MASTER_KEY_FILE is %s, and %s was created with another key; restore that file, nothing was changed", err, c.MasterKeyFile, c.RedactedDatabaseURL())
	case errors.Is(err, keyring.ErrNoMaster) && store.IsPostgres(c.DatabaseURL):
		return fmt.Errorf("%w: every process that shares a PostgreSQL database needs the same file; create it once with `openssl rand -base64 32`, keep a copy apart from the database, and point TWOFOLD_MASTER_KEY_FILE at it", err)
	case errors.Is(err, keyring.ErrNoMaster):
		return fmt.Errorf("%w; %s was created with a master key: restore the file or point TWOFOLD_MASTER_KEY_FILE at it, nothing was changed", err, c.RedactedDatabaseURL())
	case errors.Is(err, keyring.ErrMalformedMaster):
		return fmt.Errorf("TWOFOLD_MASTER_KEY_FILE: %w", err)
	}
	return err
}
