package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// Migrated reports whether the database has the tables of this program, of whatever version.
func (d *DB) Migrated(ctx context.Context) (bool, error) { return d.hasTable(ctx, "sealing_keysets") }

func (d *DB) hasTable(ctx context.Context, name string) (bool, error) {
	var n int
	err := d.reader(ctx).Raw(d.tables, name).Scan(&n).Error
	return n > 0, err
}

// Migrate applies the migrations that the database lacks. If several processes start at the same time, one migrates and the
// others wait for it and check again. It leaves a newer schema unchanged.
func (d *DB) Migrate(ctx context.Context) (err error) {
	pool, done, err := d.migrator()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	for try := 0; ; try++ {
		err := d.up(ctx, pool)
		if err == nil {
			return nil
		}
		if err = d.explainDenied(err); try == 4 || errors.Is(err, ErrDenied) || errors.Is(err, ErrReadOnly) {
			return fmt.Errorf("migrate database: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond << try):
		}
	}
}

func (d *DB) up(ctx context.Context, pool *sql.DB) error {
	created, err := d.hasTable(ctx, "goose_db_version")
	if err == nil && !created {
		err = d.CheckCreate(ctx) // goose would retry for seconds, and hide the cause
	}
	if err != nil {
		return err
	}
	provider, err := d.provider(pool)
	if err != nil {
		return err
	}
	if pending, err := provider.HasPending(ctx); err == nil && !pending {
		return nil // without the lock, so that a restart waits for no other process
	}
	_, err = provider.Up(ctx)
	return err
}

func (d *DB) provider(pool *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, d.folder)
	if err != nil {
		return nil, err
	}
	var options []goose.ProviderOption
	if d.locker != nil {
		locker, err := d.locker(slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, err
		}
		options = append(options, locker)
	}
	return goose.NewProvider(d.goose, pool, dir, options...)
}

// onWriter returns the pool that writes, because SQLite permits one writer. The returned function closes nothing.
func (d *DB) onWriter() (*sql.DB, func() error, error) {
	pool, err := d.write.DB()
	return pool, func() error { return nil }, err
}
