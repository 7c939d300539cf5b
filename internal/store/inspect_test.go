package store

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
)

func TestADatabaseThatIsLookedAtSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "twofold.db")
	db, err := Open(url, Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := db.write.Exec("DELETE FROM goose_db_version WHERE version_id > 5").Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	looked, err := OpenReadOnly(url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = looked.Close() }()
	has, knows, err := looked.Schema(context.Background())
	if err != nil || has != 5 || knows < 6 {
		t.Errorf("has %d, knows %d, %v", has, knows, err)
	}
	if mode, err := looked.Journal(context.Background()); err != nil || mode != "wal" {
		t.Errorf("got %q, %v", mode, err)
	}
}
