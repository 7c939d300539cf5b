package store

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/restorefence"
	"twofold/internal/totp"
)

// LockAllAccounts locks all accounts until the transaction ends, and lifts its statement timeout. SQLite needs no lock, because
// it has a single writer.
func (s RestoreState) LockAllAccounts(ctx context.Context) error {
	if s.singleWriter() {
		return nil
	}
	if err := s.writer(ctx).Exec(s.disableTimeout).Error; err != nil {
		return err
	}
	return s.writer(ctx).Exec("SELECT id FROM accounts ORDER BY id FOR UPDATE").Error
}

// RevokeAll revokes everything that may have been used or revoked after the backup was made, and marks the TOTP steps up to
// used as used. Known devices expire, but their rows stay, as the record of earlier sign-ins. An active
// removal is deleted, because it may have been cancelled after the backup; a cancelled one stays cancelled.
func (s RestoreState) RevokeAll(ctx context.Context, at time.Time, used totp.Step) (done restorefence.Revoked, err error) {
	now := unixMicro{at}
	for _, revoke := range []struct {
		count     *int
		statement string
		args      []any
	}{
		{&done.StepUps, "DELETE FROM step_ups", nil}, // before the sessions, whose deletion would cascade to them uncounted
		{&done.Enrollments, "DELETE FROM enrollments", nil},
		{&done.Sessions, "DELETE FROM sessions", nil},
		{&done.SignIns, "DELETE FROM sign_ins", nil},
		{&done.Links, "DELETE FROM links", nil},
		{new(int), "DELETE FROM pending_addresses", nil},
		{new(int), "DELETE FROM reset_requests", nil},
		{&done.Removals, "DELETE FROM mfa_removals WHERE cancelled_at = 0", nil},
		{&done.Devices, "UPDATE devices SET expires_at = ? WHERE expires_at > ?", []any{revoked, now}},
		{&done.Methods, "UPDATE mfa_methods SET last_step = ? WHERE last_step < ?", []any{int64(used), int64(used)}},
	} {
		tx := s.writer(ctx).Exec(revoke.statement, revoke.args...)
		if tx.Error != nil {
			return restorefence.Revoked{}, fmt.Errorf("revoke credentials: %w", tx.Error)
		}
		*revoke.count = int(tx.RowsAffected)
	}
	return done, nil
}

// InvalidateRecoveryCodes marks every unused recovery code as used, so that none is accepted, and as retired, which is the
// reason. It returns the accounts that had one.
func (s RestoreState) InvalidateRecoveryCodes(ctx context.Context, at time.Time) (accountIDs []string, err error) {
	err = s.writer(ctx).Raw("SELECT DISTINCT account_id FROM recovery_codes WHERE used_at = 0 ORDER BY account_id").Scan(&accountIDs).Error
	if err != nil {
		return nil, err
	}
	return accountIDs, s.writer(ctx).Exec("UPDATE recovery_codes SET used_at = ?, retired_at = ? WHERE used_at = 0", unixMicro{at}, unixMicro{at}).Error
}
