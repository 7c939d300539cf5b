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

// The one read that proofs are judged by: who, from which device, by which methods, and after how many failures. It has
// a row for each method, and one where there is none. Every table is looked up by an index, one after the other. The kind is
// cast as in ofKind.
const (
	snapshotColumns = `
		coalesce(s.id, ''), coalesce(s.account_id, ''), coalesce(s.delivery, ''), coalesce(s.tries, 0), coalesce(s.bucket, ''),
		coalesce(s.created_at, 0), coalesce(s.expires_at, 0), s.sealed_key, coalesce(s.name, ''),
		coalesce(a.id, ''), coalesce(a.email, ''), coalesce(a.display_name, ''), coalesce(a.language, ''),
		coalesce(a.notice_email, ''), coalesce(a.password_hash, ''), coalesce(a.password_changed_at, 0),
		coalesce(a.password_reset_at, 0), coalesce(a.created_at, 0), coalesce(a.role, ''), coalesce(a.disabled_at, 0),
		coalesce(d.id, ''), coalesce(d.delivery, ''), coalesce(d.last_used_at, 0), coalesce(d.expires_at, 0),
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
			CASE WHEN ? <> '' THEN ? WHEN d.expires_at > ? THEN CAST(? AS TEXT) || d.id ELSE ? END
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

// Load reads a standing.
func (s SignIns) Load(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	return s.snapshot(ctx, q.Subject, "SELECT"+snapshotColumns+snapshotTables+snapshotOrder, snapshotArgs(q), false)
}

// LockAndLoad locks the account where the database has that, and then reads its standing: what it reads nobody else changes
// until the transaction ends. The lock is a statement of its own, since one that waited for it would have looked before.
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
	return s.snapshot(ctx, q.Subject, "SELECT"+snapshotColumns+successColumns+snapshotTables+successTables+snapshotOrder, args, true)
}

func digestArg(digest [32]byte, none bool) []byte {
	if none {
		return []byte{}
	}
	return digest[:]
}

func snapshotArgs(q authn.SnapshotQuery) []any {
	kind := string(q.Kind)
	return []any{
		digestArg(q.SignIn.Hash(), q.SignIn.IsZero()), q.Email, q.AccountID,
		digestArg(q.Browser.Hash(), q.Browser.IsZero()), string(session.Cookie),
		q.Subject, kind, string(q.Bucket), string(q.Bucket), unixMicro{q.At}, string(throttle.DeviceBucket("")), string(throttle.AnonymousBucket),
		q.Subject, kind, q.Subject, q.StepUp, unixMicro{q.At},
	}
}

func (s SignIns) snapshot(ctx context.Context, subject, text string, args []any, reward bool) (authn.Snapshot, error) {
	var methods []mfa.Method
	var r snapshotRow
	err := s.query(ctx, text, args, func(rows *sql.Rows) error {
		r = snapshotRow{}
		err := rows.Scan(r.fields(reward)...)
		if r.method.ID != "" {
			r.method.AccountID = r.account.ID
			methods = append(methods, r.method.method())
		}
		return err
	})
	if err != nil {
		return authn.Snapshot{}, err
	}
	st := r.snapshot(methods)
	st.Head.AccountID = cmp.Or(st.Account.ID, subject)
	return st, nil
}

// snapshotRow is one row of that read.
type snapshotRow struct {
	signIn          signInRow
	account         accountRow
	browser, script deviceRow
	until           unixMicro
	head            headRow
	stepUp          string
	method          methodRow

	failures, total, tries                             int
	sessions, signIns, codesLeft, failedSince, removal int
}

func (r *snapshotRow) fields(reward bool) []any {
	fields := []any{
		&r.signIn.ID, &r.signIn.AccountID, &r.signIn.Delivery, &r.signIn.Tries, &r.signIn.Bucket, &r.signIn.CreatedAt, &r.signIn.ExpiresAt,
		&r.signIn.SealedKey, &r.signIn.Name,
		&r.account.ID, &r.account.Email, &r.account.DisplayName, &r.account.Language, &r.account.NoticeEmail, &r.account.PasswordHash,
		&r.account.PasswordChangedAt, &r.account.PasswordResetAt, &r.account.CreatedAt, &r.account.Role, &r.account.DisabledAt,
		&r.browser.ID, &r.browser.Delivery, &r.browser.LastUsedAt, &r.browser.ExpiresAt,
		&r.failures, &r.until, &r.total, &r.tries,
		&r.head.Number, &r.head.Hash, &r.stepUp, &r.codesLeft,
		&r.method.ID, &r.method.Type, &r.method.Name, &r.method.SealedKey, &r.method.LastStep,
		&r.method.CreatedAt, &r.method.LastUsedAt, &r.method.SuspendedAt,
	}
	if reward {
		fields = append(fields, &r.script.ID, &r.script.LastUsedAt, &r.script.ExpiresAt, &r.sessions, &r.signIns, &r.failedSince, &r.removal)
	}
	return fields
}

func (r *snapshotRow) snapshot(methods []mfa.Method) authn.Snapshot {
	r.browser.AccountID, r.script.AccountID, r.script.Delivery = r.account.ID, r.account.ID, string(session.Token)
	return authn.Snapshot{
		Pending: r.signIn.pending(), Account: r.account.account(), Browser: r.browser.device(), ScriptDevice: r.script.device(), Methods: methods,
		// What was tried before tries were counted among the attempts counts too.
		Counts:   throttle.Counts{Failures: r.failures, BlockedUntil: r.until.Time, Total: r.total, Tries: r.tries + r.signIn.Tries},
		Head:     audit.Head{Number: r.head.Number, Hash: hashOf(r.head.Hash)},
		Sessions: r.sessions, RecoveryCodesLeft: r.codesLeft, Failures: r.failedSince, Removal: r.removal > 0,
		SignIns: r.signIns, StepUp: r.stepUp != "",
	}
}
