package store

import (
	"context"
	"time"
)

// Journal answers how commits reach the file: wal, as it should be, or what somebody made of it.
func (d *DB) Journal(ctx context.Context) (mode string, err error) {
	err = d.read.WithContext(ctx).Raw("PRAGMA journal_mode").Scan(&mode).Error
	return mode, err
}

// Server answers what a PostgreSQL server's clock says, and whether it only follows another.
func (d *DB) Server(ctx context.Context) (clock time.Time, standby bool, err error) {
	var r struct {
		Clock   stamp
		Standby bool
	}
	err = d.read.WithContext(ctx).
		Raw("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS clock, pg_is_in_recovery() AS standby").Scan(&r).Error
	return r.Clock.Time, r.Standby, err
}
