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

// AdminAccounts searches accounts and stores what administrators change.
type AdminAccounts struct{ Accounts }

var _ admin.Store = AdminAccounts{}

// maxRuneSuffix sorts after every continuation of a prefix.
const maxRuneSuffix = "\U0010FFFF"

// Find lists a page of accounts whose address begins with prefix, ordered by address. Addresses are compared byte by byte,
// because in the collation of a PostgreSQL database addresses with the same prefix need not be adjacent.
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

// OtherAdministrators lists and locks the enabled administrators other than except. It locks in the order of their ids, so that
// concurrent calls do not deadlock.
func (s AdminAccounts) OtherAdministrators(ctx context.Context, except string) ([]string, error) {
	lock := ""
	if !s.singleWriter() {
		lock = " FOR UPDATE"
	}
	var ids []string
	err := s.query(ctx, "SELECT id FROM accounts WHERE role = '"+string(account.Admin)+"' AND disabled_at = 0 AND id <> ? ORDER BY id"+lock,
		[]any{except}, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}

// SetRole sets the role of an account.
func (s AdminAccounts) SetRole(ctx context.Context, accountID string, r account.Role) error {
	return s.set(ctx, accountID, map[string]any{"role": string(r)})
}

// SetDisabled disables an account, or enables it if at is zero.
func (s AdminAccounts) SetDisabled(ctx context.Context, accountID string, at time.Time) error {
	return s.set(ctx, accountID, map[string]any{"disabled_at": unixMicro{at}})
}

// LastSignIn returns the time of the last sign-in in the activity, or zero.
func (s AdminAccounts) LastSignIn(ctx context.Context, accountID string) (time.Time, error) {
	var at unixMicro
	err := s.query(ctx, "SELECT time FROM activity WHERE account_id = ? AND kind = ? ORDER BY number DESC LIMIT 1",
		[]any{accountID, string(audit.SignInSucceeded)}, func(rows *sql.Rows) error { return rows.Scan(&at) })
	return at.Time, err
}

// Lockouts lists the kinds of attempts that are in backoff or locked at a time. LockedUntil is the end of the last backoff, or
// zero for a kind whose failures have reached limit, because no waiting lifts that.
func (s AdminAccounts) Lockouts(ctx context.Context, accountID string, at time.Time, limit int) ([]admin.Lockout, error) {
	var lockouts []admin.Lockout
	err := s.query(ctx, `SELECT kind, max(wait_until), max(CASE WHEN bucket = '`+total+`' AND failures >= ? THEN 1 ELSE 0 END)
		FROM attempts WHERE subject = ? AND kind IN (?, ?, ?) AND (wait_until > ? OR bucket = '`+total+`' AND failures >= ?)
		GROUP BY kind ORDER BY kind`, []any{
		limit, accountID, string(throttle.Password), string(throttle.TOTP), string(throttle.RecoveryCode), unixMicro{at}, limit,
	}, func(rows *sql.Rows) error {
		var kind string
		var until unixMicro
		var full int
		err := rows.Scan(&kind, &until, &full)
		l := admin.Lockout{Kind: throttle.Kind(kind), LockedUntil: until.Time}
		if full == 1 {
			l.LockedUntil = time.Time{}
		}
		lockouts = append(lockouts, l)
		return err
	})
	return lockouts, err
}
