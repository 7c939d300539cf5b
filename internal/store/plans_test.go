package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"twofold/internal/retention"
	"twofold/internal/test/queryplan"
)

// fewRows is a small part of the rows of the seeded database.
const fewRows = 3

// requireIndex requires that no statement of do scans a whole table, and that one uses an index whose name begins so.
func requireIndex(t *testing.T, seeded queryplan.Database, index string, do func(ctx context.Context) error) {
	t.Helper()
	type sent struct {
		statement string
		values    []any
	}
	var statements []sent
	must(t, do(WithStats(ctx, &QueryStats{OnStatement: func(statement string, values []any) {
		statements = append(statements, sent{statement, slices.Clone(values)})
	}})))
	found := false
	for _, s := range statements {
		scans, err := seeded.FullScans(ctx, s.statement, s.values)
		must(t, err)
		for _, scan := range scans {
			t.Errorf("%s\n%s", s.statement, scan)
		}
		indexes, err := seeded.Indexes(ctx, s.statement, s.values)
		must(t, err)
		found = found || slices.ContainsFunc(indexes, func(name string) bool { return strings.HasPrefix(name, index) })
	}
	if !found {
		t.Errorf("%v\ndoes not use %s", statements, index)
	}
}

func TestPlans_UnicodeAddressesUseAnIndex(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	pool, err := db.write.DB()
	must(t, err)
	seeded := queryplan.Database{DB: pool, Server: !db.singleWriter()}
	must(t, seeded.Seed(ctx, 10000, noon))
	requireIndex(t, seeded, "accounts_with_unicode_address", func(ctx context.Context) error {
		_, err := Accounts{db}.WithUnicodeAddress(ctx)
		return err
	})
}

func TestPlans_PurgesUseAnIndex(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	pool, err := db.write.DB()
	must(t, err)
	seeded := queryplan.Database{DB: pool, Server: !db.singleWriter()}
	must(t, seeded.Seed(ctx, 10000, noon))
	indexes := map[retention.Category]string{
		retention.Sessions: "sessions_ended", retention.SignIns: "sign_ins_ended", retention.StepUps: "step_ups_ended",
		retention.PendingAddresses: "pending_addresses_ended", retention.Links: "links_ended", retention.LinkMails: "link_mails_made",
		retention.ResetRequests: "reset_requests_made", retention.Devices: "devices_ended", retention.PasswordAttempts: "attempts_at_passwords",
		retention.OrphanedAttempts: "attempts_apart", retention.SentMails: "outbox_sent", retention.FailedMails: "outbox_given_up",
		retention.Removals: "mfa_removals_cancelled",
	}
	for _, category := range slices.Sorted(maps.Keys(purgeRules)) {
		requireIndex(t, seeded, indexes[category], func(ctx context.Context) error {
			_, err := Retention{db}.Purge(ctx, category, noon, fewRows)
			return err
		})
	}
	ids, numbers := "sqlite_autoindex_activity_1", "sqlite_autoindex_activity_2"
	if seeded.Server {
		ids, numbers = "activity_pkey", "activity_account_id_number_key"
	}
	for index, do := range map[string]func(ctx context.Context) error{
		"enrollments_ended": func(ctx context.Context) error {
			_, err := Methods{db}.ExpiredEnrollments(ctx, noon, fewRows)
			return err
		},
		ids:                 func(ctx context.Context) error { _, err := Activity{db}.EntriesAfter(ctx, "", fewRows); return err },
		numbers:             func(ctx context.Context) error { _, err := Activity{db}.Oldest(ctx, "row-7", fewRows); return err },
		"outbox_waiting":    func(ctx context.Context) error { _, _, err := Outbox{db}.Waiting(ctx); return err },
		"outbox_topics":     func(ctx context.Context) error { _, err := Outbox{db}.Undelivered(ctx, "removal:7"); return err },
		"mfa_removals_open": func(ctx context.Context) error { _, err := Removals{db}.Open(ctx); return err },
	} {
		requireIndex(t, seeded, index, do)
	}
}

// gorm builds a subquery as a statement of its own, which is not sent.
func TestStats_SubqueryIsNoStatement(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	var stats QueryStats
	must(t, Devices{db}.Prune(WithStats(ctx, &stats), "ada", noon, 1))
	if stats.Statements() != 1 {
		t.Errorf("%d statements, want 1", stats.Statements())
	}
}
