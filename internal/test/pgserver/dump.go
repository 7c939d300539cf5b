package pgserver

import (
	"context"
	"fmt"
	"os/exec"
)

// Dump writes a database into a file, while it is used, as an operator does.
func (s *Server) Dump(ctx context.Context, database, file string) error {
	return s.client(ctx, "pg_dump", "--format=custom", "--file="+file, "--dbname="+s.URL(database))
}

// Restore fills an empty database with what Dump wrote.
func (s *Server) Restore(ctx context.Context, database, file string) error {
	return s.client(ctx, "pg_restore", "--exit-on-error", "--single-transaction", "--dbname="+s.URL(database), file)
}

func (s *Server) client(ctx context.Context, program string, args ...string) error {
	said, err := exec.CommandContext(ctx, path(s.bin, program), args...).CombinedOutput() //nolint:gosec // of the machine's PostgreSQL
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, said)
	}
	return nil
}
