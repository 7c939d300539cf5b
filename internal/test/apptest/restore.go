package apptest

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"twofold/internal/app"
	"twofold/internal/config"
	"twofold/internal/test/pgserver"
)

// Backup backs up the database of the running server, as an operator does. The returned function stops the server,
// restores the backup and starts the server again.
func (h *Server) Backup() (restore func(settings ...string) *Server) {
	h.T.Helper()
	file := filepath.Join(h.T.TempDir(), "backup")
	if h.UsesPostgres() {
		server := pgserver.Shared(h.T)
		h.must(server.Dump(context.Background(), nameIn(h.Database), file))
		return h.restart(func() error {
			at := pgserver.Database(h.T)
			if err := server.Restore(context.Background(), nameIn(at), file); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(h.Dir, urlFile), []byte(at), 0o600)
		})
	}
	c, err := config.FromMap(h.environment(nil))
	h.must(err)
	h.must(app.Backup(context.Background(), c, file, h.Clock.Now(), slog.New(slog.DiscardHandler)))
	return h.restart(func() error { return h.replace(file) })
}

// Copy is Backup by a copy of the SQLite file while the server is stopped. On PostgreSQL it is the same as Backup.
func (h *Server) Copy() (restore func(settings ...string) *Server) {
	h.T.Helper()
	if h.UsesPostgres() {
		return h.Backup()
	}
	file := filepath.Join(h.T.TempDir(), "copy")
	h.must(errors.Join(h.App.Close(), copyTo(h.path(), file)))
	h.server.Close()
	h.server = nil
	return h.restart(func() error { return h.replace(file) })
}

// restart returns a function that stops the server, calls do, and starts the server again.
func (h *Server) restart(do func() error) func(settings ...string) *Server {
	return func(settings ...string) *Server {
		h.T.Helper()
		h.Stop()
		h.must(do())
		if h.Mailbox != nil {
			settings = append(settings, h.Mailbox.Setting())
		}
		started := StartIn(h.T, h.Dir, h.Clock, append(settings, "TWOFOLD_PUBLIC_URL="+h.URL)...)
		started.Mailbox = h.Mailbox
		return started
	}
}

func (h *Server) path() string { return strings.TrimPrefix(h.Database, "sqlite:") }

// replace replaces the database with a file and deletes its write-ahead log.
func (h *Server) replace(file string) error {
	for _, ending := range []string{"-wal", "-shm"} {
		if err := os.Remove(h.path() + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return copyTo(file, h.path())
}

func copyTo(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// nameIn returns the database's name in a URL.
func nameIn(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}

func (h *Server) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}
