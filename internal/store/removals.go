package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/account"
	"twofold/internal/mfaremoval"
)

// Removals stores the MFA removals that are active or were cancelled, at most one for each account.
type Removals struct{ *DB }

var _ mfaremoval.Store = Removals{}

type removalRow struct {
	AccountID   string `gorm:"primaryKey"`
	ID          string
	Email       string
	RequestedAt unixMicro
	Remaining   int64 // in microseconds
	CountedAt   unixMicro
	ToldAt      unixMicro
	ReadyAt     unixMicro
	CancelledAt unixMicro
}

func (removalRow) TableName() string { return "mfa_removals" }

// Last returns the account's removal, active or cancelled, or mfaremoval.ErrNotFound.
func (s Removals) Last(ctx context.Context, accountID string) (mfaremoval.Removal, error) {
	var r removalRow
	err := s.reader(ctx).Where("account_id = ?", accountID).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return mfaremoval.Removal{}, mfaremoval.ErrNotFound
	}
	return mfaremoval.Removal{
		ID: r.ID, AccountID: r.AccountID, Email: account.CanonicalEmail(r.Email), RequestedAt: r.RequestedAt.Time,
		Remaining: time.Duration(r.Remaining) * time.Microsecond, CountedAt: r.CountedAt.Time, AnnouncedAt: r.ToldAt.Time,
		ReadyAt: r.ReadyAt.Time, CancelledAt: r.CancelledAt.Time,
	}, err
}

// Open lists the accounts that have an active removal.
func (s Removals) Open(ctx context.Context) ([]string, error) {
	var ids []string
	err := s.reader(ctx).Model(&removalRow{}).Where("cancelled_at = 0").Order("account_id").Pluck("account_id", &ids).Error
	return ids, err
}

// Begin inserts a removal in place of a cancelled one. It reports false if one is active. It is one statement.
func (s Removals) Begin(ctx context.Context, r mfaremoval.Removal) (bool, error) {
	tx := s.writer(ctx).Exec(`INSERT INTO mfa_removals
		(account_id, id, email, requested_at, remaining, counted_at, told_at, ready_at, cancelled_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)
		ON CONFLICT (account_id) DO UPDATE SET id = excluded.id, email = excluded.email,
			requested_at = excluded.requested_at, remaining = excluded.remaining, counted_at = excluded.counted_at,
			told_at = excluded.told_at, ready_at = 0, cancelled_at = 0
		WHERE mfa_removals.cancelled_at <> 0`,
		r.AccountID, r.ID, r.Email, unixMicro{r.RequestedAt}, r.Remaining.Microseconds(), unixMicro{r.CountedAt}, unixMicro{r.AnnouncedAt})
	return tx.RowsAffected == 1, tx.Error
}

// Update stores the remaining time of an active removal and the times that go with it. It reports false if there is none.
func (s Removals) Update(ctx context.Context, r mfaremoval.Removal) (bool, error) {
	tx := s.active(ctx, r.AccountID, r.ID).Updates(map[string]any{
		"remaining": r.Remaining.Microseconds(), "counted_at": unixMicro{r.CountedAt}, "told_at": unixMicro{r.AnnouncedAt},
		"ready_at": unixMicro{r.ReadyAt},
	})
	return tx.RowsAffected == 1, tx.Error
}

// Cancel marks an active removal as cancelled. It reports false if there is none.
func (s Removals) Cancel(ctx context.Context, accountID, id string, at time.Time) (bool, error) {
	tx := s.active(ctx, accountID, id).Update("cancelled_at", unixMicro{at})
	return tx.RowsAffected == 1, tx.Error
}

// Delete deletes an active removal. It reports false if there is none.
func (s Removals) Delete(ctx context.Context, accountID, id string) (bool, error) {
	tx := s.active(ctx, accountID, id).Delete(&removalRow{})
	return tx.RowsAffected == 1, tx.Error
}

func (s Removals) active(ctx context.Context, accountID, id string) *gorm.DB {
	return s.writer(ctx).Model(&removalRow{}).Where("account_id = ? AND id = ? AND cancelled_at = 0", accountID, id)
}
