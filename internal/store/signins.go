package store

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/authn"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// SignIns keeps pending sign-ins.
type SignIns struct{ *DB }

var _ authn.Store = SignIns{}

type signInRow struct {
	ID        string
	AccountID string
	TokenHash []byte
	Delivery  string
	Tries     int
	Bucket    string
	CreatedAt stamp
	ExpiresAt stamp
}

func (signInRow) TableName() string { return "sign_ins" }

// Insert adds a pending sign-in.
func (s SignIns) Insert(ctx context.Context, p authn.Pending, token [32]byte) error {
	return s.writer(ctx).Create(&signInRow{
		ID: p.ID, AccountID: p.AccountID, TokenHash: token[:], Delivery: string(p.Delivery), Tries: p.Tries, Bucket: string(p.Bucket),
		CreatedAt: stamp{p.CreatedAt}, ExpiresAt: stamp{p.ExpiresAt},
	}).Error
}

// ByToken finds a pending sign-in.
func (s SignIns) ByToken(ctx context.Context, token [32]byte) (authn.Pending, error) {
	var r signInRow
	err := s.reader(ctx).Where("token_hash = ?", token[:]).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return authn.Pending{}, authn.ErrSignInExpired
	}
	return authn.Pending{
		ID: r.ID, AccountID: r.AccountID, Delivery: session.Delivery(r.Delivery), Tries: r.Tries, Bucket: throttle.Bucket(r.Bucket),
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time,
	}, err
}

// CountTry counts a try.
func (s SignIns) CountTry(ctx context.Context, id string, limit int) (int, error) {
	var r signInRow
	tx := s.writer(ctx).Model(&r).Clauses(clause.Returning{Columns: []clause.Column{{Name: "tries"}}}).
		Where("id = ? AND tries < ?", id, limit).Update("tries", gorm.Expr("tries + 1"))
	return r.Tries, tx.Error
}

// Delete takes a pending sign-in away.
func (s SignIns) Delete(ctx context.Context, id string) (bool, error) {
	tx := s.writer(ctx).Where("id = ?", id).Delete(&signInRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteOldest ends all but the newest of a bucket.
func (s SignIns) DeleteOldest(ctx context.Context, accountID string, b throttle.Bucket, keep int) error {
	return deleteOldest(s.writer(ctx), &signInRow{}, keep, "account_id = ? AND bucket = ?", accountID, string(b))
}

// DeleteOf ends those of an account.
func (s SignIns) DeleteOf(ctx context.Context, accountID string) error {
	return s.writer(ctx).Where("account_id = ?", accountID).Delete(&signInRow{}).Error
}
