package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/account"
)

// Resets keeps who asked for a new password, and how many links were mailed for that.
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

// Insert keeps a request.
func (s Resets) Insert(ctx context.Context, r account.ResetRequest) error {
	return s.writer(ctx).Create(&resetRequestRow{ID: r.ID, Sealed: r.Sealed, CreatedAt: unixMicro{r.CreatedAt}}).Error
}

// Waiting looks for a request.
func (s Resets) Waiting(ctx context.Context) (bool, error) {
	var ids []string
	err := s.reader(ctx).Model(&resetRequestRow{}).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}

// TakeOldest takes the oldest request away and answers it.
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
		if tx.RowsAffected == 1 { // of several processes that saw it, one gets it
			return account.ResetRequest{ID: r.ID, Sealed: r.Sealed, CreatedAt: r.CreatedAt.Time}, true, nil
		}
	}
}

// CountMail adds a mail to those of the account and purpose since a time, unless there are limit already; older ones are
// forgotten.
func (s Resets) CountMail(ctx context.Context, m account.SentLink, since time.Time, limit int) (bool, error) {
	mine := func(tx *gorm.DB) *gorm.DB {
		return tx.Where("account_id = ? AND purpose = ?", m.AccountID, string(m.Purpose))
	}
	if err := mine(s.writer(ctx)).Where("created_at <= ?", unixMicro{since}).Delete(&linkMailRow{}).Error; err != nil {
		return false, err
	}
	var n int64
	if err := mine(s.reader(ctx)).Model(&linkMailRow{}).Count(&n).Error; err != nil || int(n) >= limit {
		return false, err
	}
	return true, s.writer(ctx).Create(&linkMailRow{
		ID: m.ID, AccountID: m.AccountID, Purpose: string(m.Purpose), CreatedAt: unixMicro{m.At},
	}).Error
}
