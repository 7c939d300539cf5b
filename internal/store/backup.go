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
	// ErrServer means that a database is on a server, which has means of its own for backups.
	ErrServer = errors.New("the database is on a server")
	// ErrDamaged means that a copy is not whole.
	ErrDamaged = errors.New("the copy is damaged")
)

// Backup copies an SQLite database as it is at one moment into a file that is empty, while anybody may write on. The copy
// says of itself that it is one. It answers ErrServer, ErrAbsent, or ErrDamaged for a copy that SQLite finds fault with.
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

// markCopy has a copy say that it is one, unless a release made it that had no word for that.
func (d *DB) markCopy(ctx context.Context, at time.Time) error {
	if kept, err := (RestoreState{d}).HasTable(ctx); err != nil || !kept {
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

// integrityCheck asks SQLite what is wrong with a file.
func integrityCheck(db *gorm.DB) error {
	var faults []string
	if err := db.Raw("PRAGMA integrity_check(5)").Scan(&faults).Error; err != nil {
		return fmt.Errorf("check copy: %w", err)
	}
	var astray []string
	if err := db.Raw(`SELECT DISTINCT "table" FROM pragma_foreign_key_check`).Scan(&astray).Error; err != nil {
		return fmt.Errorf("check copy: %w", err)
	}
	for _, table := range astray {
		faults = append(faults, "rows of "+table+" belong to nothing")
	}
	if len(faults) != 1 || faults[0] != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, strings.Join(faults, "; "))
	}
	return nil
}
