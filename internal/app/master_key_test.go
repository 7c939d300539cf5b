package app_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"twofold/internal/app"
	"twofold/internal/config"
	"twofold/internal/keyring"
	"twofold/internal/test/apptest"
)

// The write-ahead log contains commits, as after a power cut.
func TestMasterKey_UnusableChangesNothing(t *testing.T) {
	t.Parallel()
	content := func(dir string) map[string][]byte { // without the -shm, which SQLite recreates for every first reader
		files := make(map[string][]byte)
		err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) == ".db-shm" {
				return err
			}
			files[path], err = os.ReadFile(filepath.Join(dir, path))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	copyFile := func(from, to string) {
		text, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	dir, killed := t.TempDir(), t.TempDir()
	h := apptest.StartIn(t, dir, apptest.NewClock(), "TWOFOLD_DATABASE_URL=sqlite:"+filepath.Join(dir, "twofold.db")) // a file, even in runs on PostgreSQL
	h.AddAccount(ada)
	for _, name := range []string{"twofold.db", "twofold.db-wal"} {
		copyFile(filepath.Join(h.Dir, name), filepath.Join(killed, name))
	}
	wrong := filepath.Join(t.TempDir(), "other.key")
	if _, err := keyring.CreateMaster(wrong); err != nil {
		t.Fatal(err)
	}
	corrupt := filepath.Join(t.TempDir(), "corrupt.key")
	right, err := os.ReadFile(filepath.Join(h.Dir, "master.key"))
	if err == nil {
		err = os.WriteFile(corrupt, right[:len(right)-9], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for outcome, c := range map[string]struct {
		key  string
		want error
	}{
		"wrong":   {wrong, keyring.ErrWrongMaster},
		"missing": {filepath.Join(killed, "no.key"), keyring.ErrNoMaster},
		"corrupt": {corrupt, keyring.ErrMalformedMaster},
	} {
		before := content(killed)
		settings, err := config.FromMap(map[string]string{
			"TWOFOLD_DATABASE_URL": "sqlite:" + filepath.Join(killed, "twofold.db"), "TWOFOLD_MASTER_KEY_FILE": c.key,
		})
		if err != nil {
			t.Fatal(err)
		}
		quiet := slog.New(slog.DiscardHandler)
		_, err = app.New(context.Background(), settings, app.Options{Contract: apptest.Contract(t), Page: apptest.Page, Log: quiet, Audit: quiet, Now: time.Now})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", outcome, err, c.want)
		}
		for name, text := range content(killed) {
			if !bytes.Equal(text, before[name]) {
				t.Errorf("%s: %s has changed", outcome, name)
			}
		}
	}
}
