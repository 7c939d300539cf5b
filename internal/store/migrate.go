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

// Migrated says whether the database has any of our tables.
func (d *DB) Migrated(ctx context.Context) (bool, error) {
	var n int
	err := d.read.WithContext(ctx).Raw(d.tables, "sealing_keysets").Scan(&n).Error
	return n > 0, err
}

// Migrate brings the schema up to this version. Several processes may start at once: one migrates at a time, and the
// slower one looks again. A newer schema is left as it is.
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
		if try == 4 {
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
	provider, err := d.provider(pool)
	if err != nil {
		return err
	}
	if pending, err := provider.HasPending(ctx); err == nil && !pending {
		return nil // who only starts again waits for nobody
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

// onWriter lends the pool that writes: SQLite has one writer, and it is us.
func (d *DB) onWriter() (*sql.DB, func() error, error) {
	pool, err := d.write.DB()
	return pool, func() error { return nil }, err
}
