package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/authn"
	"twofold/internal/session"
)

// Devices stores the browsers and scripts that accounts have signed in from.
type Devices struct{ *DB }

var _ authn.Devices = Devices{}

type deviceRow struct {
	ID          string
	AccountID   string `gorm:"primaryKey"`
	Digest      []byte `gorm:"primaryKey"`
	Delivery    string
	LastUsedAt  unixMicro
	ExpiresAt   unixMicro
	TwoFactorAt unixMicro
}

func (deviceRow) TableName() string { return "devices" }

func (r deviceRow) device() authn.Device {
	if r.ID == "" {
		return authn.Device{}
	}
	return authn.Device{
		ID: r.ID, AccountID: r.AccountID, Delivery: session.Delivery(r.Delivery), LastUsedAt: r.LastUsedAt.Time, ExpiresAt: r.ExpiresAt.Time,
		TwoFactorAt: r.TwoFactorAt.Time,
	}
}

// HasAny reports whether the account has a device, expired or not.
func (s Devices) HasAny(ctx context.Context, accountID string) (bool, error) {
	var ids []string
	err := s.reader(ctx).Model(&deviceRow{}).Where("account_id = ?", accountID).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, err
}

// Find returns the device of an account with a token's digest, or the zero value.
func (s Devices) Find(ctx context.Context, accountID string, digest [32]byte) (authn.Device, error) {
	var r deviceRow
	err := s.reader(ctx).Where("digest = ? AND account_id = ?", digest[:], accountID).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return authn.Device{}, nil
	}
	return r.device(), err
}

// Upsert inserts a device, or replaces the id and the times of the one with the digest.
func (s Devices) Upsert(ctx context.Context, d authn.Device, digest [32]byte) error {
	return s.deferred(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "digest"}, {Name: "account_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"id", "last_used_at", "expires_at", "two_factor_at"}),
	}).Create(&deviceRow{
		ID: d.ID, AccountID: d.AccountID, Digest: digest[:], Delivery: string(d.Delivery),
		LastUsedAt: unixMicro{d.LastUsedAt}, ExpiresAt: unixMicro{d.ExpiresAt}, TwoFactorAt: unixMicro{d.TwoFactorAt},
	}).Error
}

// Rotate replaces the digest of a browser in all accounts that know it, and updates its times in one of them.
func (s Devices) Rotate(ctx context.Context, d authn.Device, from, to [32]byte) error {
	return s.deferred(ctx).Exec(`UPDATE devices SET digest = ?,
		last_used_at = CASE WHEN account_id = ? THEN CAST(? AS BIGINT) ELSE last_used_at END,
		expires_at = CASE WHEN account_id = ? THEN CAST(? AS BIGINT) ELSE expires_at END,
		two_factor_at = CASE WHEN account_id = ? THEN CAST(? AS BIGINT) ELSE two_factor_at END
		WHERE digest = ? AND delivery = ?`,
		to[:], d.AccountID, unixMicro{d.LastUsedAt}, d.AccountID, unixMicro{d.ExpiresAt}, d.AccountID, unixMicro{d.TwoFactorAt},
		from[:], string(session.Cookie)).Error
}

// Rekey replaces the digest of a browser in all accounts that know it.
func (s Devices) Rekey(ctx context.Context, from, to [32]byte) error {
	return s.deferred(ctx).Model(&deviceRow{}).Where("digest = ? AND delivery = ?", from[:], string(session.Cookie)).
		Update("digest", to[:]).Error
}

// revoked is the expiry of a revoked device. It is not the time of the revocation, so that a clock that is set back later does
// not make the device known again (T-21), and not zero, so that the device is purged: see markLastDevice.
var revoked = unixMicro{time.UnixMicro(1)}

// Revoke marks all devices of an account as expired, except the one with the id keep.
func (s Devices) Revoke(ctx context.Context, accountID, keep string, at time.Time) error {
	return s.writer(ctx).Model(&deviceRow{}).Where("account_id = ? AND id <> ? AND expires_at > ?", accountID, keep, unixMicro{at}).
		Update("expires_at", revoked).Error
}

// Prune deletes the account's expired devices, and all but the keep most recently used.
func (s Devices) Prune(ctx context.Context, accountID string, at time.Time, keep int) error {
	tx := s.deferred(ctx)
	surplus := tx.Session(&gorm.Session{NewDB: true}).Model(&deviceRow{}).Select("id").
		Where("account_id = ?", accountID).Order("last_used_at DESC, id DESC").Limit(-1).Offset(keep)
	return tx.Where("account_id = ? AND (expires_at <= ? OR id IN (?))", accountID, unixMicro{at}, surplus).Delete(&deviceRow{}).Error
}
