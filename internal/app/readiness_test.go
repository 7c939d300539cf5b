package app_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"twofold/internal/test/apptest"
)

func TestReadiness_DamagedDatabase(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ reason, damage, repair string }{
		"missing table": {
			"database_unreachable", "ALTER TABLE goose_db_version RENAME TO gone", "ALTER TABLE gone RENAME TO goose_db_version",
		},
		"older schema": {
			"schema_older", "UPDATE goose_db_version SET version_id = -version_id", "UPDATE goose_db_version SET version_id = 0 - version_id",
		},
		"read-only database": {
			"database_read_only", "ALTER TABLE outbox RENAME TO gone", "ALTER TABLE gone RENAME TO outbox",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t)
			db := h.OpenDatabase(t)
			h.WantReady()
			for _, statement := range []string{c.damage, c.repair} {
				if _, err := db.Exec(statement); err != nil {
					t.Fatal(err)
				}
				if statement == c.damage {
					h.WantUnready(c.reason)
				}
			}
			h.WantReady()
			h.Script("").Do("GET", "/healthz", nil).Require(200, "")
		})
	}
}

func TestReadiness_CorruptFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "twofold.db")
	h := apptest.Start(t, "TWOFOLD_DATABASE_URL=sqlite:"+file)
	direct, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = direct.Close() }()
	if _, err := direct.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, make([]byte, len(whole)), 0o600); err != nil {
		t.Fatal(err)
	}
	h.WantUnready("database_unreachable")
	h.Script("").SignIn(ada).Require(503, "unavailable")
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	// A write makes every connection notice the restored file.
	if _, err := direct.Exec("PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	h.WantReady()
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
}

func TestReadiness_LockedDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "twofold.db")
	h := apptest.Start(t, "TWOFOLD_DATABASE_URL=sqlite:"+file)
	h.AddAccount(ada)
	live := h.SignedIn(ada)
	holder, err := sql.Open("sqlite", "file:"+file+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Close() }()
	tx, err := holder.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var asking sync.WaitGroup
	for _, word := range []string{apptest.Password, "what an attacker guesses"} { // no sign-in, and no uncounted guess
		asking.Go(func() {
			if a := h.Script("").SignIn(ada, JSON{"password": word}); a.Status != 503 || a.Code() != "unavailable" {
				t.Errorf("sign-in returned %d %s, want 503 unavailable", a.Status, a.Body)
			}
		})
	}
	h.WantUnready("database_read_only")
	live.Do("GET", "/api/v1/account", nil).Require(200, "")
	asking.Wait()
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	h.WantReady()
	h.SignedIn(ada)
}
