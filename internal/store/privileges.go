package store

import (
	"context"
	"errors"
	"fmt"
)

// ErrDenied means that the database user lacks a privilege that Twofold needs.
var ErrDenied = errors.New("missing privilege")

// CheckCreate checks that this user may create tables, without creating any. It returns ErrDenied or ErrReadOnly. For an SQLite
// file it returns nil, because the file's permissions decide.
func (d *DB) CheckCreate(ctx context.Context) error {
	if d.createQuery == "" {
		return nil
	}
	var r struct {
		Role, Schema        string
		MayCreate, ReadOnly bool
	}
	if err := d.read.WithContext(ctx).Raw(d.createQuery).Scan(&r).Error; err != nil {
		return err
	}
	switch {
	case r.ReadOnly:
		return fmt.Errorf("%w: it has no tables yet, and the server is a standby or the role's transactions are read-only. Name the primary in TWOFOLD_DATABASE_URL", ErrReadOnly)
	case r.Schema == "":
		return fmt.Errorf("%w: none of the schemas in search_path exists, or role %q may not use them", ErrDenied, r.Role)
	case !r.MayCreate:
		return fmt.Errorf("%w: role %q may not create tables in schema %q. Make it the owner of the database, or run as the owner: GRANT USAGE, CREATE ON SCHEMA %q TO %q",
			ErrDenied, r.Role, r.Schema, r.Schema, r.Role)
	}
	return nil
}

// explainDenied returns an error of a migration with what to do about it, if PostgreSQL denied a privilege.
func (d *DB) explainDenied(err error) error {
	switch {
	case d.isDenied != nil && d.isDenied(err) && !errors.Is(err, ErrDenied):
		return fmt.Errorf("%w: migrate as the role that owns the tables: %w", ErrDenied, err)
	case d.isReadOnly != nil && d.isReadOnly(err) && !errors.Is(err, ErrReadOnly):
		return fmt.Errorf("%w: name the primary in TWOFOLD_DATABASE_URL: %w", ErrReadOnly, err)
	}
	return err
}
