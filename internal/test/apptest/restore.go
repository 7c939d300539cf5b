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

// Backup backs the house's database up while it runs, as an operator does, and answers how to restore that: the house
// stops, its database is the backup, and it starts again.
func (h *Server) Backup() (restore func(settings ...string) *Server) {
	h.T.Helper()
	file := filepath.Join(h.T.TempDir(), "backup")
	if h.UsesPostgres() {
		server := pgserver.Shared(h.T)
		h.must(server.Dump(context.Background(), nameIn(h.Database), file))
		return h.again(func() error {
			at := pgserver.Database(h.T)
			if err := server.Restore(context.Background(), nameIn(at), file); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(h.Dir, note), []byte(at), 0o600)
		})
	}
	c, err := config.FromMap(h.environment(nil))
	h.must(err)
	h.must(app.Backup(context.Background(), c, file, h.Clock.Now(), slog.New(slog.DiscardHandler)))
	return h.again(func() error { return h.put(file) })
}

// Copy is Backup by means that know nothing of Twofold: of a file, that stands still meanwhile.
func (h *Server) Copy() (restore func(settings ...string) *Server) {
	h.T.Helper()
	if h.UsesPostgres() {
		return h.Backup()
	}
	file := filepath.Join(h.T.TempDir(), "copy")
	h.must(errors.Join(h.App.Close(), copyTo(h.path(), file)))
	h.server.Close()
	h.server = nil
	return h.again(func() error { return h.put(file) })
}

// again stops the house, does something, and starts it again.
func (h *Server) again(do func() error) func(settings ...string) *Server {
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

// put puts a file in the place of the database, whose log goes with it.
func (h *Server) put(file string) error {
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

// nameIn is the name in a database's URL.
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
