// Package queryplan asks a database how it would go about a statement, so that a test can want it to look up what it needs and
// to read nothing else. It serves tests only.
package queryplan

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Database is a database whose plans are judged: SQLite, or PostgreSQL, which plans by how much it holds. Fill it first.
type Database struct {
	DB     *sql.DB
	Server bool // it is PostgreSQL
}

// small are the tables that hold a few rows whatever happens, of which PostgreSQL reads all rather than an index.
var small = map[string]string{
	"goose_db_version": "a row for each migration",
	"sealing_keysets":  "one row",
	"signing_keys":     "the key that signs, the next, and those that were retired lately",
	"leases":           "a row for each thing that one process does at a time",
	"epochs":           "one row",
	"pg_database":      "a row for each database of the server",
}

// queues are the tables and the partial indexes that hold nothing but what is to be done, of which the next or all is
// what is asked for.
var queues = map[string]string{
	"reset_requests":          "who asked for a new password and was not looked up yet",
	"outbox_waiting":          "the mails that are on their way",
	"outbox_waiting_in_order": "the mails that are on their way",

	"outbox_waiting_of_account": "the mails that are on their way",
	"mfa_removals_open":         "the removals that are under way",

	"accounts_of_administrators": "those who look after the others",
}

// few are the tables of which so few rows are found by the keys that are looked up that sorting them is nothing.
var few = map[string]string{
	"sessions":       "20 an account, TWOFOLD_SESSIONS_PER_ACCOUNT",
	"sign_ins":       "5 an account and bucket, TWOFOLD_MAX_PENDING_SIGN_INS",
	"devices":        "20 an account, TWOFOLD_DEVICES_PER_ACCOUNT",
	"mfa_methods":    "5 an account, TWOFOLD_MFA_MAX_METHODS",
	"recovery_codes": "a set an account",
	"links":          "those that were mailed to an account lately",
	"attempts":       "one, by its whole key",
	"accounts":       "one, by its whole key",
	"enrollments":    "one, by its whole key",
	"activity_heads": "one, by its whole key",
	"step_ups":       "one, by its whole key",
	"signing_keys":   "small",
}

// step is a part of a plan.
type step struct {
	text         string
	table, index string // what it reads
	walks        bool   // all of that
	sorts        bool   // what may be much
}

// FullScans says, a sentence each, where a statement reads more than it needs: all of a table that grows, or all of an index of
// one; or sorts what may be much.
func (g Database) FullScans(ctx context.Context, statement string, values []any) ([]string, error) {
	steps, err := g.steps(ctx, statement, values)
	var faults []string
	for _, s := range steps {
		switch {
		case s.walks && small[s.table]+queues[s.table]+queues[s.index] == "":
			faults = append(faults, "it reads all of "+s.table+": "+s.text)
		case s.sorts:
			faults = append(faults, "it sorts what may be much: "+s.text)
		}
	}
	return faults, err
}

// Indexes names the indexes along which a statement goes.
func (g Database) Indexes(ctx context.Context, statement string, values []any) ([]string, error) {
	steps, err := g.steps(ctx, statement, values)
	var indexes []string
	for _, s := range steps {
		if s.index != "" {
			indexes = append(indexes, s.index)
		}
	}
	return indexes, err
}

func (g Database) steps(ctx context.Context, statement string, values []any) (steps []step, err error) {
	switch word, _, _ := strings.Cut(statement, " "); {
	case slices.Contains([]string{"SAVEPOINT", "ROLLBACK", "RELEASE"}, word): // it asks for nothing
		return nil, nil
	case g.Server:
		steps, err = g.postgres(ctx, statement, values)
	default:
		steps, err = g.sqlite(ctx, statement, values)
	}
	if err != nil {
		return nil, fmt.Errorf("explain %s: %w", statement, err)
	}
	return steps, nil
}

var named = regexp.MustCompile("(?i)\\b(?:FROM|JOIN|INTO|UPDATE)\\s+[\"`]?([a-z_]+)[\"`]?(?:\\s+(?:AS\\s+)?([a-z_]+))?")

// called finds the table that a statement calls so, or empty for none. Where it calls several so, it is one that grows.
func called(statement, alias string) (table string) {
	for _, found := range named.FindAllStringSubmatch(statement, -1) {
		if (found[1] == alias || found[2] == alias) && (table == "" || small[table]+queues[table] != "") {
			table = found[1]
		}
	}
	return table
}
