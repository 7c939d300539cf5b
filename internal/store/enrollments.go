package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"twofold/internal/mfa"
)

type enrollmentRow struct {
	AccountID string `gorm:"primaryKey"`
	ID        string
	SessionID string
	Name      string
	SealedKey []byte
	Tries     int
	CreatedAt unixMicro
	ExpiresAt unixMicro
	Replaces  string
	OverAt    unixMicro
}

func (enrollmentRow) TableName() string { return "enrollments" }

func (r enrollmentRow) enrollment() mfa.Enrollment {
	if r.ID == "" {
		return mfa.Enrollment{}
	}
	return mfa.Enrollment{
		ID: r.ID, AccountID: r.AccountID, SessionID: r.SessionID, Name: r.Name, SealedKey: r.SealedKey, Tries: r.Tries,
		CreatedAt: r.CreatedAt.Time, ExpiresAt: r.ExpiresAt.Time, Replaces: r.Replaces,
	}
}

// ReplaceEnrollment inserts the account's enrollment in place of the previous one. It returns session.ErrEnded if the session
// has ended.
func (s Methods) ReplaceEnrollment(ctx context.Context, e mfa.Enrollment) error {
	return mapForeignKey(s.writer(ctx).
		Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "account_id"}}, UpdateAll: true}).
		Create(&enrollmentRow{
			AccountID: e.AccountID, ID: e.ID, SessionID: e.SessionID, Name: e.Name, SealedKey: e.SealedKey, Tries: e.Tries,
			CreatedAt: unixMicro{e.CreatedAt}, ExpiresAt: unixMicro{e.ExpiresAt}, Replaces: e.Replaces,
		}).Error)
}

// State returns the enrollment, the methods and the number of recovery codes of an account. Its query yields one row per
// method, or one row without a method.
func (s Methods) State(ctx context.Context, accountID string) (st mfa.State, err error) {
	rows, err := s.reader(ctx).Raw(`SELECT
		coalesce(e.id, ''), coalesce(e.session_id, ''), coalesce(e.name, ''), e.sealed_key, coalesce(e.tries, 0),
		coalesce(e.created_at, 0), coalesce(e.expires_at, 0), coalesce(e.replaces, ''),
		(SELECT count(*) FROM recovery_codes c WHERE c.account_id = o.id),
		(SELECT count(*) FROM recovery_codes c WHERE c.account_id = o.id AND c.used_at = 0),
		coalesce((SELECT max(c.created_at) FROM recovery_codes c WHERE c.account_id = o.id), 0),
		coalesce((SELECT max(c.retired_at) FROM recovery_codes c WHERE c.account_id = o.id), 0) > 0,
		coalesce(m.id, ''), coalesce(m.type, ''), coalesce(m.name, ''), m.sealed_key, coalesce(m.last_step, 0),
		coalesce(m.created_at, 0), coalesce(m.last_used_at, 0), coalesce(m.suspended_at, 0)
		FROM (SELECT CAST(? AS TEXT) AS id) o
		LEFT JOIN enrollments e ON e.account_id = o.id
		LEFT JOIN mfa_methods m ON m.account_id = o.id
		ORDER BY m.created_at, m.id`, accountID).Rows()
	if err != nil {
		return mfa.State{}, err
	}
	defer func() {
		if err = errors.Join(err, rows.Close()); err != nil {
			st, err = mfa.State{}, wrapError(err)
		}
	}()
	for rows.Next() {
		e, m, made := enrollmentRow{AccountID: accountID}, methodRow{AccountID: accountID}, unixMicro{}
		err := rows.Scan(&e.ID, &e.SessionID, &e.Name, &e.SealedKey, &e.Tries, &e.CreatedAt, &e.ExpiresAt, &e.Replaces,
			&st.RecoveryCodes.Total, &st.RecoveryCodes.Left, &made, &st.RecoveryCodes.Invalidated,
			&m.ID, &m.Type, &m.Name, &m.SealedKey, &m.LastStep, &m.CreatedAt, &m.LastUsedAt, &m.SuspendedAt)
		if err != nil {
			return mfa.State{}, err
		}
		st.Enrollment, st.RecoveryCodes.GeneratedAt = e.enrollment(), made.Time
		if m.ID != "" {
			st.Methods = append(st.Methods, m.method())
		}
	}
	return st, rows.Err()
}

// IncrementTries counts an attempt at an enrollment and returns the number of attempts, or 0 if there were limit before.
func (s Methods) IncrementTries(ctx context.Context, accountID, id string, limit int) (int, error) {
	var r enrollmentRow
	tx := s.writer(ctx).Model(&r).Clauses(clause.Returning{Columns: []clause.Column{{Name: "tries"}}}).
		Where("account_id = ? AND id = ? AND tries < ?", accountID, id, limit).
		Update("tries", gorm.Expr("tries + 1"))
	return r.Tries, tx.Error
}

// MarkExpired marks an enrollment as expired. It reports false if it was marked before.
func (s Methods) MarkExpired(ctx context.Context, accountID, id string, at time.Time) (bool, error) {
	tx := s.writer(ctx).Model(&enrollmentRow{}).
		Where("account_id = ? AND id = ? AND over_at = 0", accountID, id).Update("over_at", unixMicro{at})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteEnrollment deletes an enrollment and reports whether there was one.
func (s Methods) DeleteEnrollment(ctx context.Context, accountID, id string) (bool, error) {
	tx := s.writer(ctx).Where("account_id = ? AND id = ?", accountID, id).Delete(&enrollmentRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteEnrollments deletes the account's enrollment, if there is one.
func (s Methods) DeleteEnrollments(ctx context.Context, accountID string) error {
	return s.writer(ctx).Where("account_id = ?", accountID).Delete(&enrollmentRow{}).Error
}

// ExpiredEnrollments lists enrollments that expired before a time, those that expired first first.
func (s Methods) ExpiredEnrollments(ctx context.Context, before time.Time, limit int) ([]mfa.Enrollment, error) {
	var rows []enrollmentRow
	err := s.reader(ctx).Where("expires_at <= ?", unixMicro{before}).Order("expires_at").Limit(limit).Find(&rows).Error
	expired := make([]mfa.Enrollment, len(rows))
	for i, r := range rows {
		expired[i] = r.enrollment()
	}
	return expired, err
}
