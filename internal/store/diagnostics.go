package store

import (
	"context"
	"time"
)

// Durability returns the settings that decide whether a commit is on disk, as they are and as they should be.
func (d *DB) Durability(ctx context.Context) (got, want string, err error) {
	err = d.read.WithContext(ctx).Raw(d.durabilityQuery).Scan(&got).Error
	return got, d.wantDurability, err
}

// Writable reports whether the server lets this user write. A standby does not. For an SQLite file it returns true, because
// only the file's permissions decide.
func (d *DB) Writable(ctx context.Context) (writable bool, err error) {
	if d.writableQuery == "" {
		return true, nil
	}
	err = d.read.WithContext(ctx).Raw(d.writableQuery).Scan(&writable).Error
	return writable, err
}

// Limited reports whether the server limits the time of statements and of idle transactions. A connection pooler may have dropped
// the limits that this program sets. For an SQLite file it returns true.
func (d *DB) Limited(ctx context.Context) (limited bool, err error) {
	if d.limitsQuery == "" {
		return true, nil
	}
	err = d.read.WithContext(ctx).Raw(d.limitsQuery).Scan(&limited).Error
	return limited, err
}

// ServerTime returns the server's time. For an SQLite file, hasClock is false.
func (d *DB) ServerTime(ctx context.Context) (at time.Time, hasClock bool, err error) {
	if d.clockQuery == "" {
		return time.Time{}, false, nil
	}
	err = d.read.WithContext(ctx).Raw(d.clockQuery).Scan(&at).Error
	return at, true, err
}

// Server returns the time of a PostgreSQL server, and whether the server is a standby.
func (d *DB) Server(ctx context.Context) (clock time.Time, standby bool, err error) {
	var r struct {
		Clock   unixMicro
		Standby bool
	}
	err = d.read.WithContext(ctx).
		Raw("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS clock, pg_is_in_recovery() AS standby").Scan(&r).Error
	return r.Clock.Time, r.Standby, err
}
