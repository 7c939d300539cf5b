package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/keyring"
)

// Keys stores the encrypted keysets and signing keys.
type Keys struct{ *DB }

var (
	_ keyring.Store       = Keys{}
	_ keyring.SealedStore = Keys{}
)

type keysetRow struct {
	ID        int64
	Sealed    []byte
	CreatedAt unixMicro
}

func (keysetRow) TableName() string { return "sealing_keysets" }

func (r keysetRow) keyset() keyring.SealedKeyset {
	return keyring.SealedKeyset{Sealed: r.Sealed, RotatedAt: r.CreatedAt.Time}
}

type signingKeyRow struct {
	KID       string `gorm:"column:kid;primaryKey"`
	Sealed    []byte
	CreatedAt unixMicro
	BeginsAt  unixMicro
	RetiredAt unixMicro
}

func (signingKeyRow) TableName() string { return "signing_keys" }

// SealedKeyset returns the keyset, or keyring.ErrNoKeys.
func (s Keys) SealedKeyset(ctx context.Context) (keyring.SealedKeyset, error) {
	return oneKeyset(s.reader(ctx))
}

// LockKeyset returns the keyset and locks its row until the transaction ends. SQLite needs no lock, because it has a single
// writer. It returns keyring.ErrNoKeys if there is none.
func (s Keys) LockKeyset(ctx context.Context) (keyring.SealedKeyset, error) {
	return oneKeyset(s.reader(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}))
}

func oneKeyset(tx *gorm.DB) (keyring.SealedKeyset, error) {
	var r keysetRow
	err := tx.Where("id = 1").Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return keyring.SealedKeyset{}, keyring.ErrNoKeys
	}
	return r.keyset(), err
}

// InsertSealedKeyset inserts the keyset, unless there is one.
func (s Keys) InsertSealedKeyset(ctx context.Context, k keyring.SealedKeyset) error {
	return s.writer(ctx).Clauses(clause.OnConflict{DoNothing: true}).
		Create(&keysetRow{ID: 1, Sealed: k.Sealed, CreatedAt: unixMicro{k.RotatedAt}}).Error
}

// ReplaceSealedKeyset replaces the keyset.
func (s Keys) ReplaceSealedKeyset(ctx context.Context, k keyring.SealedKeyset) error {
	return s.writer(ctx).Model(&keysetRow{}).Where("id = 1").
		Updates(map[string]any{"sealed": k.Sealed, "created_at": unixMicro{k.RotatedAt}}).Error
}

// SigningKeys lists the signing keys, the last activated first and the pending one last.
func (s Keys) SigningKeys(ctx context.Context) ([]keyring.SealedKey, error) {
	var rows []signingKeyRow
	if err := s.reader(ctx).Order("created_at DESC, kid").Find(&rows).Error; err != nil {
		return nil, err
	}
	keys := make([]keyring.SealedKey, len(rows))
	for i, r := range rows {
		keys[i] = keyring.SealedKey{
			Key:    keyring.Key{KID: r.KID, ActivatesAt: r.BeginsAt.Time, ActivatedAt: r.CreatedAt.Time, RetiredAt: r.RetiredAt.Time},
			Sealed: r.Sealed,
		}
	}
	return keys, nil
}

// InsertSigningKey inserts a signing key.
func (s Keys) InsertSigningKey(ctx context.Context, k keyring.SealedKey) error {
	return s.writer(ctx).Create(&signingKeyRow{
		KID: k.KID, Sealed: k.Sealed, CreatedAt: unixMicro{k.ActivatedAt}, BeginsAt: unixMicro{k.ActivatesAt}, RetiredAt: unixMicro{k.RetiredAt},
	}).Error
}

// ActivateSigningKey activates a pending key.
func (s Keys) ActivateSigningKey(ctx context.Context, kid string, at time.Time) error {
	return s.writer(ctx).Model(&signingKeyRow{}).Where("kid = ? AND created_at = 0", kid).Update("created_at", unixMicro{at}).Error
}

// RetireSigningKey retires a key, which then signs no more. The first time stays.
func (s Keys) RetireSigningKey(ctx context.Context, kid string, at time.Time) error {
	return s.writer(ctx).Model(&signingKeyRow{}).Where("kid = ? AND retired_at = 0", kid).Update("retired_at", unixMicro{at}).Error
}

// DeleteSigningKey deletes a key and the step-up tokens that it signed.
func (s Keys) DeleteSigningKey(ctx context.Context, kid string) error {
	return s.writer(ctx).Where("kid = ?", kid).Delete(&signingKeyRow{}).Error
}

// DeleteTokensWithoutKID deletes the step-up tokens whose signing key is unknown.
func (s Keys) DeleteTokensWithoutKID(ctx context.Context) error {
	return s.writer(ctx).Where("kid IS NULL").Delete(&stepUpRow{}).Error
}
