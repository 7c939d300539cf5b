package store

import (
	"context"
	"database/sql"
	"time"

	"twofold/internal/mfa"
)

// Reminders stores which accounts were reminded of the date from which MFA is required.
type Reminders struct{ *DB }

var _ mfa.RemindStore = Reminders{}

// AccountsToRemind lists accounts that were reminded of no date, or of an earlier one.
func (s Reminders) AccountsToRemind(ctx context.Context, of time.Time, limit int) ([]string, error) {
	var ids []string
	err := s.query(ctx, "SELECT id FROM accounts WHERE mfa_told_of < ? ORDER BY mfa_told_of, id LIMIT ?", []any{unixMicro{of}, limit},
		func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}

// MarkReminded marks an account as reminded of a date. It reports whether the account needs the reminder: it is enabled, has no
// method, and was not reminded of that date before. It is one conditional statement, so that one of several processes sends it.
func (s Reminders) MarkReminded(ctx context.Context, accountID string, of time.Time) (needed bool, err error) {
	err = s.queryWrite(ctx, `UPDATE accounts SET mfa_told_of = ? WHERE id = ? AND mfa_told_of < ?
		RETURNING disabled_at, (SELECT count(*) FROM mfa_methods m WHERE m.account_id = accounts.id)`,
		[]any{unixMicro{of}, accountID, unixMicro{of}}, func(rows *sql.Rows) error {
			var disabled unixMicro
			var methods int
			err := rows.Scan(&disabled, &methods)
			needed = disabled.IsZero() && methods == 0
			return err
		})
	return needed, err
}
