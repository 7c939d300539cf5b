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

// Load returns the snapshot of an account, or of an address without one, in one round trip. It yields one row per method, or
// one row without a method. The query reads only what q asks for: without a kind of attempt, neither devices nor counters.
func (s SignIns) Load(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	shape := snapshotShape{key: byID, signIn: !q.SignIn.IsZero(), attempt: q.Kind != "", stepUp: q.StepUp != ""}
	switch {
	case q.AccountID != "":
	case q.Email != "":
		shape.key = byEmail
	case shape.signIn:
		shape.key = bySignIn
	}
	return s.loadSnapshot(ctx, shape, q)
}

// LockAndLoad locks the account that q names by its id until the transaction ends, and returns its snapshot with what only a
// success needs. The lock is a statement of its own: a single statement that waits for the lock would read the other tables as
// they were before the wait. SQLite needs no lock, because it has a single writer.
func (s SignIns) LockAndLoad(ctx context.Context, q authn.SnapshotQuery) (authn.Snapshot, error) {
	if err := Accounts(s).Lock(ctx, q.AccountID); err != nil {
		return authn.Snapshot{}, err
	}
	return s.loadSnapshot(ctx, snapshotShape{key: byID, signIn: !q.SignIn.IsZero(), attempt: true, stepUp: q.StepUp != "", success: true}, q)
}

// digestArg returns a digest as an argument, or an empty one, which equals no stored digest.
func digestArg(digest [32]byte, none bool) []byte {
	if none {
		return []byte{}
	}
	return digest[:]
}

func (s SignIns) loadSnapshot(ctx context.Context, shape snapshotShape, q authn.SnapshotQuery) (authn.Snapshot, error) {
	query := shape.query()
	firstTwoFactor := 1
	if q.Kind == throttle.Password { // every known browser has a bucket for passwords
		firstTwoFactor = 0
	}
	args := query.args(map[string]any{
		"account": q.AccountID, "email": q.Email, "subject": q.Subject,
		"sign_in": digestArg(q.SignIn.Hash(), q.SignIn.IsZero()), "step_up": q.StepUp, "at": unixMicro{q.At},
		"browser": digestArg(q.Browser.Hash(), q.Browser.IsZero()), "cookie": string(session.Cookie),
		"script": q.Script[:], "token": string(session.Token),
		"kind": string(q.Kind), "bucket": string(q.Bucket), "first_two_factor": firstTwoFactor,
		"device_bucket": string(throttle.DeviceBucket("")), "anonymous_bucket": string(throttle.AnonymousBucket),
	})
	var methods []mfa.Method
	var r snapshotRow
	fields := make([]any, len(query.columns))
	for i, c := range query.columns {
		fields[i] = c.field(&r)
	}
	err := s.query(ctx, query.text, args, func(rows *sql.Rows) error {
		r = snapshotRow{}
		err := rows.Scan(fields...)
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
	snapshot.Head.AccountID = cmp.Or(snapshot.Account.ID, q.Subject)
	return snapshot, nil
}

// snapshotRow is one row of a snapshot query.
type snapshotRow struct {
	signIn          signInRow
	account         accountRow
	browser, script deviceRow
	blockedUntil    unixMicro
	head            headRow
	stepUpID        string
	method          methodRow

	failures, totalFailures, tries        int
	sessions, signIns, codesLeft, removal int
}

func (r *snapshotRow) snapshot(methods []mfa.Method) authn.Snapshot {
	r.browser.AccountID, r.script.AccountID, r.script.Delivery = r.account.ID, r.account.ID, string(session.Token)
	return authn.Snapshot{
		Pending: r.signIn.pending(), Account: r.account.account(), Browser: r.browser.device(), ScriptDevice: r.script.device(), Methods: methods,
		// Older versions counted the attempts at a pending sign-in in its own row.
		Counts:   throttle.Counts{Failures: r.failures, BlockedUntil: r.blockedUntil.Time, Total: r.totalFailures, Tries: r.tries + r.signIn.Tries},
		Head:     audit.Head{Number: r.head.Number, Hash: hashOf(r.head.Hash)},
		Sessions: r.sessions, RecoveryCodesLeft: r.codesLeft, Failures: r.head.FailedSignIns, Removal: r.removal > 0,
		SignIns: r.signIns, StepUp: r.stepUpID != "",
	}
}
