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
	ExpiresAt stamp
}

func (stepUpRow) TableName() string { return "step_ups" }

// Insert adds a token.
func (s StepUps) Insert(ctx context.Context, g stepup.Grant) error {
	return endedWithout(s.writer(ctx).Create(&stepUpRow{
		ID: g.ID, AccountID: g.AccountID, SessionID: g.SessionID, Purpose: string(g.Purpose), ExpiresAt: stamp{g.ExpiresAt},
	}).Error)
}

// endedWithout is session.ErrEnded for a row that belongs to a session which ended a moment ago.
func endedWithout(err error) error {
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return session.ErrEnded
	}
	return err
}

// Spend takes a token away.
func (s StepUps) Spend(ctx context.Context, id string, at time.Time) (bool, error) {
	tx := s.writer(ctx).Where("id = ? AND expires_at > ?", id, stamp{at}).Delete(&stepUpRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteOf ends the tokens of an account.
func (s StepUps) DeleteOf(ctx context.Context, accountID string) error {
	return s.writer(ctx).Where("account_id = ?", accountID).Delete(&stepUpRow{}).Error
}
