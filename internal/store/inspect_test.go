package store

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"
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
	if has, err := looked.Version(context.Background()); err != nil || has != 5 {
		t.Errorf("has %d, %v, want 5", has, err)
	}
	if mode, err := looked.Journal(context.Background()); err != nil || mode != "wal" {
		t.Errorf("got %q, %v", mode, err)
	}
}

func TestAServerTellsItsTime(t *testing.T) {
	t.Parallel()
	db, _ := server(t)
	before := time.Now().Add(-time.Second)
	clock, standby, err := db.Server(ctx)
	if err != nil || standby || clock.Before(before) || clock.After(time.Now().Add(time.Second)) {
		t.Errorf("it is %v, a standby: %t, %v", clock, standby, err)
	}
}
