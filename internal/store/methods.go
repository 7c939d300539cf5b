package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/mfa"
	"twofold/internal/totp"
)

// Methods keeps MFA methods and the enrollments that may become some.
type Methods struct{ *DB }

var _ mfa.Store = Methods{}

type methodRow struct {
	ID         string
	AccountID  string
	Type       string
	Name       string
	SealedKey  []byte
	LastStep   int64
	CreatedAt  stamp
	LastUsedAt stamp
}

func (methodRow) TableName() string { return "mfa_methods" }

func (r methodRow) method() mfa.Method {
	return mfa.Method{
		ID: r.ID, AccountID: r.AccountID, Type: r.Type, Name: r.Name, SealedKey: r.SealedKey,
		LastStep: totp.Step(r.LastStep), CreatedAt: r.CreatedAt.Time, LastUsedAt: r.LastUsedAt.Time,
	}
}

// Methods lists an account's methods.
func (s Methods) Methods(ctx context.Context, accountID string) ([]mfa.Method, error) {
	var rows []methodRow
	if err := s.reader(ctx).Where("account_id = ?", accountID).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, err
	}
	methods := make([]mfa.Method, len(rows))
	for i, r := range rows {
		methods[i] = r.method()
	}
	return methods, nil
}

// InsertMethod adds a method.
func (s Methods) InsertMethod(ctx context.Context, m mfa.Method) error {
	return s.writer(ctx).Create(&methodRow{
		ID: m.ID, AccountID: m.AccountID, Type: m.Type, Name: m.Name, SealedKey: m.SealedKey,
		LastStep: int64(m.LastStep), CreatedAt: stamp{m.CreatedAt}, LastUsedAt: stamp{m.LastUsedAt},
	}).Error
}

// DeleteMethod takes a method away.
func (s Methods) DeleteMethod(ctx context.Context, accountID, id string) (bool, error) {
	tx := s.writer(ctx).Where("id = ? AND account_id = ?", id, accountID).Delete(&methodRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteMethods takes all of an account's methods away.
func (s Methods) DeleteMethods(ctx context.Context, accountID string) (int, error) {
	tx := s.writer(ctx).Where("account_id = ?", accountID).Delete(&methodRow{})
	return int(tx.RowsAffected), tx.Error
}

// UseStep is the one memory of used codes: whoever changes the row first has used the step, and every earlier one.
func (s Methods) UseStep(ctx context.Context, accountID, id string, step totp.Step, at time.Time) (bool, error) {
	tx := s.writer(ctx).Model(&methodRow{}).
		Where("id = ? AND account_id = ? AND last_step < ?", id, accountID, int64(step)).
		Updates(map[string]any{"last_step": int64(step), "last_used_at": stamp{at}})
	return tx.RowsAffected == 1, tx.Error
}

type enrollmentRow struct {
	AccountID string `gorm:"primaryKey"`
	ID        string
	SessionID string
	Name      string
	SealedKey []byte
	Tries     int
	CreatedAt stamp
	ExpiresAt stamp
}

func (enrollmentRow) TableName() string { return "enrollments" }

func (r enrollmentRow) enrollment() mfa.Enrollment {
	return mfa.Enrollment{
		ID: r.ID, AccountID: r.AccountID, SessionID: r.SessionID, Name: r.Name, SealedKey: r.SealedKey, Tries: r.Tries,
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time,
	}
}

// ReplaceEnrollment puts the account's one enrollment.
func (s Methods) ReplaceEnrollment(ctx context.Context, e mfa.Enrollment) error {
	return endedWithout(s.writer(ctx).
		Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "account_id"}}, UpdateAll: true}).
		Create(&enrollmentRow{
			AccountID: e.AccountID, ID: e.ID, SessionID: e.SessionID, Name: e.Name, SealedKey: e.SealedKey, Tries: e.Tries,
			CreatedAt: stamp{e.CreatedAt}, ExpiresAt: stamp{e.ExpiresAt},
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

// DeleteEnrollment takes an enrollment away.
func (s Methods) DeleteEnrollment(ctx context.Context, accountID, id string) (bool, error) {
	tx := s.writer(ctx).Where("account_id = ? AND id = ?", accountID, id).Delete(&enrollmentRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteEnrollments takes whatever enrollment the account has away.
func (s Methods) DeleteEnrollments(ctx context.Context, accountID string) error {
	return s.writer(ctx).Where("account_id = ?", accountID).Delete(&enrollmentRow{}).Error
}
