package store

import (
	"context"
	"time"

	"twofold/internal/mfa"
)

type recoveryCodeRow struct {
	ID        string
	AccountID string
	Hash      string
	CreatedAt unixMicro
	UsedAt    unixMicro
	RetiredAt unixMicro
}

func (recoveryCodeRow) TableName() string { return "recovery_codes" }

// RecoveryCodes lists an account's recovery codes, used ones included.
func (s Methods) RecoveryCodes(ctx context.Context, accountID string) ([]mfa.StoredRecoveryCode, error) {
	var rows []recoveryCodeRow
	if err := s.reader(ctx).Where("account_id = ?", accountID).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	codes := make([]mfa.StoredRecoveryCode, len(rows))
	for i, r := range rows {
		codes[i] = mfa.StoredRecoveryCode{ID: r.ID, AccountID: r.AccountID, Hash: r.Hash, CreatedAt: r.CreatedAt.Time, UsedAt: r.UsedAt.Time, InvalidatedAt: r.RetiredAt.Time}
	}
	return codes, nil
}

// InsertRecoveryCodes inserts recovery codes.
func (s Methods) InsertRecoveryCodes(ctx context.Context, codes []mfa.StoredRecoveryCode) error {
	rows := make([]recoveryCodeRow, len(codes))
	for i, c := range codes {
		rows[i] = recoveryCodeRow{ID: c.ID, AccountID: c.AccountID, Hash: c.Hash, CreatedAt: unixMicro{c.CreatedAt}, UsedAt: unixMicro{c.UsedAt}}
	}
	return s.writer(ctx).Create(&rows).Error
}

// ConsumeRecoveryCode marks a recovery code as used. It reports false if it was used before: of concurrent transactions, the
// first one to change the row consumes the code.
func (s Methods) ConsumeRecoveryCode(ctx context.Context, accountID, id string, at time.Time) (bool, error) {
	tx := s.writer(ctx).Model(&recoveryCodeRow{}).
		Where("id = ? AND account_id = ? AND used_at = 0", id, accountID).Update("used_at", unixMicro{at})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteRecoveryCodes deletes the account's recovery codes.
func (s Methods) DeleteRecoveryCodes(ctx context.Context, accountID string) error {
	return s.writer(ctx).Where("account_id = ?", accountID).Delete(&recoveryCodeRow{}).Error
}
