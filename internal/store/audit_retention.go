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

// Anchor returns the anchor of the account's chain: the last purged entry, or number 0 if nothing was purged.
func (s Activity) Anchor(ctx context.Context, accountID string) (audit.Anchor, error) {
	var r anchorRow
	err := s.reader(ctx).Where("account_id = ?", accountID).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return audit.Anchor{AccountID: accountID}, nil
	}
	return audit.Anchor{AccountID: r.AccountID, Number: r.Number, Hash: hashOf(r.Hash), PurgedAt: r.PurgedAt.Time}, err
}

// EntriesAfter lists entries of all accounts in the order of their ids, which is the order in which they were inserted.
func (s Activity) EntriesAfter(ctx context.Context, after string, limit int) ([]audit.Entry, error) {
	return s.list(s.reader(ctx).Where("id > ?", after).Order("id").Limit(limit))
}

// Oldest lists the first entries of a chain that were not purged.
func (s Activity) Oldest(ctx context.Context, accountID string, limit int) ([]audit.Entry, error) {
	return s.list(s.reader(ctx).Where("account_id = ?", accountID).Order("number").Limit(limit))
}

// Truncate deletes the entries of a chain up to an anchor and stores the anchor. It reports false and deletes nothing if the
// number of the current anchor is not from, because another process has truncated the chain.
func (s Activity) Truncate(ctx context.Context, to audit.Anchor, from int64) (bool, error) {
	tx := s.writer(ctx).Exec(`INSERT INTO activity_anchors (account_id, number, hash, purged_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET number = excluded.number, hash = excluded.hash, purged_at = excluded.purged_at
		WHERE activity_anchors.number = ?`, to.AccountID, to.Number, to.Hash[:], unixMicro{to.PurgedAt}, from)
	if tx.Error != nil || tx.RowsAffected == 0 {
		return false, tx.Error
	}
	return true, s.writer(ctx).Where("account_id = ? AND number <= ?", to.AccountID, to.Number).Delete(&entryRow{}).Error
}

// DeleteChain deletes the head and the anchor of an empty chain that ends at number head, unless an account has the id. An
// append that has read the head before fails with a conflict; see Append.
func (s Activity) DeleteChain(ctx context.Context, accountID string, head int64) error {
	tx := s.writer(ctx).Exec(`DELETE FROM activity_heads
		WHERE account_id = ? AND number = ? AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = ?)`, accountID, head, accountID)
	if tx.Error != nil || tx.RowsAffected == 0 {
		return tx.Error
	}
	return s.writer(ctx).Where("account_id = ? AND number = ?", accountID, head).Delete(&anchorRow{}).Error
}
