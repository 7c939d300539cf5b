package store

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"twofold/internal/retention"
)

// wantLookUp wants a plan that walks no table and sorts nothing, and whose first step is along an index.
func wantLookUp(t *testing.T, db *DB, index, sql string, args ...any) {
	t.Helper()
	var steps []struct{ Detail string }
	must(t, db.read.Raw("EXPLAIN QUERY PLAN "+sql, args...).Scan(&steps).Error)
	found := false
	for _, s := range steps {
		if strings.HasPrefix(s.Detail, "SCAN ") || strings.Contains(s.Detail, "TEMP B-TREE") {
			t.Errorf("%s\nreads more than it needs: %s", sql, s.Detail)
		}
		found = found || strings.Contains(s.Detail, "INDEX "+index+" ")
	}
	if !found {
		t.Errorf("%s\ndoes not use %s: %v", sql, index, steps)
	}
}

func TestEveryPurgeIsAnIndexLookUp(t *testing.T) {
	t.Parallel()
	db := freshFile(t)
	indexes := map[retention.Thing]string{
		retention.Sessions: "sessions_ended", retention.SignIns: "sign_ins_ended", retention.StepUps: "step_ups_ended",
		retention.PendingAddresses: "pending_addresses_ended", retention.Links: "links_ended", retention.LinkMails: "link_mails_made",
		retention.ResetRequests: "reset_requests_made", retention.Devices: "devices_ended", retention.PasswordAttempts: "attempts_at_passwords",
		retention.StrayAttempts: "attempts_apart", retention.SentMails: "outbox_sent", retention.LostMails: "outbox_given_up",
		retention.Removals: "mfa_removals_cancelled",
	}
	for _, thing := range slices.Sorted(maps.Keys(graves)) {
		d := graves[thing]
		wantLookUp(t, db, indexes[thing], d.statement(), d.args(noon, 500)...)
	}
	wantLookUp(t, db, "devices_ended", remember, stamp{noon}, 500, stamp{noon})
	for index, do := range map[string]func(db *DB) error{
		"enrollments_ended":           func(db *DB) error { _, err := Methods{db}.OverEnrollments(ctx, noon, 500); return err },
		"sqlite_autoindex_activity_1": func(db *DB) error { _, err := Activity{db}.Recorded(ctx, "", 500); return err },
		"sqlite_autoindex_activity_2": func(db *DB) error { _, err := Activity{db}.Oldest(ctx, "ada", 500); return err },
	} {
		sql, args := spoken(t, db, do)
		wantLookUp(t, db, index, sql, args...)
	}
}

// spoken is the statement that do would read with.
func spoken(t *testing.T, db *DB, do func(db *DB) error) (sql string, args []any) {
	t.Helper()
	dry := db.read.Session(&gorm.Session{DryRun: true})
	must(t, dry.Callback().Query().After("gorm:query").Register("test:spoken", func(tx *gorm.DB) {
		sql, args = tx.Statement.SQL.String(), tx.Statement.Vars
	}))
	defer func() { must(t, dry.Callback().Query().Remove("test:spoken")) }()
	must(t, do(&DB{read: dry, write: dry}))
	if sql == "" {
		t.Fatal("nothing was spoken")
	}
	return sql, args
}
