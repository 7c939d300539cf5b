package store

import (
	"context"
	"time"
)

// Durability answers how commits are kept, and how they should be.
func (d *DB) Durability(ctx context.Context) (are, should string, err error) {
	err = d.read.WithContext(ctx).Raw(d.commitsQuery).Scan(&are).Error
	return are, d.durabilityQuery, err
}

// Writable says whether the server lets this user change what is kept: a standby does not. Of a file only the file
// system knows.
func (d *DB) Writable(ctx context.Context) (can bool, err error) {
	if d.writableQuery == "" {
		return true, nil
	}
	err = d.read.WithContext(ctx).Raw(d.writableQuery).Scan(&can).Error
	return can, err
}

// ServerTime reads the server's clock. A file has none: own is false.
func (d *DB) ServerTime(ctx context.Context) (at time.Time, own bool, err error) {
	if d.clockQuery == "" {
		return time.Time{}, false, nil
	}
	err = d.read.WithContext(ctx).Raw(d.clockQuery).Scan(&at).Error
	return at, true, err
}

// Server answers what a PostgreSQL server's clock says, and whether it only follows another.
func (d *DB) Server(ctx context.Context) (clock time.Time, standby bool, err error) {
	var r struct {
		Clock   unixMicro
		Standby bool
	}
	err = d.read.WithContext(ctx).
		Raw("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS clock, pg_is_in_recovery() AS standby").Scan(&r).Error
	return r.Clock.Time, r.Standby, err
}
