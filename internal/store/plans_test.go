package store

import (
	"context"
	"maps"
	"slices"
	"testing"

	"twofold/internal/retention"
	"twofold/internal/test/queryplan"
)

// some is a small part of what a filled database holds.
const some = 3

// wantLookUp wants do to send statements that read nothing but what they need, one of which goes along the index.
func wantLookUp(t *testing.T, ground queryplan.Database, index string, do func(ctx context.Context) error) {
	t.Helper()
	type said struct {
		statement string
		values    []any
	}
	var heard []said
	must(t, do(WithStats(ctx, &QueryStats{OnStatement: func(statement string, values []any) {
		heard = append(heard, said{statement, slices.Clone(values)})
	}})))
	found := false
	for _, s := range heard {
		faults, err := ground.FullScans(ctx, s.statement, s.values)
		must(t, err)
		for _, fault := range faults {
			t.Errorf("%s\n%s", s.statement, fault)
		}
		indexes, err := ground.Indexes(ctx, s.statement, s.values)
		must(t, err)
		found = found || slices.Contains(indexes, index)
	}
	if !found {
		t.Errorf("%v\ndoes not use %s", heard, index)
	}
}

func TestEveryPurgeIsAnIndexLookUp(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	pool, err := db.write.DB()
	must(t, err)
	ground := queryplan.Database{DB: pool, Server: !db.singleWriter()}
	must(t, ground.Seed(ctx, 10000, noon))
	indexes := map[retention.Category]string{
		retention.Sessions: "sessions_ended", retention.SignIns: "sign_ins_ended", retention.StepUps: "step_ups_ended",
		retention.PendingAddresses: "pending_addresses_ended", retention.Links: "links_ended", retention.LinkMails: "link_mails_made",
		retention.ResetRequests: "reset_requests_made", retention.Devices: "devices_ended", retention.PasswordAttempts: "attempts_at_passwords",
		retention.OrphanedAttempts: "attempts_apart", retention.SentMails: "outbox_sent", retention.FailedMails: "outbox_given_up",
		retention.Removals: "mfa_removals_cancelled",
	}
	for _, thing := range slices.Sorted(maps.Keys(purgeRules)) {
		wantLookUp(t, ground, indexes[thing], func(ctx context.Context) error {
			_, err := Retention{db}.Purge(ctx, thing, noon, some)
			return err
		})
	}
	ids, numbers := "sqlite_autoindex_activity_1", "sqlite_autoindex_activity_2"
	if ground.Server {
		ids, numbers = "activity_pkey", "activity_account_id_number_key"
	}
	for index, do := range map[string]func(ctx context.Context) error{
		"enrollments_ended": func(ctx context.Context) error { _, err := Methods{db}.ExpiredEnrollments(ctx, noon, some); return err },
		ids:                 func(ctx context.Context) error { _, err := Activity{db}.EntriesAfter(ctx, "", some); return err },
		numbers:             func(ctx context.Context) error { _, err := Activity{db}.Oldest(ctx, "row-7", some); return err },
		"outbox_waiting":    func(ctx context.Context) error { _, _, err := Outbox{db}.Waiting(ctx); return err },
		"outbox_topics":     func(ctx context.Context) error { _, err := Outbox{db}.Undelivered(ctx, "removal:7"); return err },
		"mfa_removals_open": func(ctx context.Context) error { _, err := Removals{db}.Open(ctx); return err },
	} {
		wantLookUp(t, ground, index, do)
	}
}

// What is counted and what is judged is what was sent.
func TestAPartOfAStatementIsNone(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	var effort QueryStats
	must(t, Devices{db}.Prune(WithStats(ctx, &effort), "ada", noon, 1))
	if effort.Statements() != 1 {
		t.Errorf("%d statements, want one", effort.Statements())
	}
}
