package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"twofold/internal/audit"
)

// Walk visits every chain in one read-only transaction with one snapshot, so that a concurrent append or purge is seen as a
// whole or not at all.
func (s Activity) Walk(ctx context.Context, v audit.Visitor) error {
	walk := func(tx *gorm.DB) error {
		var accounts []string
		err := tx.Raw(`SELECT account_id FROM activity UNION SELECT account_id FROM activity_heads
			UNION SELECT account_id FROM activity_anchors ORDER BY account_id`).Scan(&accounts).Error
		if err != nil {
			return err
		}
		inside := context.WithValue(ctx, txKey{s.DB}, &transaction{DB: tx})
		for _, id := range accounts {
			anchor, err := s.Anchor(inside, id)
			if err != nil {
				return err
			}
			if err := v.Begin(anchor); err != nil {
				return err
			}
			if err := walkOne(tx, id, v.Entry); err != nil {
				return err
			}
			head, err := headOf(tx, id)
			if err != nil {
				return err
			}
			if err := v.End(head.Number, head.Hash); err != nil {
				return err
			}
		}
		return nil
	}
	if s.snapshot == nil {
		return s.read.WithContext(ctx).Transaction(walk)
	}
	return s.read.WithContext(ctx).Transaction(walk, s.snapshot)
}

func walkOne(tx *gorm.DB, accountID string, entry func(audit.Entry) error) (err error) {
	rows, err := tx.Model(&entryRow{}).Where("account_id = ?", accountID).Order("number").Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r entryRow
		if err := tx.ScanRows(rows, &r); err != nil {
			return err
		}
		if err := entry(r.entry()); err != nil {
			return err
		}
	}
	return rows.Err()
}
