package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"twofold/internal/session"
	"twofold/internal/stepup"
)

// StepUps keeps the step-up tokens that are alive.
type StepUps struct{ *DB }

var _ stepup.Store = StepUps{}

type stepUpRow struct {
	ID        string
	AccountID string
	SessionID string
	Purpose   string
	ExpiresAt unixMicro
	KID       *string `gorm:"column:kid"` // null: a release signed it that does not say
}

func (stepUpRow) TableName() string { return "step_ups" }

// Insert adds a token, unless the key that signed it is not there any more. Where the database locks rows, that key stays
// until the transaction ends, so that whoever takes it away waits, and finds this token too.
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

// mapForeignKey is session.ErrEnded for a row that belongs to a session which ended a moment ago.
func mapForeignKey(err error) error {
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return session.ErrEnded
	}
	return err
}

// Consume takes a token away.
func (s StepUps) Consume(ctx context.Context, id string, at time.Time) (bool, error) {
	tx := s.writer(ctx).Where("id = ? AND expires_at > ?", id, unixMicro{at}).Delete(&stepUpRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteOf ends the tokens of an account.
func (s StepUps) DeleteOf(ctx context.Context, accountID string) error {
	return s.deferred(ctx).Where("account_id = ?", accountID).Delete(&stepUpRow{}).Error
}
