package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/keyring"
)

// Keys keeps sealed keys.
type Keys struct{ *DB }

var _ keyring.Store = Keys{}

type keysetRow struct {
	ID        int64
	Sealed    []byte
	CreatedAt stamp
}

func (keysetRow) TableName() string { return "sealing_keysets" }

type signingKeyRow struct {
	KID       string `gorm:"column:kid;primaryKey"`
	Sealed    []byte
	CreatedAt stamp
}

func (signingKeyRow) TableName() string { return "signing_keys" }

// SealedKeyset reads the one keyset.
func (s Keys) SealedKeyset(ctx context.Context) ([]byte, error) {
	var r keysetRow
	err := s.reader(ctx).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, keyring.ErrNone
	}
	return r.Sealed, err
}

// InsertSealedKeyset keeps the one keyset, unless there is one.
func (s Keys) InsertSealedKeyset(ctx context.Context, sealed []byte, at time.Time) error {
	return s.writer(ctx).Clauses(clause.OnConflict{DoNothing: true}).
		Create(&keysetRow{ID: 1, Sealed: sealed, CreatedAt: stamp{at}}).Error
}

// SigningKeys lists the signing keys, the newest first.
func (s Keys) SigningKeys(ctx context.Context) ([]keyring.SealedKey, error) {
	var rows []signingKeyRow
	if err := s.reader(ctx).Order("created_at DESC, kid").Find(&rows).Error; err != nil {
		return nil, err
	}
	keys := make([]keyring.SealedKey, len(rows))
	for i, r := range rows {
		keys[i] = keyring.SealedKey{KID: r.KID, Sealed: r.Sealed, CreatedAt: r.CreatedAt.Time}
	}
	return keys, nil
}

// InsertSigningKey adds a signing key.
func (s Keys) InsertSigningKey(ctx context.Context, k keyring.SealedKey) error {
	return s.writer(ctx).Create(&signingKeyRow{KID: k.KID, Sealed: k.Sealed, CreatedAt: stamp{k.CreatedAt}}).Error
}
