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
	CreatedAt stamp
}

func (resetRequestRow) TableName() string { return "reset_requests" }

type resetMailRow struct {
	ID        string
	AccountID string
	CreatedAt stamp
}

func (resetMailRow) TableName() string { return "reset_mails" }

// Insert keeps a request.
func (s Resets) Insert(ctx context.Context, r account.ResetRequest) error {
	return s.writer(ctx).Create(&resetRequestRow{ID: r.ID, Sealed: r.Sealed, CreatedAt: stamp{r.CreatedAt}}).Error
}

// Waiting looks for a request.
func (s Resets) Waiting(ctx context.Context) (bool, error) {
	var ids []string
	err := s.reader(ctx).Model(&resetRequestRow{}).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}

// TakeOldest takes the oldest request away and answers it.
func (s Resets) TakeOldest(ctx context.Context) (account.ResetRequest, bool, error) {
	var r resetRequestRow
	err := s.reader(ctx).Order("id").Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return account.ResetRequest{}, false, nil
	}
	if err != nil {
		return account.ResetRequest{}, false, err
	}
	err = s.writer(ctx).Where("id = ?", r.ID).Delete(&resetRequestRow{}).Error
	return account.ResetRequest{ID: r.ID, Sealed: r.Sealed, CreatedAt: r.CreatedAt.Time}, true, err
}

// CountMail adds a mail to those of the account since a time, unless there are limit already; older ones are forgotten.
func (s Resets) CountMail(ctx context.Context, id, accountID string, at, since time.Time, limit int) (bool, error) {
	if err := s.writer(ctx).Where("account_id = ? AND created_at <= ?", accountID, stamp{since}).Delete(&resetMailRow{}).Error; err != nil {
		return false, err
	}
	var n int64
	if err := s.reader(ctx).Model(&resetMailRow{}).Where("account_id = ?", accountID).Count(&n).Error; err != nil || int(n) >= limit {
		return false, err
	}
	return true, s.writer(ctx).Create(&resetMailRow{ID: id, AccountID: accountID, CreatedAt: stamp{at}}).Error
}
