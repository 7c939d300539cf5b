package store

import (
	"cmp"
	"context"
	"database/sql"

	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/throttle"
)

// The snapshot query loads everything that a credential check needs in one round trip: account, pending sign-in, device, attempt
// counters, activity head and methods. It yields one row per method, or one row without a method. Every join uses an index. The
// kinds are cast for the reason given at ofKind. successColumns and successTables add what only an accepted credential needs.
const (
	snapshotColumns = `
		coalesce(s.id, ''), coalesce(s.account_id, ''), coalesce(s.delivery, ''), coalesce(s.tries, 0), coalesce(s.bucket, ''),
		coalesce(s.created_at, 0), coalesce(s.expires_at, 0), s.sealed_key, coalesce(s.name, ''),
		coalesce(a.id, ''), coalesce(a.email, ''), coalesce(a.display_name, ''), coalesce(a.language, ''),
		coalesce(a.notice_email, ''), coalesce(a.password_hash, ''), coalesce(a.password_changed_at, 0),
		coalesce(a.password_reset_at, 0), coalesce(a.created_at, 0), coalesce(a.role, ''), coalesce(a.disabled_at, 0),
		coalesce(d.id, ''), coalesce(d.delivery, ''), coalesce(d.last_used_at, 0), coalesce(d.expires_at, 0), coalesce(d.two_factor_at, 0),
		coalesce(w.failures, 0), coalesce(w.wait_until, 0), coalesce(t.failures, 0), coalesce(p.failures, 0),
		coalesce(h.number, 0), h.hash, coalesce(u.id, ''),
		(SELECT count(*) FROM recovery_codes x WHERE x.account_id = a.id AND x.used_at = 0),
		coalesce(m.id, ''), coalesce(m.type, ''), coalesce(m.name, ''), m.sealed_key, coalesce(m.last_step, 0),
		coalesce(m.created_at, 0), coalesce(m.last_used_at, 0), coalesce(m.suspended_at, 0)`

	successColumns = `,
		coalesce(c.id, ''), coalesce(c.last_used_at, 0), coalesce(c.expires_at, 0),
		(SELECT count(*) FROM sessions x WHERE x.account_id = a.id),
		(SELECT count(*) FROM sign_ins x WHERE x.account_id = a.id),
		(SELECT count(*) FROM activity x WHERE x.account_id = a.id AND x.kind = ? AND x.number > coalesce(
			(SELECT y.number FROM activity y WHERE y.account_id = a.id AND y.kind = ? ORDER BY y.number DESC LIMIT 1), 0)),
		(SELECT count(*) FROM mfa_removals x WHERE x.account_id = a.id AND x.cancelled_at = 0)`

	snapshotTables = `
		FROM (SELECT 1 AS one) o
		LEFT JOIN sign_ins s ON s.token_hash = ?
		LEFT JOIN accounts a ON a.id = coalesce(s.account_id, (SELECT x.id FROM accounts x WHERE x.email = ?), ?)
		LEFT JOIN devices d ON d.digest = ? AND d.account_id = a.id AND d.delivery = ?
		LEFT JOIN attempts w ON w.subject = coalesce(a.id, ?) AND w.kind = CAST(? AS TEXT) AND w.bucket =
			CASE WHEN ? <> '' THEN ? WHEN d.expires_at > ? AND d.two_factor_at >= ? THEN CAST(? AS TEXT) || d.id ELSE ? END
		LEFT JOIN attempts t ON t.subject = coalesce(a.id, ?) AND t.kind = CAST(? AS TEXT) AND t.bucket = '` + total + `'
		LEFT JOIN attempts p ON p.subject = a.id AND p.kind = '` + subLimitTries + `' AND p.bucket = s.id
		LEFT JOIN activity_heads h ON h.account_id = coalesce(a.id, ?)
		LEFT JOIN step_ups u ON u.id = ? AND u.account_id = a.id AND u.expires_at > ?
		LEFT JOIN mfa_methods m ON m.account_id = a.id`

	successTables = `
		LEFT JOIN devices c ON c.digest = ? AND c.account_id = a.id AND c.delivery = ?`

	snapshotOrder = `
		ORDER BY m.created_at, m.id`
)

// Load returns the snapshot of an account, or of an address without one.
func (s SignIns) Load(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	return s.loadSnapshot(ctx, q.Subject, "SELECT"+snapshotColumns+snapshotTables+snapshotOrder, snapshotArgs(q), false)
}

// LockAndLoad locks the account until the transaction ends, and returns its snapshot with the columns for success. The lock is a
// statement of its own: a single statement that waits for the lock would read the other tables as they were before the wait. SQLite
// needs no lock, because it has a single writer.
func (s SignIns) LockAndLoad(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	if !s.singleWriter() {
		err := s.execDeferred(ctx, `SELECT a.id FROM accounts a WHERE a.id = coalesce(
			(SELECT s.account_id FROM sign_ins s WHERE s.token_hash = ?), (SELECT x.id FROM accounts x WHERE x.email = ?), ?)
			FOR UPDATE`, []any{digestArg(q.SignIn.Hash(), q.SignIn.IsZero()), q.Email, q.AccountID})
		if err != nil {
			return authn.Snapshot{}, err
		}
	}
	args := append([]any{string(audit.SignInFailed), string(audit.SignInSucceeded)}, snapshotArgs(q)...)
	args = append(args, q.Script[:], string(session.Token))
	return s.loadSnapshot(ctx, q.Subject, "SELECT"+snapshotColumns+successColumns+snapshotTables+successTables+snapshotOrder, args, true)
}

// digestArg returns a digest as an argument, or an empty one, which equals no stored digest.
func digestArg(digest [32]byte, none bool) []byte {
	if none {
		return []byte{}
	}
	return digest[:]
}

// snapshotArgs returns the arguments of snapshotTables, in order.
func snapshotArgs(q authn.SnapshotQuery) []any {
	kind, twoFactorAt := string(q.Kind), 1
	if q.Kind == throttle.Password { // every known browser has a bucket for passwords
		twoFactorAt = 0
	}
	return []any{
		digestArg(q.SignIn.Hash(), q.SignIn.IsZero()), q.Email, q.AccountID,
		digestArg(q.Browser.Hash(), q.Browser.IsZero()), string(session.Cookie),
		q.Subject, kind, string(q.Bucket), string(q.Bucket), unixMicro{q.At}, twoFactorAt, string(throttle.DeviceBucket("")),
		string(throttle.AnonymousBucket),
		q.Subject, kind, q.Subject, q.StepUp, unixMicro{q.At},
	}
}

// loadSnapshot runs a snapshot query. The flag onSuccess states that it has successColumns.
func (s SignIns) loadSnapshot(ctx context.Context, subject, text string, args []any, onSuccess bool) (authn.Snapshot, error) {
	var methods []mfa.Method
	var r snapshotRow
	err := s.query(ctx, text, args, func(rows *sql.Rows) error {
		r = snapshotRow{}
		err := rows.Scan(r.destinations(onSuccess)...)
		if r.method.ID != "" {
			r.method.AccountID = r.account.ID
			methods = append(methods, r.method.method())
		}
		return err
	})
	if err != nil {
		return authn.Snapshot{}, err
	}
	snapshot := r.snapshot(methods)
	snapshot.Head.AccountID = cmp.Or(snapshot.Account.ID, subject)
	return snapshot, nil
}

// snapshotRow is one row of the snapshot query.
type snapshotRow struct {
	signIn          signInRow
	account         accountRow
	browser, script deviceRow
	blockedUntil    unixMicro
	head            headRow
	stepUpID        string
	method          methodRow

	failures, totalFailures, tries                       int
	sessions, signIns, codesLeft, failedSignIns, removal int
}

// destinations returns the destinations of Scan, in the order of the columns.
func (r *snapshotRow) destinations(onSuccess bool) []any {
	fields := []any{
		&r.signIn.ID, &r.signIn.AccountID, &r.signIn.Delivery, &r.signIn.Tries, &r.signIn.Bucket, &r.signIn.CreatedAt, &r.signIn.ExpiresAt,
		&r.signIn.SealedKey, &r.signIn.Name,
		&r.account.ID, &r.account.Email, &r.account.DisplayName, &r.account.Language, &r.account.NoticeEmail, &r.account.PasswordHash,
		&r.account.PasswordChangedAt, &r.account.PasswordResetAt, &r.account.CreatedAt, &r.account.Role, &r.account.DisabledAt,
		&r.browser.ID, &r.browser.Delivery, &r.browser.LastUsedAt, &r.browser.ExpiresAt, &r.browser.TwoFactorAt,
		&r.failures, &r.blockedUntil, &r.totalFailures, &r.tries,
		&r.head.Number, &r.head.Hash, &r.stepUpID, &r.codesLeft,
		&r.method.ID, &r.method.Type, &r.method.Name, &r.method.SealedKey, &r.method.LastStep,
		&r.method.CreatedAt, &r.method.LastUsedAt, &r.method.SuspendedAt,
	}
	if onSuccess {
		fields = append(fields, &r.script.ID, &r.script.LastUsedAt, &r.script.ExpiresAt, &r.sessions, &r.signIns, &r.failedSignIns, &r.removal)
	}
	return fields
}

func (r *snapshotRow) snapshot(methods []mfa.Method) authn.Snapshot {
	r.browser.AccountID, r.script.AccountID, r.script.Delivery = r.account.ID, r.account.ID, string(session.Token)
	return authn.Snapshot{
		Pending: r.signIn.pending(), Account: r.account.account(), Browser: r.browser.device(), ScriptDevice: r.script.device(), Methods: methods,
		// Older versions counted the attempts at a pending sign-in in its own row.
		Counts:   throttle.Counts{Failures: r.failures, BlockedUntil: r.blockedUntil.Time, Total: r.totalFailures, Tries: r.tries + r.signIn.Tries},
		Head:     audit.Head{Number: r.head.Number, Hash: hashOf(r.head.Hash)},
		Sessions: r.sessions, RecoveryCodesLeft: r.codesLeft, Failures: r.failedSignIns, Removal: r.removal > 0,
		SignIns: r.signIns, StepUp: r.stepUpID != "",
	}
}
