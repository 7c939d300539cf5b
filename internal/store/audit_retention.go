package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"twofold/internal/audit"
)

type anchorRow struct {
	AccountID string `gorm:"primaryKey"`
	Number    int64
	Hash      []byte
	PurgedAt  unixMicro
}

func (anchorRow) TableName() string { return "activity_anchors" }

// Anchor answers where what is left of a chain begins.
func (s Activity) Anchor(ctx context.Context, accountID string) (audit.Anchor, error) {
	var r anchorRow
	err := s.reader(ctx).Where("account_id = ?", accountID).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return audit.Anchor{AccountID: accountID}, nil
	}
	return audit.Anchor{AccountID: r.AccountID, Number: r.Number, Hash: hashOf(r.Hash), PurgedAt: r.PurgedAt.Time}, err
}

// EntriesAfter lists entries of all accounts in the order in which they were recorded: that of their ids.
func (s Activity) EntriesAfter(ctx context.Context, after string, limit int) ([]audit.Entry, error) {
	return s.list(s.reader(ctx).Where("id > ?", after).Order("id").Limit(limit))
}

// Oldest lists the first entries of a chain that are left.
func (s Activity) Oldest(ctx context.Context, accountID string, limit int) ([]audit.Entry, error) {
	return s.list(s.reader(ctx).Where("account_id = ?", accountID).Order("number").Limit(limit))
}

// Truncate takes the old end of a chain away, and keeps the anchor in its place.
func (s Activity) Truncate(ctx context.Context, to audit.Anchor, from int64) (bool, error) {
	tx := s.writer(ctx).Exec(`INSERT INTO activity_anchors (account_id, number, hash, purged_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET number = excluded.number, hash = excluded.hash, purged_at = excluded.purged_at
		WHERE activity_anchors.number = ?`, to.AccountID, to.Number, to.Hash[:], unixMicro{to.PurgedAt}, from)
	if tx.Error != nil || tx.RowsAffected == 0 {
		return false, tx.Error
	}
	return true, s.writer(ctx).Where("account_id = ? AND number <= ?", to.AccountID, to.Number).Delete(&entryRow{}).Error
}

// Revoke takes head and anchor of an empty chain away, where it is no account's.
func (s Activity) DeleteChain(ctx context.Context, accountID string, head int64) error {
	tx := s.writer(ctx).Exec(`DELETE FROM activity_heads
		WHERE account_id = ? AND number = ? AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = ?)`, accountID, head, accountID)
	if tx.Error != nil || tx.RowsAffected == 0 {
		return tx.Error
	}
	return s.writer(ctx).Where("account_id = ? AND number = ?", accountID, head).Delete(&anchorRow{}).Error
}
