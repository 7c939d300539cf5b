package doctor_test

import (
	"os"
	"testing"

	"twofold/internal/doctor"
)

func TestARestoredDatabaseIsSaid(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.sql("UPDATE epochs SET lineage = 'ours', beat = 5")
	for seen, c := range map[string]struct {
		state doctor.State
		word  string
	}{
		`{"lineage": "ours", "epoch": 1, "beat": 6}`:   {doctor.OK, "epoch 1 began"},
		`{"lineage": "ours", "epoch": 1, "beat": 7}`:   {doctor.Failed, "older than what was served here before"},
		`{"lineage": "ours", "epoch": 2, "beat": 1}`:   {doctor.Failed, "older than what was served here before"},
		`{"lineage": "theirs", "epoch": 9, "beat": 9}`: {doctor.OK, "epoch 1 began"}, // nobody has an account in ours
	} {
		if err := os.WriteFile(p.path("twofold.db.epoch"), []byte(seen), 0o600); err != nil {
			t.Fatal(err)
		}
		p.says("restored", c.state, c.word)
	}
	p.sql("UPDATE epochs SET doubt = 'backup', doubted_at = 1")
	p.says("restored", doctor.Failed, "twofold restore-fence")
}
