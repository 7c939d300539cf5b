package store

import (
	"testing"
	"time"

	"twofold/internal/test/pgserver"
)

// openReadOnly opens a database with OpenReadOnly.
func openReadOnly(t *testing.T, at databaseURL) *DB {
	t.Helper()
	db, err := OpenReadOnly(string(at), silent)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestVersion_OfReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	at := migratedDatabase(t)
	must(t, openDB(t, at, silent).write.Exec("UPDATE goose_db_version SET version_id = 5 WHERE version_id > 5").Error)
	if has, err := openReadOnly(t, at).Version(ctx); err != nil || has != 5 {
		t.Errorf("version %d, %v, want 5", has, err)
	}
}

func TestDiagnostics_SQLite(t *testing.T) {
	t.Parallel()
	at := sqliteURL(t.TempDir() + "/twofold.db")
	openMigrated(t, at)
	db := openReadOnly(t, at)
	if are, should, err := db.Durability(ctx); err != nil || are != should {
		t.Errorf("durability is %q, want %q, %v", are, should, err)
	}
	if writable, err := db.Writable(ctx); err != nil || !writable {
		t.Errorf("Writable() = %v, %v, want true", writable, err)
	}
	if _, hasClock, err := db.ServerTime(ctx); err != nil || hasClock {
		t.Errorf("has a clock: %v, %v, want false", hasClock, err)
	}
}

func TestDiagnostics_Postgres(t *testing.T) {
	t.Parallel()
	at := databaseURL(pgserver.Database(t))
	owner := openMigrated(t, at)
	db := openReadOnly(t, at)
	if are, should, err := db.Durability(ctx); err != nil || are != "fsync off, synchronous_commit off" || should != "fsync on, synchronous_commit on" {
		t.Errorf("durability is %q, want %q, %v", are, should, err)
	}
	if clock, hasClock, err := db.ServerTime(ctx); err != nil || !hasClock || time.Since(clock).Abs() > 10*time.Second {
		t.Errorf("the server's time is %v, %v, %v", clock, hasClock, err)
	}
	if writable, err := db.Writable(ctx); err != nil || !writable {
		t.Errorf("Writable() = %v, %v, want true", writable, err)
	}
	if err := db.write.Exec("DELETE FROM accounts").Error; err == nil {
		t.Error("a read-only database was written to")
	}
	must(t, owner.write.Exec("CREATE ROLE reader LOGIN").Error)
	must(t, owner.write.Exec("GRANT SELECT ON accounts TO reader").Error)
	if writable, err := openReadOnly(t, at+"&role=reader").Writable(ctx); err != nil || writable {
		t.Errorf("for a role that may only read: Writable() = %v, %v, want false", writable, err)
	}
}

func TestServer_TimeAndStandby(t *testing.T) {
	t.Parallel()
	db, _ := newPostgresDB(t)
	before := time.Now().Add(-time.Second)
	clock, standby, err := db.Server(ctx)
	if err != nil || standby || clock.Before(before) || clock.After(time.Now().Add(time.Second)) {
		t.Errorf("the time is %v, standby %t, %v", clock, standby, err)
	}
}
