package store

import (
	"context"
	"database/sql"
	"time"

	"twofold/internal/authn"
	"twofold/internal/throttle"
)

// UnfinishedSignIns finds pending sign-ins that expired, and stores which accounts were notified of one.
type UnfinishedSignIns struct{ *DB }

var _ authn.UnfinishedStore = UnfinishedSignIns{}

// Unfinished lists expired pending sign-ins from unknown devices. The condition repeats that of the partial index.
func (s UnfinishedSignIns) Unfinished(ctx context.Context, before time.Time, limit int) ([]authn.UnfinishedSignIn, error) {
	var found []authn.UnfinishedSignIn
	err := s.query(ctx, "SELECT id, account_id, ip, user_agent FROM sign_ins WHERE bucket = '"+string(throttle.AnonymousBucket)+
		"' AND expires_at <= ? ORDER BY expires_at LIMIT ?", []any{unixMicro{before}, limit}, func(rows *sql.Rows) error {
		var u authn.UnfinishedSignIn
		err := rows.Scan(&u.ID, &u.AccountID, &u.IP, &u.UserAgent)
		found = append(found, u)
		return err
	})
	return found, err
}

// DeleteUnfinished deletes a pending sign-in and reports whether it existed.
func (s UnfinishedSignIns) DeleteUnfinished(ctx context.Context, id string) (bool, error) {
	tx := s.writer(ctx).Where("id = ?", id).Delete(&signInRow{})
	return tx.RowsAffected == 1, tx.Error
}

// MarkNotified records a notice in one conditional statement, so that concurrent ones are not both needed.
func (s UnfinishedSignIns) MarkNotified(ctx context.Context, accountID string, at, since time.Time) (bool, error) {
	tx := s.writer(ctx).Model(&accountRow{}).
		Where("id = ? AND disabled_at = 0 AND unfinished_sent_at <= ?", accountID, unixMicro{since}).
		Where("EXISTS (SELECT 1 FROM mfa_methods m WHERE m.account_id = accounts.id)").
		Update("unfinished_sent_at", unixMicro{at})
	return tx.RowsAffected == 1, tx.Error
}
