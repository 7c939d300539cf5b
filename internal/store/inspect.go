package store

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// Schema answers the number of the last migration that the database has seen, and of the last that this version knows.
func (d *DB) Schema(ctx context.Context) (has, knows int, err error) {
	err = d.read.WithContext(ctx).Raw("SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&has).Error
	if err != nil {
		return 0, 0, err
	}
	files, err := fs.Glob(migrations, d.folder+"/*.sql")
	if err != nil {
		return 0, 0, err
	}
	for _, file := range files {
		number, _, _ := strings.Cut(path.Base(file), "_")
		n, err := strconv.Atoi(number)
		if err != nil {
			return 0, 0, fmt.Errorf("number of migration %s: %w", file, err)
		}
		knows = max(knows, n)
	}
	return has, knows, nil
}

// Commits answers how commits are kept, and how they should be.
func (d *DB) Commits(ctx context.Context) (are, should string, err error) {
	err = d.read.WithContext(ctx).Raw(d.commits).Scan(&are).Error
	return are, d.sure, err
}

// TakesWrites says whether the server lets this user change what is kept: a standby does not. Of a file only the file
// system knows.
func (d *DB) TakesWrites(ctx context.Context) (can bool, err error) {
	if d.changes == "" {
		return true, nil
	}
	err = d.read.WithContext(ctx).Raw(d.changes).Scan(&can).Error
	return can, err
}

// Clock reads the server's clock. A file has none: own is false.
func (d *DB) Clock(ctx context.Context) (at time.Time, own bool, err error) {
	if d.clock == "" {
		return time.Time{}, false, nil
	}
	err = d.read.WithContext(ctx).Raw(d.clock).Scan(&at).Error
	return at, true, err
}
