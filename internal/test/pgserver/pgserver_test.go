package pgserver_test

import (
	"context"
	"database/sql"
	"os"
	"testing"

	"twofold/internal/test/pgserver"
)

func TestServer_CommittedDataSurvivesCrash(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, err := pgserver.Start(ctx, "fsync=off")
	pgserver.RequireBinaries(t, err)
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Create(ctx, "one", ""); err != nil {
		t.Fatal(err)
	}
	for name, stop := range map[string]func() error{"stop": s.Stop, "crash": s.Crash} {
		if err := s.Exec(ctx, "one", "CREATE TABLE kept_"+name+" (id BIGINT)"); err != nil {
			t.Fatal(err)
		}
		if err := stop(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := s.Exec(ctx, "one", "SELECT 1"); err == nil {
			t.Errorf("after a %s the server still accepts connections", name)
		}
		if err := s.Resume(ctx); err != nil {
			t.Fatalf("resume after a %s: %v", name, err)
		}
		if err := s.Exec(ctx, "one", "SELECT * FROM kept_"+name); err != nil {
			t.Errorf("after a %s: %v", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Dir()); !os.IsNotExist(err) {
		t.Errorf("the directory still exists after Close: %v", err)
	}
}

func TestCloneDatabase_CopiesTemplate(t *testing.T) {
	t.Parallel()
	prepared := 0
	for range 2 {
		url := pgserver.CloneDatabase(t, "accounts", func(url string) error {
			prepared++
			db, err := sql.Open("pgx", url)
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }()
			_, err = db.Exec("CREATE TABLE accounts (id BIGINT)")
			return err
		})
		db, err := sql.Open("pgx", url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("INSERT INTO accounts VALUES (1)"); err != nil {
			t.Errorf("insert into a copy: %v", err)
		}
		var n int
		if err := db.QueryRow("SELECT count(*) FROM accounts").Scan(&n); err != nil || n != 1 {
			t.Errorf("a copy has %d rows, %v, want only its own", n, err)
		}
		_ = db.Close()
	}
	if prepared != 1 {
		t.Errorf("prepared %d times, want once", prepared)
	}
}
