package store

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"twofold/internal/test/pgserver"
)

func TestPostgres_SettingsOfEveryConnection(t *testing.T) {
	t.Parallel()
	db, at := newPostgresDB(t)
	for name, want := range map[string]string{"statement_timeout": "10s", "idle_in_transaction_session_timeout": "20s", "application_name": "twofold"} {
		var got string
		must(t, db.read.Raw("SHOW "+name).Scan(&got).Error)
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	own := openDB(t, at+"&statement_timeout=100", silent)
	var got string
	must(t, own.read.Raw("SHOW statement_timeout").Scan(&got).Error)
	if got != "100ms" {
		t.Errorf("with a timeout in the URL it is %q, want 100ms", got)
	}
	if err := own.read.Exec("SELECT pg_sleep(5)").Error; err == nil {
		t.Error("a statement took longer than the timeout")
	}
}

func TestOpenReadOnly_PostgresChangesNothing(t *testing.T) {
	t.Parallel()
	db, at := newPostgresDB(t)
	insertAda(t, db)
	look := openReadOnly(t, at)
	if migrated, err := look.Migrated(ctx); err != nil || !migrated {
		t.Errorf("Migrated() = %v, %v, want true", migrated, err)
	}
	if err := insertsAccount(look, "bob")(ctx); err == nil || countRows(t, db, "accounts") != 1 {
		t.Error("an account was inserted into a read-only database")
	}
	err := look.InTx(ctx, func(ctx context.Context) error { return insertsAccount(look, "bob")(ctx) })
	if !hasCode(err, "25006") {
		t.Errorf("a transaction that inserts returned %v, want the server's error for read-only transactions", err)
	}
	for _, setting := range []string{"default_transaction_read_only", "application_name", "statement_timeout"} {
		var got string
		must(t, look.read.Raw("SELECT current_setting(?)", setting).Scan(&got).Error)
		if want := map[string]string{"application_name": "twofold", "statement_timeout": "10s"}[setting]; got != cmp.Or(want, "off") {
			t.Errorf("%s is %q: a session parameter that the documents do not name", setting, got)
		}
	}
	if err := look.Ready(ctx); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Ready() = %v for a read-only database, want ErrReadOnly", err)
	}
}

func TestOpenReadOnly_TargetSessionAttrs(t *testing.T) {
	t.Parallel()
	_, at := newPostgresDB(t) // on a primary
	for attrs, want := range map[string]error{
		"any": nil, "read-write": nil, "primary": nil, "prefer-standby": nil,
		"read-only": pgconn.ErrReadWriteConnection, "standby": pgconn.ErrPrimaryConnection,
	} {
		for what, open := range map[string]func(at string) (*DB, error){
			"Open":         func(at string) (*DB, error) { return Open(at, Options{}, silent) },
			"OpenReadOnly": func(at string) (*DB, error) { return OpenReadOnly(at, silent) },
		} {
			db, err := open(string(at) + "&target_session_attrs=" + attrs)
			if !errors.Is(err, want) || (want != nil) != strings.Contains(Advice(err), "read-write") {
				t.Errorf("%s: %s returned %v, want %v", attrs, what, err, want)
			}
			if err != nil {
				continue
			}
			if migrated, err := db.Migrated(ctx); err != nil || !migrated {
				t.Errorf("%s: Migrated() = %v, %v, want true", attrs, migrated, err)
			}
			must(t, db.Close())
		}
	}
}

// The role and the database have a limit too, which a connection pooler may require (docs/install.md).
func TestMigrate_HasNoTimeLimit(t *testing.T) {
	t.Parallel()
	oncePerRun(t)
	admin, at := newPostgresDB(t)
	role, as := newRole(t, admin, at)
	executeEach(t, admin, `ALTER ROLE "`+role+`" SET statement_timeout = '7s'`)
	for _, query := range []databaseURL{"", "&statement_timeout=100", "&options=-c%20statement_timeout%3D100"} {
		pool, done, err := openDB(t, as+query, silent).migrator()
		must(t, err)
		tx, err := pool.BeginTx(ctx, nil)
		must(t, err)
		var limit string
		must(t, tx.QueryRow("SHOW statement_timeout").Scan(&limit))
		if limit != "0" {
			t.Errorf("%q: statement_timeout is %s in a migration, want none", query, limit)
		}
		must(t, errors.Join(tx.Commit(), done()))
	}
}

func TestOpen_UnreachableServer(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"postgres://ada:secret@127.0.0.1:1/twofold", pgserver.Shared(t).URL("nosuch")} {
		_, err := Open(at, Options{}, silent)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q) returned %v, want an error without the password", at, err)
		}
	}
}
