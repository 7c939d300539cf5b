package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/account"
)

// Resets stores password reset requests, and counts the links that were mailed.
type Resets struct{ *DB }

var _ account.ResetStore = Resets{}

type resetRequestRow struct {
	ID        string
	Sealed    []byte
	CreatedAt unixMicro
}

func (resetRequestRow) TableName() string { return "reset_requests" }

type linkMailRow struct {
	ID        string
	AccountID string
	Purpose   string
	CreatedAt unixMicro
}

func (linkMailRow) TableName() string { return "link_mails" }

// Insert inserts a request.
func (s Resets) Insert(ctx context.Context, r account.ResetRequest) error {
	return s.writer(ctx).Create(&resetRequestRow{ID: r.ID, Sealed: r.Sealed, CreatedAt: unixMicro{r.CreatedAt}}).Error
}

// Waiting reports whether there is a request.
func (s Resets) Waiting(ctx context.Context) (bool, error) {
	var ids []string
	err := s.reader(ctx).Model(&resetRequestRow{}).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}

// TakeOldest deletes and returns the oldest request. It reports false if there is none.
func (s Resets) TakeOldest(ctx context.Context) (account.ResetRequest, bool, error) {
	for {
		var r resetRequestRow
		err := s.reader(ctx).Order("id").Take(&r).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return account.ResetRequest{}, false, nil
		}
		if err != nil {
			return account.ResetRequest{}, false, err
		}
		tx := s.writer(ctx).Where("id = ?", r.ID).Delete(&resetRequestRow{})
		if tx.Error != nil {
			return account.ResetRequest{}, false, tx.Error
		}
		if tx.RowsAffected == 1 { // one of several processes that read the request deletes it
			return account.ResetRequest{ID: r.ID, Sealed: r.Sealed, CreatedAt: r.CreatedAt.Time}, true, nil
		}
	}
}

// CountMail counts a mail of an account and a purpose, and deletes those from before since. It reports false and does not count
// if limit mails were sent since then.
func (s Resets) CountMail(ctx context.Context, m account.SentLink, since time.Time, limit int) (bool, error) {
	same := func(tx *gorm.DB) *gorm.DB {
		return tx.Where("account_id = ? AND purpose = ?", m.AccountID, string(m.Purpose))
	}
	if err := same(s.writer(ctx)).Where("created_at <= ?", unixMicro{since}).Delete(&linkMailRow{}).Error; err != nil {
		return false, err
	}
	var n int64
	if err := same(s.reader(ctx)).Model(&linkMailRow{}).Count(&n).Error; err != nil || int(n) >= limit {
		return false, err
	}
	return true, s.writer(ctx).Create(&linkMailRow{
		ID: m.ID, AccountID: m.AccountID, Purpose: string(m.Purpose), CreatedAt: unixMicro{m.At},
	}).Error
}
