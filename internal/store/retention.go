package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"twofold/internal/mfaremoval"
	"twofold/internal/retention"
)

// Retention takes away what is over, and keeps whose turn that is.
type Retention struct{ *DB }

var _ retention.Store = Retention{}

type leaseRow struct {
	Name   string `gorm:"primaryKey"`
	Holder string
	Until  unixMicro
}

func (leaseRow) TableName() string { return "leases" }

// AcquireLease takes a lease: one conditional statement.
func (s Retention) AcquireLease(ctx context.Context, name, holder string, at, until time.Time) (bool, error) {
	tx := s.writer(ctx).Exec(`INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE leases.until <= ? OR leases.holder = excluded.holder`, name, holder, unixMicro{until}, unixMicro{at})
	return tx.RowsAffected == 1, tx.Error
}

// ReleaseLease ends a lease that is the holder's.
func (s Retention) ReleaseLease(ctx context.Context, name, holder string) error {
	return s.writer(ctx).Where("name = ? AND holder = ?", name, holder).Delete(&leaseRow{}).Error
}

// purgeRule are the rows of a table that are over. Each ? is the time before which they were; by is the column of an index
// that leads there.
type purgeRule struct{ table, key, by, expired string }

// Each condition on the time comes with the literal words of its index, if that is a partial one.
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

// statement takes the longest dead of them away. The condition is asked again of the row itself: who renewed it
// meanwhile keeps it.
func (d purgeRule) statement() string {
	return fmt.Sprintf("DELETE FROM %[1]s WHERE (%[2]s) IN (SELECT %[2]s FROM %[1]s WHERE %[4]s ORDER BY %[3]s LIMIT ?) AND %[4]s",
		d.table, d.key, d.by, d.expired)
}

func (d purgeRule) args(before time.Time, limit int) []any {
	var times []any
	for range strings.Count(d.expired, "?") {
		times = append(times, unixMicro{before})
	}
	return append(append(append([]any{}, times...), limit), times...)
}

// markLastDevice marks devices that stay although they are over, as the last of their accounts: an end at zero is an end, and
// nobody looks there again.
const markLastDevice = `UPDATE devices SET expires_at = 0 WHERE id IN (
	SELECT id FROM devices WHERE expires_at > 0 AND expires_at <= ? ORDER BY expires_at LIMIT ?)
	AND expires_at > 0 AND expires_at <= ?`

// Purge takes away the longest dead, and answers how many were dealt with.
func (s Retention) Purge(ctx context.Context, t retention.Category, before time.Time, limit int) (int, error) {
	d, known := purgeRules[t]
	if !known {
		return 0, fmt.Errorf("nobody knows where %s lie", t)
	}
	tx := s.writer(ctx).Exec(d.statement(), d.args(before, limit)...)
	purged := int(tx.RowsAffected)
	if tx.Error != nil || t != retention.Devices || purged == limit {
		return purged, tx.Error
	}
	tx = s.writer(ctx).Exec(markLastDevice, unixMicro{before}, limit, unixMicro{before})
	return purged + int(tx.RowsAffected), tx.Error
}
