package pgserver

import (
	"context"
	"fmt"
	"os/exec"
)

// Dump dumps a database to a file with pg_dump. The database may be in use.
func (s *Server) Dump(ctx context.Context, database, file string) error {
	return s.client(ctx, "pg_dump", "--format=custom", "--file="+file, "--dbname="+s.URL(database))
}

// Restore restores a dump into an empty database with pg_restore.
func (s *Server) Restore(ctx context.Context, database, file string) error {
	return s.client(ctx, "pg_restore", "--exit-on-error", "--single-transaction", "--dbname="+s.URL(database), file)
}

// client runs a client program of PostgreSQL.
func (s *Server) client(ctx context.Context, program string, args ...string) error {
	output, err := exec.CommandContext(ctx, path(s.bin, program), args...).CombinedOutput() //nolint:gosec // the installed PostgreSQL
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, output)
	}
	return nil
}
