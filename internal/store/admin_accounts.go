package store

import (
	"context"
	"database/sql"
	"time"

	"twofold/internal/account"
	"twofold/internal/admin"
	"twofold/internal/audit"
	"twofold/internal/throttle"
)

// AdminAccounts finds accounts, and keeps what administrators change of them.
type AdminAccounts struct{ Accounts }

var _ admin.Store = AdminAccounts{}

// maxRuneSuffix comes after whatever an address goes on with.
const maxRuneSuffix = "\U0010FFFF"

// Find lists a page of accounts by their addresses, which are compared by their bytes: a server has an order of its own,
// by which what begins alike does not lie together.
func (s AdminAccounts) Find(ctx context.Context, prefix, after string, limit int) ([]admin.AccountSummary, error) {
	address := "a.email"
	if !s.singleWriter() {
		address += ` COLLATE "C"`
	}
	where, args := address+" >= ? AND "+address+" < ?", []any{prefix, prefix + maxRuneSuffix}
	if after != "" {
		where += " AND " + address + " > (SELECT x.email FROM accounts x WHERE x.id = ?)"
		args = append(args, after)
	}
	var found []admin.AccountSummary
	err := s.query(ctx, `SELECT a.id, a.email, a.display_name, a.role, a.disabled_at, a.created_at,
		(SELECT count(*) FROM mfa_methods m WHERE m.account_id = a.id)
		FROM accounts a WHERE `+where+" ORDER BY "+address+" LIMIT ?", append(args, limit), func(rows *sql.Rows) error {
		var r accountRow
		var methods int
		err := rows.Scan(&r.ID, &r.Email, &r.DisplayName, &r.Role, &r.DisabledAt, &r.CreatedAt, &methods)
		found = append(found, admin.AccountSummary{Account: r.account(), MFA: methods > 0})
		return err
	})
	return found, err
}

// OtherAdministrators lists and locks them in the order of their ids, so that two who ask wait for each other once.
func (s AdminAccounts) OtherAdministrators(ctx context.Context, but string) ([]string, error) {
	lock := ""
	if !s.singleWriter() {
		lock = " FOR UPDATE"
	}
	var ids []string
	err := s.query(ctx, "SELECT id FROM accounts WHERE role = '"+string(account.Admin)+"' AND disabled_at = 0 AND id <> ? ORDER BY id"+lock,
		[]any{but}, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}

// SetRole gives an account a role.
func (s AdminAccounts) SetRole(ctx context.Context, accountID string, r account.Role) error {
	return s.set(ctx, accountID, map[string]any{"role": string(r)})
}

// SetDisabled disables an account, or enables it.
func (s AdminAccounts) SetDisabled(ctx context.Context, accountID string, at time.Time) error {
	return s.set(ctx, accountID, map[string]any{"disabled_at": unixMicro{at}})
}

// LastSignIn reads it off the activity.
func (s AdminAccounts) LastSignIn(ctx context.Context, accountID string) (time.Time, error) {
	var at unixMicro
	err := s.query(ctx, "SELECT time FROM activity WHERE account_id = ? AND kind = ? ORDER BY number DESC LIMIT 1",
		[]any{accountID, string(audit.SignInSucceeded)}, func(rows *sql.Rows) error { return rows.Scan(&at) })
	return at.Time, err
}

// Lockouts lists a row for each kind: the end of its last wait, and whether it is full, which no wait ends.
func (s AdminAccounts) Lockouts(ctx context.Context, accountID string, at time.Time, limit int) ([]admin.Lockout, error) {
	var held []admin.Lockout
	err := s.query(ctx, `SELECT kind, max(wait_until), max(CASE WHEN bucket = '`+total+`' AND failures >= ? THEN 1 ELSE 0 END)
		FROM attempts WHERE subject = ? AND kind IN (?, ?, ?) AND (wait_until > ? OR bucket = '`+total+`' AND failures >= ?)
		GROUP BY kind ORDER BY kind`, []any{
		limit, accountID, string(throttle.Password), string(throttle.TOTP), string(throttle.RecoveryCode), unixMicro{at}, limit,
	}, func(rows *sql.Rows) error {
		var kind string
		var until unixMicro
		var full int
		err := rows.Scan(&kind, &until, &full)
		h := admin.Lockout{Kind: throttle.Kind(kind), LockedUntil: until.Time}
		if full == 1 {
			h.LockedUntil = time.Time{}
		}
		held = append(held, h)
		return err
	})
	return held, err
}
