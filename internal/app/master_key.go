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

// findMaster reads the master key and tries it on the database there is, before anything is opened for writing: with a
// wrong or missing key not a byte changes. For a database that has no keys yet a missing master key is made.
func findMaster(ctx context.Context, c config.Config, log *slog.Logger) (master keyring.Master, err error) {
	master, missing := keyring.ReadMaster(c.MasterKeyFile)
	if missing != nil && !errors.Is(missing, keyring.ErrNoMaster) {
		return keyring.Master{}, missing
	}
	db, err := store.OpenReadOnly(c.DatabaseURL, log)
	if errors.Is(err, store.ErrNotFound) {
		return makeMaster(c, master, missing)
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
		return makeMaster(c, master, missing)
	}
	if missing != nil { // unless another process that starts now has just made it
		if master, err = keyring.ReadMaster(c.MasterKeyFile); err != nil {
			return keyring.Master{}, err
		}
	}
	if err := keyring.Check(ctx, store.Keys{DB: db}, master); err != nil && !errors.Is(err, keyring.ErrNoKeys) {
		return keyring.Master{}, err
	}
	return master, nil
}

// makeMaster is for a database that has no keys yet: the master key there is, or a new one beside a file. Several
// processes share a server, and must be given the same.
func makeMaster(c config.Config, master keyring.Master, missing error) (keyring.Master, error) {
	if missing == nil || store.IsPostgres(c.DatabaseURL) {
		return master, missing
	}
	return keyring.CreateMaster(c.MasterKeyFile)
}

// masterAdvice says what to do about a master key that is not the right one.
func masterAdvice(c config.Config, err error) error {
	switch {
	case errors.Is(err, keyring.ErrWrongMaster):
		return fmt.Errorf("%w: TWOFOLD_MASTER_KEY_FILE is %s, and %s was made with another key; give that one back, nothing was changed", err, c.MasterKeyFile, c.Database())
	case errors.Is(err, keyring.ErrNoMaster) && store.IsPostgres(c.DatabaseURL):
		return fmt.Errorf("%w: every process that shares a PostgreSQL database is given the same one; make it once with `openssl rand -base64 32`, keep a copy apart from the database, and point TWOFOLD_MASTER_KEY_FILE at it", err)
	case errors.Is(err, keyring.ErrNoMaster):
		return fmt.Errorf("%w; %s was made with one: put it back or point TWOFOLD_MASTER_KEY_FILE at it, nothing was changed", err, c.Database())
	case errors.Is(err, keyring.ErrMalformedMaster):
		return fmt.Errorf("TWOFOLD_MASTER_KEY_FILE: %w", err)
	}
	return err
}
