package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gorm.io/gorm"

	"twofold/internal/session"
)

// Sessions stores sessions.
type Sessions struct{ *DB }

var _ session.Store = Sessions{}

type sessionRow struct {
	ID         string
	AccountID  string
	TokenHash  []byte
	Delivery   string
	AMR        string `gorm:"column:amr"` // values in order, separated by spaces
	AuthTime   unixMicro
	CreatedAt  unixMicro
	LastUsedAt unixMicro
	EndsAt     unixMicro
	IP         string `gorm:"column:ip"`
	UserAgent  string
}

func (sessionRow) TableName() string { return "sessions" }

func (r sessionRow) session() session.Session {
	return session.Session{
		ID: r.ID, AccountID: r.AccountID, Delivery: session.Delivery(r.Delivery), AMR: strings.Fields(r.AMR),
		AuthTime: r.AuthTime.Time, CreatedAt: r.CreatedAt.Time, LastUsedAt: r.LastUsedAt.Time, AbsoluteExpiry: r.EndsAt.Time,
		IP: r.IP, UserAgent: r.UserAgent,
	}
}

// Insert inserts a session.
func (s Sessions) Insert(ctx context.Context, sess session.Session, token [32]byte) error {
	return s.execDeferred(ctx, `INSERT INTO sessions (id, account_id, token_hash, delivery, amr, auth_time, created_at, last_used_at, ends_at, ip, user_agent)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, []any{
		sess.ID, sess.AccountID, token[:], string(sess.Delivery), strings.Join(sess.AMR, " "),
		unixMicro{sess.AuthTime}, unixMicro{sess.CreatedAt}, unixMicro{sess.LastUsedAt}, unixMicro{sess.AbsoluteExpiry}, sess.IP, sess.UserAgent,
	})
}

// ByToken returns the session of a token's hash, or session.ErrEnded.
func (s Sessions) ByToken(ctx context.Context, token [32]byte) (session.Session, error) {
	var r sessionRow
	err := s.query(ctx, `SELECT id, account_id, delivery, amr, auth_time, created_at, last_used_at, ends_at, ip, user_agent
		FROM sessions WHERE token_hash = ?`, []any{token[:]}, func(rows *sql.Rows) error {
		return rows.Scan(&r.ID, &r.AccountID, &r.Delivery, &r.AMR, &r.AuthTime, &r.CreatedAt, &r.LastUsedAt, &r.EndsAt, &r.IP, &r.UserAgent)
	})
	if err == nil && r.ID == "" {
		err = session.ErrEnded
	}
	return r.session(), err
}

// Touch sets the time of last use, unless it is later already.
func (s Sessions) Touch(ctx context.Context, id string, at time.Time) error {
	return s.writer(ctx).Model(&sessionRow{}).Where("id = ? AND last_used_at < ?", id, unixMicro{at}).
		Update("last_used_at", unixMicro{at}).Error
}

// Update stores the authentication methods and the times of a session. It returns session.ErrEnded if it has ended.
func (s Sessions) Update(ctx context.Context, sess session.Session) error {
	return requireOneRow(s.writer(ctx).Model(&sessionRow{}).Where("id = ?", sess.ID).Updates(map[string]any{
		"amr": strings.Join(sess.AMR, " "), "auth_time": unixMicro{sess.AuthTime},
		"last_used_at": unixMicro{sess.LastUsedAt}, "ends_at": unixMicro{sess.AbsoluteExpiry},
	}))
}

// SetToken replaces the token's hash of a session. It returns session.ErrEnded if it has ended.
func (s Sessions) SetToken(ctx context.Context, id string, token [32]byte) error {
	return requireOneRow(s.writer(ctx).Model(&sessionRow{}).Where("id = ?", id).Update("token_hash", token[:]))
}

func requireOneRow(tx *gorm.DB) error {
	if tx.Error == nil && tx.RowsAffected == 0 {
		return session.ErrEnded
	}
	return tx.Error
}

// ByAccount lists an account's sessions, newest first. Ids sort by age.
func (s Sessions) ByAccount(ctx context.Context, accountID string) ([]session.Session, error) {
	var rows []sessionRow
	err := s.reader(ctx).Where("account_id = ?", accountID).Order("id DESC").Find(&rows).Error
	sessions := make([]session.Session, len(rows))
	for i, r := range rows {
		sessions[i] = r.session()
	}
	return sessions, err
}

// Delete deletes a session and reports whether there was one.
func (s Sessions) Delete(ctx context.Context, accountID, id string) (bool, error) {
	tx := s.writer(ctx).Where("id = ? AND account_id = ?", id, accountID).Delete(&sessionRow{})
	return tx.RowsAffected == 1, tx.Error
}

// DeleteByToken deletes the session of a token's hash.
func (s Sessions) DeleteByToken(ctx context.Context, token [32]byte) error {
	return s.deferred(ctx).Where("token_hash = ?", token[:]).Delete(&sessionRow{}).Error
}

// DeleteOthers deletes all sessions of an account except the one with the id keep, and returns their number.
func (s Sessions) DeleteOthers(ctx context.Context, accountID, keep string) (int, error) {
	tx := s.writer(ctx).Where("account_id = ? AND id <> ?", accountID, keep).Delete(&sessionRow{})
	return int(tx.RowsAffected), tx.Error
}

// DeleteOldest deletes all but the keep newest sessions of an account.
func (s Sessions) DeleteOldest(ctx context.Context, accountID string, keep int) error {
	return deleteOldest(s.deferred(ctx), &sessionRow{}, keep, "account_id = ?", accountID)
}

// deleteOldest deletes all but the keep newest of the rows that a condition selects.
func deleteOldest(tx *gorm.DB, row interface{ TableName() string }, keep int, which string, args ...any) error {
	surplus := tx.Session(&gorm.Session{NewDB: true}).Table(row.TableName()).Select("id").
		Where(which, args...).Order("created_at DESC, id DESC").Limit(-1).Offset(keep)
	return tx.Where("id IN (?)", surplus).Delete(row).Error
}
