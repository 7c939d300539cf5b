// Package queryplan checks the query plans of statements with EXPLAIN, so that a test can require that a statement finds its
// rows by an index and neither scans nor sorts a growing table. It is used by tests only.
package queryplan

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Database is a database whose plans are checked. PostgreSQL plans by the number of rows, so call Seed first.
type Database struct {
	DB     *sql.DB
	Server bool // PostgreSQL rather than SQLite
}

// small lists the tables that always have few rows, with the reason. PostgreSQL rightly scans them.
var small = map[string]string{
	"goose_db_version": "one row per migration",
	"sealing_keysets":  "one row",
	"signing_keys":     "the active key, the next one, and recently retired ones",
	"leases":           "one row per exclusive background task",
	"epochs":           "one row",
	"pg_database":      "one row per database of the server",
}

// queues lists the tables and partial indexes that contain only pending work, so that reading all of them is intended.
var queues = map[string]string{
	"reset_requests":            "password reset requests that are not processed yet",
	"outbox_waiting":            "mails that are not delivered yet",
	"outbox_waiting_in_order":   "mails that are not delivered yet",
	"outbox_waiting_of_account": "mails that are not delivered yet",
	"mfa_removals_open":         "active removals",

	"accounts_of_administrators": "the administrators",
}

// few lists the tables where a lookup by key finds so few rows that sorting them is cheap, with the maximum.
var few = map[string]string{
	"sessions":       "20 per account, TWOFOLD_SESSIONS_PER_ACCOUNT",
	"sign_ins":       "5 per account and bucket, TWOFOLD_MAX_PENDING_SIGN_INS",
	"devices":        "50 per account, TWOFOLD_DEVICES_PER_ACCOUNT",
	"mfa_methods":    "5 per account, TWOFOLD_MAX_METHODS",
	"recovery_codes": "one set per account",
	"links":          "the valid links of one account",
	"attempts":       "one, by its whole key",
	"accounts":       "one, by its whole key",
	"enrollments":    "one, by its whole key",
	"activity_heads": "one, by its whole key",
	"step_ups":       "one, by its whole key",
	"signing_keys":   "small",
}

// step is one step of a plan.
type step struct {
	text         string // for messages
	table, index string // that the step reads
	scans        bool   // reads all of the table or index
	sorts        bool   // sorts an unlimited number of rows
}

// FullScans returns a description of each step in which a statement reads all of a growing table or of its index, or sorts an
// unlimited number of rows.
func (g Database) FullScans(ctx context.Context, statement string, values []any) ([]string, error) {
	steps, err := g.steps(ctx, statement, values)
	var problems []string
	for _, s := range steps {
		switch {
		case s.scans && small[s.table]+queues[s.table]+queues[s.index] == "":
			problems = append(problems, "full scan of "+s.table+": "+s.text)
		case s.sorts:
			problems = append(problems, "sort of an unlimited number of rows: "+s.text)
		}
	}
	return problems, err
}

// Indexes returns the names of the indexes that a statement uses.
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
	switch verb, _, _ := strings.Cut(statement, " "); {
	case slices.Contains([]string{"SAVEPOINT", "ROLLBACK", "RELEASE"}, verb): // has no plan
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

var tableReference = regexp.MustCompile("(?i)\\b(?:FROM|JOIN|INTO|UPDATE)\\s+[\"`]?([a-z_]+)[\"`]?(?:\\s+(?:AS\\s+)?([a-z_]+))?")

// tableOf returns the table that a statement refers to by a name or alias, or an empty string. If there are several, it returns
// one that grows.
func tableOf(statement, alias string) (table string) {
	for _, found := range tableReference.FindAllStringSubmatch(statement, -1) {
		if (found[1] == alias || found[2] == alias) && (table == "" || small[table]+queues[table] != "") {
			table = found[1]
		}
	}
	return table
}
