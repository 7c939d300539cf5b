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

// Why a database that answers is of no use: ErrReadOnly takes no change, ErrOlder lacks what this version needs.
var (
	ErrReadOnly = errors.New("the database takes no change")
	ErrOlder    = errors.New("the database has an older schema than this version needs")
)

// Ready says whether the database can be read and written and has the schema of this version, or a newer one. It answers
// ErrReadOnly, ErrOlder, or a *FailureError for a database that does not answer.
func (d *DB) Ready(ctx context.Context) error {
	version, err := d.Version(ctx)
	if err != nil {
		return err
	}
	if version < SchemaVersion() {
		return fmt.Errorf("%w: %d, not %d", ErrOlder, version, SchemaVersion())
	}
	// It changes nothing, and is refused wherever a change would be: on a standby too, where an empty transaction is not.
	err = d.write.WithContext(ctx).Exec("UPDATE outbox SET tries = tries WHERE id = ''").Error
	if err == nil {
		err = d.clearDiskFull(ctx)
	}
	if err == nil || d.isConnectionLost(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrReadOnly, err)
}

// clearDiskFull finds out whether the disk that was full has room again. Nothing less than a change tells: that of a time by
// a microsecond.
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

// Version is the number of the last migration that the database has seen.
func (d *DB) Version(ctx context.Context) (version int64, err error) {
	err = d.read.WithContext(ctx).Raw("SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&version).Error
	return version, err
}

// SchemaVersion is the number of this version's last migration.
func SchemaVersion() int64 {
	var last int64
	files, err := fs.Glob(migrations, "migrations/*/*.sql")
	if err != nil {
		return 0 // the pattern is ours
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

// Pool is the connections of one kind, now and since the start.
type Pool struct {
	Name               string // read, write, or shared by both
	Limit, Open, InUse int
	WaitCount          int64
	Waited             time.Duration
}

// Pools answers the state of each pool of connections.
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

// withStats tells Watch of a transaction, where there is one; call done when it is over.
func (d *DB) withStats(ctx context.Context) (done func()) {
	if d.Watch == nil {
		return func() {}
	}
	return d.Watch(ctx)
}
