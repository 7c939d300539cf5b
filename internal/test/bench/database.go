package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"twofold/internal/keyring"
	"twofold/internal/test/pgserver"
)

// databaseKind creates databases of one kind: SQLite or PostgreSQL.
type databaseKind struct {
	name    string
	dir     string
	server  *pgserver.Server // nil for SQLite
	created int              // number of databases, for their names
}

// database locates a database and the file of its master key.
type database struct {
	url, masterKey string
	postgres       bool
}

func newDatabaseKind(ctx context.Context, kind, dir string) (*databaseKind, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	k := &databaseKind{dir: dir}
	switch kind {
	case "sqlite":
		k.name = "SQLite with synchronous=FULL"
	case "postgres":
		server, err := pgserver.Start(ctx, "shared_buffers=512MB", "max_wal_size=4GB")
		if err != nil {
			return nil, err
		}
		k.name, k.server = "PostgreSQL", server
	default:
		return nil, fmt.Errorf("unknown kind of database %q", kind)
	}
	return k, nil
}

func (k *databaseKind) close() error {
	if k.server == nil {
		return nil
	}
	return k.server.Close()
}

// create creates an empty database.
func (k *databaseKind) create(ctx context.Context) (database, error) {
	k.created++
	dir := filepath.Join(k.dir, fmt.Sprint(k.created))
	d := database{url: "sqlite:" + filepath.Join(dir, "twofold.db"), masterKey: filepath.Join(dir, "master.key")}
	if err := os.Mkdir(dir, 0o700); err != nil || k.server == nil {
		return d, err
	}
	if _, err := keyring.CreateMaster(d.masterKey); err != nil {
		return d, err
	}
	d.url, d.postgres = k.server.URL("bench_"+fmt.Sprint(k.created)), true
	return d, k.server.Create(ctx, "bench_"+fmt.Sprint(k.created), "")
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
