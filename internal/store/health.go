package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Errors of Ready.
var (
	ErrReadOnly    = errors.New("the database is read-only")
	ErrOlderSchema = errors.New("the database has an older schema than this version needs")
)

// Ready checks that the database can be read and written and has the schema of this version or a newer one. It returns
// ErrReadOnly, ErrOlderSchema, or a *FailureError if the database does not respond.
func (d *DB) Ready(ctx context.Context) error {
	version, err := d.Version(ctx)
	if err != nil {
		return err
	}
	if version < SchemaVersion() {
		return fmt.Errorf("%w: %d, not %d", ErrOlderSchema, version, SchemaVersion())
	}
	// This changes no row, and fails wherever a write would fail: on a standby too, which permits an empty transaction.
	err = d.write.WithContext(ctx).Exec("UPDATE outbox SET tries = tries WHERE id = ''").Error
	if err == nil {
		err = d.clearDiskFull(ctx)
	}
	if err == nil || d.isConnectionLost(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrReadOnly, err)
}

// clearDiskFull writes to the database if the disk was full, and returns the error if it still is. Only a change needs room on
// the disk, so it moves a time by a microsecond.
func (d *DB) clearDiskFull(ctx context.Context) error {
	if !d.diskFull.Load() {
		return nil
	}
	err := d.write.WithContext(ctx).Exec("UPDATE epochs SET beat_at = beat_at + 1 WHERE id = 1").Error
	if err == nil {
		d.diskFull.Store(false)
	}
	return err
}

// Version returns the number of the last migration that was applied to the database.
func (d *DB) Version(ctx context.Context) (version int64, err error) {
	err = d.read.WithContext(ctx).Raw("SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&version).Error
	return version, err
}

// SchemaVersion returns the number of the last migration of this program.
func SchemaVersion() int64 {
	var last int64
	files, err := fs.Glob(migrations, "migrations/*/*.sql")
	if err != nil {
		return 0 // only a malformed pattern is an error
	}
	for _, file := range files {
		name := file[strings.LastIndexByte(file, '/')+1:]
		number, _, _ := strings.Cut(name, "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err == nil {
			last = max(last, n)
		}
	}
	return last
}

// Pool holds the figures of one connection pool.
type Pool struct {
	Name               string // "read", "write", or "shared" for both
	Limit, Open, InUse int
	WaitCount          int64         // waits for a connection since the start
	Waited             time.Duration // their total duration
}

// Pools returns the figures of each connection pool.
func (d *DB) Pools() []Pool {
	if d.read == d.write {
		return []Pool{poolOf("shared", d.read)}
	}
	return []Pool{poolOf("read", d.read), poolOf("write", d.write)}
}

func poolOf(name string, of *gorm.DB) Pool {
	pool, err := of.DB()
	if err != nil {
		return Pool{Name: name}
	}
	s := pool.Stats()
	return Pool{
		Name: name, Limit: s.MaxOpenConnections, Open: s.OpenConnections, InUse: s.InUse, WaitCount: s.WaitCount, Waited: s.WaitDuration,
	}
}

// beginHook calls OnTransaction, if set, at the beginning of a transaction. The caller calls done at the end.
func (d *DB) beginHook(ctx context.Context) (done func()) {
	if d.OnTransaction == nil {
		return func() {}
	}
	return d.OnTransaction(ctx)
}
