package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"twofold/internal/mfaremoval"
	"twofold/internal/retention"
)

// Retention purges expired rows, and stores the leases of jobs that one process runs at a time.
type Retention struct{ *DB }

var _ retention.Store = Retention{}

type leaseRow struct {
	Name   string `gorm:"primaryKey"`
	Holder string
	Until  unixMicro
}

func (leaseRow) TableName() string { return "leases" }

// AcquireLease acquires or renews a lease in one conditional statement. It reports false if another holder has it.
func (s Retention) AcquireLease(ctx context.Context, name, holder string, at, until time.Time) (bool, error) {
	tx := s.writer(ctx).Exec(`INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE leases.until <= ? OR leases.holder = excluded.holder`, name, holder, unixMicro{until}, unixMicro{at})
	return tx.RowsAffected == 1, tx.Error
}

// ReleaseLease deletes a lease, if the holder has it.
func (s Retention) ReleaseLease(ctx context.Context, name, holder string) error {
	return s.writer(ctx).Where("name = ? AND holder = ?", name, holder).Delete(&leaseRow{}).Error
}

// purgeRule selects the rows to purge. The condition expired has a ? for each use of the time before which they expired. The
// column by orders them, along an index.
type purgeRule struct{ table, key, by, expired string }

// purgeRules has a rule for each category. A condition repeats the condition of its partial index literally, so that the
// database uses the index.
var purgeRules = map[retention.Category]purgeRule{
	retention.Sessions:         {"sessions", "id", "ends_at", "ends_at <= ?"},
	retention.SignIns:          {"sign_ins", "id", "expires_at", "expires_at <= ?"},
	retention.StepUps:          {"step_ups", "id", "expires_at", "expires_at <= ?"},
	retention.PendingAddresses: {"pending_addresses", "account_id", "expires_at", "expires_at <= ?"},
	retention.Links:            {"links", "id", "expires_at", "expires_at <= ?"},
	retention.LinkMails:        {"link_mails", "id", "created_at", "created_at <= ?"},
	retention.ResetRequests:    {"reset_requests", "id", "created_at", "created_at <= ?"},
	retention.SentMails:        {"outbox", "id", "sent_at", "sent_at > 0 AND sent_at <= ?"},
	retention.FailedMails: {"outbox", "id", "given_up", "given_up > 0 AND given_up <= ? AND NOT EXISTS (" +
		fmt.Sprintf("SELECT 1 FROM mfa_removals WHERE id = substr(outbox.topic, %d) AND cancelled_at = 0)", len(mfaremoval.Topic)+1)},
	retention.Removals: {"mfa_removals", "account_id", "cancelled_at", "cancelled_at > 0 AND cancelled_at <= ?"},
	retention.Devices: {"devices", "id", "expires_at", "expires_at > 0 AND expires_at <= ? AND EXISTS (" +
		"SELECT 1 FROM devices later WHERE later.account_id = devices.account_id AND later.last_used_at >= devices.last_used_at" +
		" AND (later.last_used_at, later.id) > (devices.last_used_at, devices.id))"},
	retention.PasswordAttempts: {
		"attempts", "subject, kind, bucket", "updated_at", "kind = 'password' AND updated_at <= ? AND wait_until <= ?",
	},
	// A bucket is named after its session or device: session:ID, device:ID.
	retention.OrphanedAttempts: {"attempts", "subject, kind, bucket", "updated_at", "kind <> 'password'" +
		" AND bucket <> 'anyone' AND bucket <> '*' AND bucket <> '-' AND updated_at <= ? AND wait_until <= ?" +
		" AND NOT EXISTS (SELECT 1 FROM sessions WHERE id = substr(attempts.bucket, 9))" +
		" AND NOT EXISTS (SELECT 1 FROM devices WHERE id = substr(attempts.bucket, 8))"},
}

// statement deletes the rows that expired first. It repeats the condition outside of the subquery, so that a row that was
// renewed meanwhile stays.
func (r purgeRule) statement() string {
	return fmt.Sprintf("DELETE FROM %[1]s WHERE (%[2]s) IN (SELECT %[2]s FROM %[1]s WHERE %[4]s ORDER BY %[3]s LIMIT ?) AND %[4]s",
		r.table, r.key, r.by, r.expired)
}

func (r purgeRule) args(before time.Time, limit int) []any {
	var times []any
	for range strings.Count(r.expired, "?") {
		times = append(times, unixMicro{before})
	}
	return append(append(append([]any{}, times...), limit), times...)
}

// markLastDevice sets expires_at to 0 on expired devices that are kept because they are the most recent of their account. Zero
// counts as expired, and later purges skip it.
const markLastDevice = `UPDATE devices SET expires_at = 0 WHERE id IN (
	SELECT id FROM devices WHERE expires_at > 0 AND expires_at <= ? ORDER BY expires_at LIMIT ?)
	AND expires_at > 0 AND expires_at <= ?`

// Purge deletes at most limit rows of a category that expired before a time, the longest expired first. It returns how many
// rows it deleted or marked.
func (s Retention) Purge(ctx context.Context, c retention.Category, before time.Time, limit int) (int, error) {
	rule, known := purgeRules[c]
	if !known {
		return 0, fmt.Errorf("unknown category %s", c)
	}
	tx := s.writer(ctx).Exec(rule.statement(), rule.args(before, limit)...)
	purged := int(tx.RowsAffected)
	if tx.Error != nil || c != retention.Devices || purged == limit {
		return purged, tx.Error
	}
	tx = s.writer(ctx).Exec(markLastDevice, unixMicro{before}, limit, unixMicro{before})
	return purged + int(tx.RowsAffected), tx.Error
}
