package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/account"
)

func TestMigrated_BeforeAndAfter(t *testing.T) {
	t.Parallel()
	db := openDB(t, emptyDatabase(t), silent)
	if migrated, err := db.Migrated(ctx); err != nil || migrated {
		t.Errorf("Migrated() = %v, %v for an empty database, want false", migrated, err)
	}
	must(t, db.Migrate(ctx))
	if migrated, err := db.Migrated(ctx); err != nil || !migrated {
		t.Errorf("Migrated() = %v, %v after migrating, want true", migrated, err)
	}
}

func TestMigrate_ConcurrentProcesses(t *testing.T) {
	t.Parallel()
	at := emptyDatabase(t)
	started := concurrently(t, func(i int) (bool, error) {
		if i >= 8 {
			return false, nil
		}
		db, err := Open(string(at), Options{}, silent)
		if err != nil {
			return false, err
		}
		defer func() { _ = db.Close() }()
		if err := db.Migrate(ctx); err != nil {
			return false, err
		}
		return true, Accounts{db}.Insert(ctx, account.Account{ID: name("id", i), Email: name("ada", i), CreatedAt: noon, PasswordChangedAt: noon})
	})
	db := openMigrated(t, at)
	if n := countRows(t, db, "accounts"); n != started || started != 8 {
		t.Errorf("%d processes started and inserted %d accounts, want 8 and 8", started, n)
	}
	if n := countRows(t, db, "goose_db_version"); n != 1+migrationFiles(t) { // goose inserts version 0
		t.Errorf("%d migrations were recorded, want %d", n, 1+migrationFiles(t))
	}
}

func TestMigrate_CancelledContext(t *testing.T) {
	t.Parallel()
	db := openDB(t, emptyDatabase(t), silent)
	ended, end := context.WithCancel(ctx)
	end()
	if err := db.Migrate(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func migrationFiles(t *testing.T) int {
	t.Helper()
	files, err := migrations.ReadDir("migrations/sqlite")
	must(t, err)
	return len(files)
}

// newestFile returns the number of the newest migration, which its file name begins with.
func newestFile(t *testing.T) (number int64) {
	t.Helper()
	files, err := migrations.ReadDir("migrations/sqlite")
	must(t, err)
	_, err = fmt.Sscanf(files[len(files)-1].Name(), "%d_", &number)
	must(t, err)
	return number
}

func TestMigrate_DownAndUpAgain(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	before := schemaText(t, db)
	pool, done, err := db.migrator()
	must(t, err)
	defer func() { must(t, done()) }()
	provider, err := db.provider(pool)
	must(t, err)

	_, err = provider.DownTo(ctx, 0)
	must(t, err)
	if left := tablesOf(t, db); len(left) > 0 {
		t.Errorf("tables left after migrating down: %v", slices.Collect(maps.Keys(left)))
	}
	if migrated, err := db.Migrated(ctx); err != nil || migrated {
		t.Errorf("Migrated() = %v, %v after migrating down, want false", migrated, err)
	}
	must(t, db.Migrate(ctx))
	if diff := cmp.Diff(before, schemaText(t, db)); diff != "" {
		t.Errorf("the schema differs after migrating down and up, - before, + after:\n%s", diff)
	}
	insertAda(t, db)
}

func TestMigrate_AgainKeepsEverything(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	before := schemaText(t, db)
	must(t, db.Migrate(ctx))
	if diff := cmp.Diff(before, schemaText(t, db)); diff != "" {
		t.Errorf("the schema changed:\n%s", diff)
	}
	if n := countRows(t, db, "accounts"); n != 1 {
		t.Errorf("%d accounts after migrating again, want 1", n)
	}
}

// The schema was eleven files before it became one with the number 11. A database that the eleven made has the same tables and
// a row for each of them.
func TestMigrate_DatabaseOfTheElevenFilesIsCurrent(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	pool, done, err := db.migrator()
	must(t, err)
	defer func() { must(t, done()) }()
	provider, err := db.provider(pool)
	must(t, err)
	_, err = provider.DownTo(ctx, 11)
	must(t, err)
	must(t, db.write.Exec("DELETE FROM goose_db_version").Error)
	for version := range 12 { // goose inserts version 0
		must(t, db.write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, TRUE)", version).Error)
	}
	must(t, db.Migrate(ctx))
	must(t, db.Ready(ctx))
	if diff := cmp.Diff(schemaText(t, newDB(t)), schemaText(t, db)); diff != "" {
		t.Errorf("the schema differs from that of a new database, - new, + migrated:\n%s", diff)
	}
	if n := countRows(t, db, "accounts"); n != 1 {
		t.Errorf("%d accounts after migrating, want 1", n)
	}
}
