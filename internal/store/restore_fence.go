package store

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/restorefence"
	"twofold/internal/totp"
)

// LockAllAccounts locks every account where the database has that; a transaction of SQLite that writes is alone anyway. However many
// there are, the server may take its time.
func (s RestoreState) LockAllAccounts(ctx context.Context) error {
	if s.singleWriter() {
		return nil
	}
	if err := s.writer(ctx).Exec(s.lockTimeout).Error; err != nil {
		return err
	}
	return s.execDeferred(ctx, "SELECT id FROM accounts ORDER BY id FOR UPDATE", nil)
}

// RevokeAll ends what a fence ends. Known devices stay as strangers: that somebody signed in before is not forgotten. A
// removal that is under way here may have been cancelled since; one that was cancelled stays so.
func (s RestoreState) RevokeAll(ctx context.Context, at time.Time, used totp.Step) (done restorefence.Revoked, err error) {
	now := unixMicro{at}
	for _, end := range []struct {
		count *int
		what  string
		args  []any
	}{
		{&done.StepUps, "DELETE FROM step_ups", nil}, // before their sessions, with which they would go uncounted
		{&done.Enrollments, "DELETE FROM enrollments", nil},
		{&done.Sessions, "DELETE FROM sessions", nil},
		{&done.SignIns, "DELETE FROM sign_ins", nil},
		{&done.Links, "DELETE FROM links", nil},
		{new(int), "DELETE FROM pending_addresses", nil},
		{new(int), "DELETE FROM reset_requests", nil},
		{&done.Removals, "DELETE FROM mfa_removals WHERE cancelled_at = 0", nil},
		{&done.Devices, "UPDATE devices SET expires_at = ? WHERE expires_at > ?", []any{now, now}},
		{&done.Methods, "UPDATE mfa_methods SET last_step = ? WHERE last_step < ?", []any{int64(used), int64(used)}},
	} {
		tx := s.writer(ctx).Exec(end.what, end.args...)
		if tx.Error != nil {
			return restorefence.Revoked{}, fmt.Errorf("end what was: %w", tx.Error)
		}
		*end.count = int(tx.RowsAffected)
	}
	return done, nil
}

// InvalidateRecoveryCodes marks every code as used, which each release understands, and as retired, which tells why.
func (s RestoreState) InvalidateRecoveryCodes(ctx context.Context, at time.Time) (accountIDs []string, err error) {
	err = s.writer(ctx).Raw("SELECT DISTINCT account_id FROM recovery_codes WHERE used_at = 0 ORDER BY account_id").Scan(&accountIDs).Error
	if err != nil {
		return nil, err
	}
	return accountIDs, s.writer(ctx).Exec("UPDATE recovery_codes SET used_at = ?, retired_at = ? WHERE used_at = 0", unixMicro{at}, unixMicro{at}).Error
}
