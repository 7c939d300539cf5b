package store

import (
	"context"

	"twofold/internal/authn"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// SignIns stores pending sign-ins.
type SignIns struct{ *DB }

var _ authn.Store = SignIns{}

type signInRow struct {
	ID        string
	AccountID string
	TokenHash []byte
	Delivery  string
	Tries     int
	Bucket    string
	CreatedAt unixMicro
	ExpiresAt unixMicro
	SealedKey []byte
	Name      string
	IP        string `gorm:"column:ip"`
	UserAgent string
}

func (signInRow) TableName() string { return "sign_ins" }

// Insert inserts a pending sign-in.
func (s SignIns) Insert(ctx context.Context, p authn.PendingSignIn, token [32]byte) error {
	return s.execDeferred(ctx, `INSERT INTO sign_ins (id, account_id, token_hash, delivery, tries, bucket, created_at, expires_at, ip, user_agent)
		VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`, []any{
		p.ID, p.AccountID, token[:], string(p.Delivery), string(p.Bucket), unixMicro{p.CreatedAt}, unixMicro{p.ExpiresAt}, p.IP, p.UserAgent,
	})
}

func (r signInRow) pending() authn.PendingSignIn {
	return authn.PendingSignIn{
		ID: r.ID, AccountID: r.AccountID, Delivery: session.Delivery(r.Delivery), Bucket: throttle.Bucket(r.Bucket),
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time,
		SealedKey: r.SealedKey, Name: r.Name, IP: r.IP, UserAgent: r.UserAgent,
	}
}

// SetEnrollmentKey stores the encrypted key and the name of an authenticator app that is enrolled during sign-in. It reports
// false if the pending sign-in does not exist.
func (s SignIns) SetEnrollmentKey(ctx context.Context, id string, sealedKey []byte, name string) (bool, error) {
	tx := s.writer(ctx).Exec("UPDATE sign_ins SET sealed_key = ?, name = ? WHERE id = ?", sealedKey, name, id)
	return tx.RowsAffected == 1, tx.Error
}

// Delete deletes a pending sign-in.
func (s SignIns) Delete(ctx context.Context, id string) error {
	return s.execDeferred(ctx, "DELETE FROM sign_ins WHERE id = ?", []any{id})
}

// DeleteOldest deletes all but the newest pending sign-ins of an account's bucket. The bucket is the result of a subquery, so that
// PostgreSQL does not read all of the partial index of one bucket.
func (s SignIns) DeleteOldest(ctx context.Context, accountID string, b throttle.Bucket, keep int) error {
	return deleteOldest(s.deferred(ctx), &signInRow{}, keep, "account_id = ? AND bucket = (SELECT CAST(? AS TEXT))", accountID, string(b))
}

// DeleteOf deletes the pending sign-ins of an account.
func (s SignIns) DeleteOf(ctx context.Context, accountID string) error {
	return s.writer(ctx).Where("account_id = ?", accountID).Delete(&signInRow{}).Error
}
