package pgserver

import (
	"context"
	"errors"
	"strings"
	"time"
)

// NewStandby starts a hot standby of the server, as a server of its own. From then on a commit on the primary is acknowledged
// after the standby has it on disk.
func (s *Server) NewStandby(ctx context.Context) (*Server, error) {
	standby, err := begin(ctx, s.bin, s.settings, "pg_basebackup", "--dbname="+s.URL("postgres"), "--checkpoint=fast", "--write-recovery-conf", "--no-sync")
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{"ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"} {
		if err := s.Exec(ctx, "postgres", statement); err != nil {
			return nil, errors.Join(err, standby.Close())
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		err := s.Exec(ctx, "postgres", "SELECT 1 / count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") // fails without a standby
		if err == nil {
			return standby, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(err, standby.Close())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Promote makes a standby a primary, and returns when it accepts writes.
func (s *Server) Promote(ctx context.Context) error {
	return s.Exec(ctx, "postgres", "SELECT pg_promote()")
}

// URLOfAll returns the URL of a database that is on several servers, with options as in target_session_attrs=primary.
func URLOfAll(database, options string, servers ...*Server) string {
	var hosts []string
	for _, s := range servers {
		hosts = append(hosts, s.Address())
	}
	return URLAt(strings.Join(hosts, ","), database) + "&" + options
}
