package store

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Schema answers the number of the last migration that the database has seen, and of the last that this version knows.
func (d *DB) Schema(ctx context.Context) (has, knows int, err error) {
	err = d.read.WithContext(ctx).Raw("SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&has).Error
	if err != nil {
		return 0, 0, err
	}
	files, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil {
		return 0, 0, err
	}
	for _, file := range files {
		number, _, _ := strings.Cut(strings.TrimPrefix(file, "migrations/sqlite/"), "_")
		n, err := strconv.Atoi(number)
		if err != nil {
			return 0, 0, fmt.Errorf("number of migration %s: %w", file, err)
		}
		knows = max(knows, n)
	}
	return has, knows, nil
}

// Journal answers how commits reach the file: wal, as it should be, or what somebody made of it.
func (d *DB) Journal(ctx context.Context) (mode string, err error) {
	err = d.read.WithContext(ctx).Raw("PRAGMA journal_mode").Scan(&mode).Error
	return mode, err
}
