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

// Methods stores MFA methods, enrollments and recovery codes.
type Methods struct{ *DB }

var _ mfa.Store = Methods{}

type methodRow struct {
	ID          string
	AccountID   string
	Type        string
	Name        string
	SealedKey   []byte
	LastStep    int64
	CreatedAt   unixMicro
	LastUsedAt  unixMicro
	SuspendedAt unixMicro
}

func (methodRow) TableName() string { return "mfa_methods" }

func (r methodRow) method() mfa.Method {
	return mfa.Method{
		ID: r.ID, AccountID: r.AccountID, Type: r.Type, Name: r.Name, SealedKey: r.SealedKey,
		LastStep: totp.Step(r.LastStep), CreatedAt: r.CreatedAt.Time, LastUsedAt: r.LastUsedAt.Time,
		SuspendedAt: r.SuspendedAt.Time,
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

// InsertMethod inserts a method. It returns mfa.ErrNameTaken if the account has one of that name.
func (s Methods) InsertMethod(ctx context.Context, m mfa.Method) error {
	tx := s.writer(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&methodRow{
		ID: m.ID, AccountID: m.AccountID, Type: m.Type, Name: m.Name, SealedKey: m.SealedKey,
		LastStep: int64(m.LastStep), CreatedAt: unixMicro{m.CreatedAt}, LastUsedAt: unixMicro{m.LastUsedAt},
		SuspendedAt: unixMicro{m.SuspendedAt},
	})
	if tx.Error == nil && tx.RowsAffected == 0 {
		return mfa.ErrNameTaken
	}
	return tx.Error
}

// RenameMethod renames a method and reports whether there is one. It returns mfa.ErrNameTaken if another has the name.
func (s Methods) RenameMethod(ctx context.Context, accountID, id, name string) (bool, error) {
	renamed := false
	err := withSavepoint(s.writer(ctx), func(tx *gorm.DB) error {
		tx = tx.Model(&methodRow{}).Where("id = ? AND account_id = ?", id, accountID).Update("name", name)
		renamed = tx.RowsAffected == 1
		return tx.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return false, mfa.ErrNameTaken
	}
	return renamed, err
}

// SuspendMethod suspends a method. It reports false if there is none or it is suspended already.
func (s Methods) SuspendMethod(ctx context.Context, accountID, id string, at time.Time) (bool, error) {
	tx := s.writer(ctx).Model(&methodRow{}).
		Where("id = ? AND account_id = ? AND suspended_at = 0", id, accountID).Update("suspended_at", unixMicro{at})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteMethod deletes a method and reports whether there was one.
func (s Methods) DeleteMethod(ctx context.Context, accountID, id string) (bool, error) {
	tx := s.writer(ctx).Where("id = ? AND account_id = ?", id, accountID).Delete(&methodRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteMethods deletes all methods of an account and returns their number.
func (s Methods) DeleteMethods(ctx context.Context, accountID string) (int, error) {
	tx := s.writer(ctx).Where("account_id = ?", accountID).Delete(&methodRow{})
	return int(tx.RowsAffected), tx.Error
}

// AdvanceStep consumes the TOTP code of a step and of every earlier one (RFC 6238 §5.2). It is the only record of used codes.
// It reports false if the step or a later one is used, or if the method does not exist or is suspended: of concurrent
// transactions, the first one to change the row consumes the code.
func (s Methods) AdvanceStep(ctx context.Context, accountID, id string, step totp.Step, at time.Time) (bool, error) {
	tx := s.writer(ctx).Model(&methodRow{}).
		Where("id = ? AND account_id = ? AND suspended_at = 0 AND last_step < ?", id, accountID, int64(step)).
		Updates(map[string]any{"last_step": int64(step), "last_used_at": unixMicro{at}})
	return tx.RowsAffected == 1, tx.Error
}
