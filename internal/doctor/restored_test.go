package doctor_test

import (
	"os"
	"testing"

	"twofold/internal/doctor"
)

func TestRun_RestoredDatabase(t *testing.T) {
	t.Parallel()
	p := newInstallation(t)
	p.sql("UPDATE epochs SET lineage = 'ours', beat = 5")
	for seen, c := range map[string]struct {
		state doctor.State
		word  string
	}{
		`{"lineage": "ours", "epoch": 1, "beat": 6}`:   {doctor.OK, "generation 1 started"},
		`{"lineage": "ours", "epoch": 1, "beat": 7}`:   {doctor.Failed, "older than the database that was served here before"},
		`{"lineage": "ours", "epoch": 2, "beat": 1}`:   {doctor.Failed, "older than the database that was served here before"},
		`{"lineage": "theirs", "epoch": 9, "beat": 9}`: {doctor.OK, "generation 1 started"}, // no alarm, because the database has no accounts
	} {
		if err := os.WriteFile(p.path("twofold.db.epoch"), []byte(seen), 0o600); err != nil {
			t.Fatal(err)
		}
		p.reports("restored", c.state, c.word)
	}
	p.sql("UPDATE epochs SET doubt = 'backup', doubted_at = 1")
	p.reports("restored", doctor.Failed, "twofold restore-fence")
}
