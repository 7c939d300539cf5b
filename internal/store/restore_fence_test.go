package store

import (
	"slices"
	"testing"
	"time"

	"twofold/internal/test/queryplan"
)

func TestRevokeAll_RevokesNothingElse(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	pool, err := db.write.DB()
	must(t, err)
	must(t, queryplan.Database{DB: pool, Server: !db.singleWriter()}.Seed(ctx, 6, noon))
	for _, live := range []string{
		"UPDATE mfa_removals SET cancelled_at = 0 WHERE id = 'row-2'",
		"UPDATE devices SET expires_at = last_used_at * 2 WHERE id = 'row-2'",
		"UPDATE mfa_methods SET last_step = 7 WHERE id = 'row-2'",
		"UPDATE recovery_codes SET used_at = 0, retired_at = 0 WHERE id IN ('row-2', 'row-3')",
	} {
		must(t, db.write.Exec(live).Error)
	}
	tables := tablesOf(t, db)
	before := make(map[string]int)
	for table := range tables {
		before[table] = countRows(t, db, table)
	}

	done, err := RestoreState{db}.RevokeAll(ctx, noon, 9)
	must(t, err)
	gone := []string{"step_ups", "enrollments", "sessions", "sign_ins", "links", "pending_addresses", "reset_requests"}
	for table := range tables {
		want := before[table]
		switch {
		case slices.Contains(gone, table):
			want = 0
		case table == "mfa_removals": // the cancelled ones stay
			want--
		}
		if n := countRows(t, db, table); n != want || before[table] == 0 && table != "epochs" && table != "sealing_keysets" && table != "signing_keys" && table != "leases" {
			t.Errorf("%s has %d rows of %d, want %d", table, n, before[table], want)
		}
	}
	if done.Removals != 1 || done.Devices != 1 || done.Methods != 1 || done.Enrollments != before["enrollments"] || done.StepUps != before["step_ups"] {
		t.Errorf("got the counts %+v", done)
	}
	var known, early int
	must(t, db.read.Raw("SELECT count(*) FROM devices WHERE expires_at > ?", unixMicro{noon}).Scan(&known).Error)
	must(t, db.read.Raw("SELECT count(*) FROM mfa_methods WHERE last_step < 9").Scan(&early).Error)
	if known != 0 || early != 0 {
		t.Errorf("%d devices are not expired, and %d methods accept earlier codes, want none", known, early)
	}

	for _, want := range [][]string{{"row-1"}, nil} { // the account has two unused codes
		whose, err := RestoreState{db}.InvalidateRecoveryCodes(ctx, noon.Add(time.Hour))
		if err != nil || !slices.Equal(whose, want) {
			t.Errorf("codes of %v were invalidated, %v, want %v", whose, err, want)
		}
	}
	var retired int
	must(t, db.read.Raw("SELECT count(*) FROM recovery_codes WHERE retired_at = ? AND used_at = retired_at", unixMicro{noon.Add(time.Hour)}).Scan(&retired).Error)
	if retired != 2 {
		t.Errorf("%d codes were invalidated, want 2", retired)
	}
}
