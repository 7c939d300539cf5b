package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/account"
)

// PendingAddresses stores the addresses to confirm, at most one for each account.
type PendingAddresses struct{ *DB }

var _ account.PendingStore = PendingAddresses{}

type pendingAddressRow struct {
	AccountID string `gorm:"primaryKey"`
	ID        string
	Kind      string
	Email     string
	CreatedAt unixMicro
	ExpiresAt unixMicro
}

func (pendingAddressRow) TableName() string { return "pending_addresses" }

// Replace stores a pending address in place of the account's previous one.
func (s PendingAddresses) Replace(ctx context.Context, p account.PendingAddress) error {
	return s.writer(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "account_id"}}, UpdateAll: true}).Create(&pendingAddressRow{
		AccountID: p.AccountID, ID: p.ID, Kind: string(p.Kind), Email: p.Email,
		CreatedAt: unixMicro{p.CreatedAt}, ExpiresAt: unixMicro{p.ExpiresAt},
	}).Error
}

// Of returns the account's pending address, or account.ErrNoPendingAddress.
func (s PendingAddresses) Of(ctx context.Context, accountID string) (account.PendingAddress, error) {
	var r pendingAddressRow
	err := s.reader(ctx).Where("account_id = ?", accountID).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return account.PendingAddress{}, account.ErrNoPendingAddress
	}
	return account.PendingAddress{
		ID: r.ID, AccountID: r.AccountID, Kind: account.AddressKind(r.Kind), Email: r.Email,
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time,
	}, err
}

// Delete deletes the account's pending address and reports whether it had not expired.
func (s PendingAddresses) Delete(ctx context.Context, accountID string, at time.Time) (bool, error) {
	var deleted []pendingAddressRow
	tx := s.writer(ctx).Clauses(clause.Returning{Columns: []clause.Column{{Name: "expires_at"}}}).Where("account_id = ?", accountID).Delete(&deleted)
	return len(deleted) == 1 && deleted[0].ExpiresAt.After(at), tx.Error
}
