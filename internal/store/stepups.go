package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/session"
	"twofold/internal/stepup"
)

// StepUps stores the step-up tokens that have not been consumed.
type StepUps struct{ *DB }

var _ stepup.Store = StepUps{}

type stepUpRow struct {
	ID        string
	AccountID string
	SessionID string
	Purpose   string
	ExpiresAt unixMicro
	KID       *string `gorm:"column:kid"` // the key that signed it; NULL = unknown, from a version before this column
}

func (stepUpRow) TableName() string { return "step_ups" }

// Insert inserts a token. It reports false if the key that signed it was deleted, and returns session.ErrEnded if the session has
// ended. On PostgreSQL it locks the key until the transaction ends, so that a concurrent deletion of the key waits and then
// deletes this token too.
func (s StepUps) Insert(ctx context.Context, g stepup.Grant) (bool, error) {
	lock := ""
	if s.write.Name() == "postgres" {
		lock = " FOR KEY SHARE"
	}
	tx := s.writer(ctx).Exec(`INSERT INTO step_ups (id, account_id, session_id, purpose, expires_at, kid)
		SELECT ?, ?, ?, ?, ?, kid FROM signing_keys WHERE kid = ?`+lock,
		g.ID, g.AccountID, g.SessionID, string(g.Purpose), unixMicro{g.ExpiresAt}, g.KID)
	return tx.RowsAffected == 1, mapForeignKey(tx.Error)
}

// mapForeignKey returns session.ErrEnded for a row whose session was deleted meanwhile.
func mapForeignKey(err error) error {
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return session.ErrEnded
	}
	return err
}

// Consume deletes a token and reports whether it had not expired.
func (s StepUps) Consume(ctx context.Context, id string, at time.Time) (bool, error) {
	tx := s.writer(ctx).Where("id = ? AND expires_at > ?", id, unixMicro{at}).Delete(&stepUpRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteOf deletes the tokens of an account.
func (s StepUps) DeleteOf(ctx context.Context, accountID string) error {
	return s.writer(ctx).Where("account_id = ?", accountID).Delete(&stepUpRow{}).Error
}
