package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"twofold/internal/link"
)

// Links keeps the links that still work.
type Links struct{ *DB }

var _ link.Store = Links{}

type linkRow struct {
	ID        string
	AccountID string
	TokenHash []byte
	Purpose   string
	Subject   string
	CreatedAt stamp
	ExpiresAt stamp
}

func (linkRow) TableName() string { return "links" }

func (r linkRow) link() link.Link {
	return link.Link{
		ID: r.ID, AccountID: r.AccountID, Purpose: link.Purpose(r.Purpose), Subject: r.Subject,
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time,
	}
}

// Insert adds a link.
func (s Links) Insert(ctx context.Context, l link.Link, token [32]byte) error {
	return s.queued(ctx).Create(&linkRow{
		ID: l.ID, AccountID: l.AccountID, TokenHash: token[:], Purpose: string(l.Purpose), Subject: l.Subject,
		CreatedAt: stamp{l.CreatedAt}, ExpiresAt: stamp{l.ExpiresAt},
	}).Error
}

// ByToken finds a link.
func (s Links) ByToken(ctx context.Context, token [32]byte) (link.Link, error) {
	var r linkRow
	err := s.reader(ctx).Where("token_hash = ?", token[:]).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return link.Link{}, link.ErrExpired
	}
	return r.link(), err
}

// Of lists an account's links of a purpose.
func (s Links) Of(ctx context.Context, accountID string, p link.Purpose) ([]link.Link, error) {
	var rows []linkRow
	err := s.reader(ctx).Where("account_id = ? AND purpose = ?", accountID, string(p)).Order("id").Find(&rows).Error
	links := make([]link.Link, len(rows))
	for i, r := range rows {
		links[i] = r.link()
	}
	return links, err
}

// Delete takes a link away.
func (s Links) Delete(ctx context.Context, id string) (bool, error) {
	tx := s.writer(ctx).Where("id = ?", id).Delete(&linkRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteOf takes an account's links of a purpose away.
func (s Links) DeleteOf(ctx context.Context, accountID string, p link.Purpose, subject string) error {
	tx := s.queued(ctx).Where("account_id = ? AND purpose = ?", accountID, string(p))
	if subject != "" {
		tx = tx.Where("subject = ?", subject)
	}
	return tx.Delete(&linkRow{}).Error
}
