package doctor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twofold/internal/doctor"
	"twofold/internal/test/apptest"
	"twofold/internal/test/pgserver"
)

// atServer returns an installation whose database is on PostgreSQL.
func atServer(t *testing.T, url, key string, settings ...string) *installation {
	t.Helper()
	return &installation{t: t, doctor: doctor.Doctor{Now: time.Now, Environ: append([]string{
		"TWOFOLD_DATABASE_URL=" + url, "TWOFOLD_MASTER_KEY_FILE=" + key, "TWOFOLD_LISTEN=127.0.0.1:0", "TWOFOLD_OPS_LISTEN=127.0.0.1:0",
	}, settings...)}}
}

func TestRun_HealthyPostgreSQL(t *testing.T) {
	t.Parallel()
	h := apptest.Replicas(t, 1)[0]
	key := filepath.Join(h.Dir, "master.key")
	p := atServer(t, h.Database, key)
	for _, about := range []string{"database", "writing", "time limits", "clock", "master key", "signing keys"} {
		p.reports(about, doctor.OK, "")
	}
	p.reports("commits", doctor.Warning, "fsync off") // the test server is not durable

	for _, query := range []string{"&statement_timeout=0", "&idle_in_transaction_session_timeout=0"} {
		atServer(t, h.Database+query, key).reports("time limits", doctor.Warning, "ALTER ROLE")
	}
	t.Run("clock of the server differs", func(t *testing.T) {
		for _, ahead := range []time.Duration{-time.Minute, time.Minute} {
			p.doctor.Now = func() time.Time { return time.Now().Add(-ahead) }
			p.reports("clock", doctor.Warning, ahead.String()[:2])
		}
	})
	t.Run("URL with a password", func(t *testing.T) {
		withPassword := strings.Replace(h.Database, "@", ":canary@", 1)
		if withPassword == h.Database {
			t.Fatalf("%s has no user", h.Database)
		}
		atServer(t, withPassword, key).reports("database", doctor.OK, "")
	})
}

func TestRun_PostgreSQLUnusable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "master.key")
	atServer(t, "postgres://twofold:canary@127.0.0.1:1/twofold", missing).reports("database", doctor.Failed, "Check that the server runs")
	atServer(t, pgserver.Shared(t).URL("nosuch"), missing).reports("database", doctor.Failed, "Check that the server runs")

	empty := pgserver.Database(t)
	atServer(t, empty, missing).reports("master key", doctor.Failed, "need the same")
	if err := os.WriteFile(missing, fmt.Appendln(nil, strings.Repeat("A", 43)+"="), 0o600); err != nil {
		t.Fatal(err)
	}
	atServer(t, empty, missing).reports("database", doctor.Warning, "does not exist yet")
	atServer(t, empty+"&search_path=nosuch", missing).reports("database", doctor.Failed, "none of the schemas in search_path exists")
	atServer(t, empty+"&target_session_attrs=standby", missing).reports("database", doctor.Failed, "set it to read-write")
}
