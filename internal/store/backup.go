package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"

	"twofold/internal/restorefence"
)

var (
	// ErrServer means that the database is on a PostgreSQL server, whose own tools make backups.
	ErrServer = errors.New("the database is on a server")
	// ErrDamaged means that SQLite found errors in a copy.
	ErrDamaged = errors.New("the copy is damaged")
)

// Backup copies a snapshot of an SQLite database into an empty file, while other processes may write. It marks the copy as a
// backup, so that a restore is detected, and checks it. It returns ErrServer, ErrNotFound, or ErrDamaged.
func Backup(ctx context.Context, databaseURL, file string, at time.Time, log *slog.Logger) (err error) {
	if IsPostgres(databaseURL) {
		return ErrServer
	}
	from, err := openSQLiteReadOnly(databaseURL, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := from.read.WithContext(ctx).Exec("VACUUM INTO ?", file).Error; err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	pool, err := openFile(fileURI(file)+"?mode=rw&_pragma=busy_timeout(5000)", 1, &QueryStats{}, log)
	if err != nil {
		return fmt.Errorf("open copy: %w", err)
	}
	copied := &DB{dialect: sqliteDialect, stats: &QueryStats{}, read: pool, write: pool}
	defer func() { err = errors.Join(err, copied.Close()) }()
	if err := copied.markCopy(ctx, at); err != nil {
		return fmt.Errorf("mark copy: %w", err)
	}
	return integrityCheck(pool.WithContext(ctx))
}

// markCopy marks a copy as a backup, unless its schema is older than the table for that.
func (d *DB) markCopy(ctx context.Context, at time.Time) error {
	if hasTable, err := (RestoreState{d}).HasTable(ctx); err != nil || !hasTable {
		return err
	}
	e, err := RestoreState{d}.Generation(ctx)
	if errors.Is(err, restorefence.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	e.RestoreReason, e.RestoreDetectedAt = restorefence.BackupCopy, at
	return RestoreState{d}.RecordReason(ctx, e)
}

// integrityCheck returns ErrDamaged with the first errors that SQLite finds in a file.
func integrityCheck(db *gorm.DB) error {
	var found []string
	if err := db.Raw("PRAGMA integrity_check(5)").Scan(&found).Error; err != nil {
		return fmt.Errorf("check copy: %w", err)
	}
	var tables []string
	if err := db.Raw(`SELECT DISTINCT "table" FROM pragma_foreign_key_check`).Scan(&tables).Error; err != nil {
		return fmt.Errorf("check copy: %w", err)
	}
	for _, table := range tables {
		found = append(found, "foreign key violated in "+table)
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(found, "; "))
	}
	return nil
}
