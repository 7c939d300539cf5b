package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"twofold/internal/maillink"
)

// Links stores the single-use email links that have not been consumed.
type Links struct{ *DB }

var _ maillink.Store = Links{}

type linkRow struct {
	ID        string
	AccountID string
	TokenHash []byte
	Purpose   string
	Subject   string
	CreatedAt unixMicro
	ExpiresAt unixMicro
}

func (linkRow) TableName() string { return "links" }

func (r linkRow) link() maillink.Link {
	return maillink.Link{
		ID: r.ID, AccountID: r.AccountID, Purpose: maillink.Purpose(r.Purpose), Subject: r.Subject,
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time,
	}
}

// Insert inserts a link.
func (s Links) Insert(ctx context.Context, l maillink.Link, token [32]byte) error {
	return s.deferred(ctx).Create(&linkRow{
		ID: l.ID, AccountID: l.AccountID, TokenHash: token[:], Purpose: string(l.Purpose), Subject: l.Subject,
		CreatedAt: unixMicro{l.CreatedAt}, ExpiresAt: unixMicro{l.ExpiresAt},
	}).Error
}

// ByToken returns the link of a token's hash, or maillink.ErrExpired.
func (s Links) ByToken(ctx context.Context, token [32]byte) (maillink.Link, error) {
	var r linkRow
	err := s.reader(ctx).Where("token_hash = ?", token[:]).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return maillink.Link{}, maillink.ErrExpired
	}
	return r.link(), err
}

// ByAccount lists an account's links of a purpose.
func (s Links) ByAccount(ctx context.Context, accountID string, p maillink.Purpose) ([]maillink.Link, error) {
	var rows []linkRow
	err := s.reader(ctx).Where("account_id = ? AND purpose = ?", accountID, string(p)).Order("id").Find(&rows).Error
	links := make([]maillink.Link, len(rows))
	for i, r := range rows {
		links[i] = r.link()
	}
	return links, err
}

// Delete deletes a link and reports whether there was one, so that one of several callers consumes it.
func (s Links) Delete(ctx context.Context, id string) (bool, error) {
	tx := s.writer(ctx).Where("id = ?", id).Delete(&linkRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteOf deletes an account's links of a purpose. An empty subject means all subjects.
func (s Links) DeleteOf(ctx context.Context, accountID string, p maillink.Purpose, subject string) error {
	tx := s.writer(ctx).Where("account_id = ? AND purpose = ?", accountID, string(p))
	if subject != "" {
		tx = tx.Where("subject = ?", subject)
	}
	return tx.Delete(&linkRow{}).Error
}
