package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/mfa"
)

type enrollmentRow struct {
	AccountID string `gorm:"primaryKey"`
	ID        string
	SessionID string
	Name      string
	SealedKey []byte
	Tries     int
	CreatedAt stamp
	ExpiresAt stamp
	Replaces  string
	OverAt    stamp
}

func (enrollmentRow) TableName() string { return "enrollments" }

func (r enrollmentRow) enrollment() mfa.Enrollment {
	return mfa.Enrollment{
		ID: r.ID, AccountID: r.AccountID, SessionID: r.SessionID, Name: r.Name, SealedKey: r.SealedKey, Tries: r.Tries,
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time, Replaces: r.Replaces,
	}
}

// ReplaceEnrollment puts the account's one enrollment.
func (s Methods) ReplaceEnrollment(ctx context.Context, e mfa.Enrollment) error {
	return endedWithout(s.writer(ctx).
		Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "account_id"}}, UpdateAll: true}).
		Create(&enrollmentRow{
			AccountID: e.AccountID, ID: e.ID, SessionID: e.SessionID, Name: e.Name, SealedKey: e.SealedKey, Tries: e.Tries,
			CreatedAt: stamp{e.CreatedAt}, ExpiresAt: stamp{e.ExpiresAt}, Replaces: e.Replaces,
		}).Error)
}

// Enrollment finds an account's enrollment by its id.
func (s Methods) Enrollment(ctx context.Context, accountID, id string) (mfa.Enrollment, error) {
	return oneEnrollment(s.reader(ctx).Where("account_id = ? AND id = ?", accountID, id))
}

// CurrentEnrollment finds an account's enrollment.
func (s Methods) CurrentEnrollment(ctx context.Context, accountID string) (mfa.Enrollment, error) {
	return oneEnrollment(s.reader(ctx).Where("account_id = ?", accountID))
}

func oneEnrollment(tx *gorm.DB) (mfa.Enrollment, error) {
	var r enrollmentRow
	err := tx.Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return mfa.Enrollment{}, mfa.ErrNotFound
	}
	return r.enrollment(), err
}

// CountTry counts a try.
func (s Methods) CountTry(ctx context.Context, accountID, id string, limit int) (int, error) {
	var r enrollmentRow
	tx := s.writer(ctx).Model(&r).Clauses(clause.Returning{Columns: []clause.Column{{Name: "tries"}}}).
		Where("account_id = ? AND id = ? AND tries < ?", accountID, id, limit).
		Update("tries", gorm.Expr("tries + 1"))
	return r.Tries, tx.Error
}

// EndEnrollment notes that an enrollment is over.
func (s Methods) EndEnrollment(ctx context.Context, accountID, id string, at time.Time) (bool, error) {
	tx := s.writer(ctx).Model(&enrollmentRow{}).
		Where("account_id = ? AND id = ? AND over_at = 0", accountID, id).Update("over_at", stamp{at})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteEnrollment takes an enrollment away.
func (s Methods) DeleteEnrollment(ctx context.Context, accountID, id string) (bool, error) {
	tx := s.writer(ctx).Where("account_id = ? AND id = ?", accountID, id).Delete(&enrollmentRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteEnrollments takes whatever enrollment the account has away.
func (s Methods) DeleteEnrollments(ctx context.Context, accountID string) error {
	return s.writer(ctx).Where("account_id = ?", accountID).Delete(&enrollmentRow{}).Error
}

// OverEnrollments lists enrollments that are over, the longest over first.
func (s Methods) OverEnrollments(ctx context.Context, before time.Time, limit int) ([]mfa.Enrollment, error) {
	var rows []enrollmentRow
	err := s.reader(ctx).Where("expires_at <= ?", stamp{before}).Order("expires_at").Limit(limit).Find(&rows).Error
	over := make([]mfa.Enrollment, len(rows))
	for i, r := range rows {
		over[i] = r.enrollment()
	}
	return over, err
}
