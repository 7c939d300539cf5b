package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"twofold/internal/keyring"
	"twofold/internal/test/pgserver"
)

// databaseKind is where databases of one kind are made.
type databaseKind struct {
	name   string
	dir    string
	server *pgserver.Server // nil: SQLite
	made   int
}

// database is one: where it is, and under which master key.
type database struct {
	url, master string
	server      bool // PostgreSQL's
}

func newPlace(ctx context.Context, kind, dir string) (*databaseKind, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	p := &databaseKind{dir: dir}
	switch kind {
	case "sqlite":
		p.name = "SQLite with synchronous=FULL"
	case "postgres":
		server, err := pgserver.Start(ctx, "shared_buffers=512MB", "max_wal_size=4GB")
		if err != nil {
			return nil, err
		}
		p.name, p.server = "PostgreSQL", server
	default:
		return nil, errors.New("there is no such kind of database")
	}
	return p, nil
}

func (p *databaseKind) close() error {
	if p.server == nil {
		return nil
	}
	return p.server.Close()
}

// fresh is a new, empty database.
func (p *databaseKind) fresh(ctx context.Context) (database, error) {
	p.made++
	dir := filepath.Join(p.dir, fmt.Sprint(p.made))
	at := database{url: "sqlite:" + filepath.Join(dir, "twofold.db"), master: filepath.Join(dir, "master.key")}
	if err := os.Mkdir(dir, 0o700); err != nil || p.server == nil {
		return at, err
	}
	if _, err := keyring.CreateMaster(at.master); err != nil {
		return at, err
	}
	at.url, at.server = p.server.URL("bench_"+fmt.Sprint(p.made)), true
	return at, p.server.Create(ctx, "bench_"+fmt.Sprint(p.made), "")
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
