package store

import (
	"strings"
	"sync"
)

// The text of a snapshot query is composed of parts: an account with its methods and the head of its activity, and what else the
// query asks for. Each part lists its columns together with the fields that they are scanned into.
//
// Every part is looked up by its key, whose values are parameters or subqueries. There are no join clauses: planning takes less
// time than with a join of all tables, and cannot choose hash or merge joins (TestSnapshotPlans_AnyStatistics).

// snapshotColumn is a column of a snapshot query and the field that it is scanned into.
type snapshotColumn struct {
	sql   string
	field func(*snapshotRow) any
}

// snapshotPart is a join and the columns that it adds. {account} stands for the account's id.
type snapshotPart struct {
	join    string
	columns []snapshotColumn
}

// accountKey is how the account of a snapshot query is found: a condition on accounts a, and an expression for the id.
type accountKey struct{ where, id string }

var (
	byID     = accountKey{"a.id = :account", ":account"}
	byEmail  = accountKey{"a.email = :email", "(SELECT x.id FROM accounts x WHERE x.email = :email)"}
	bySignIn = accountKey{"a.id = {account}", "(SELECT x.account_id FROM sign_ins x WHERE x.token_hash = :sign_in)"}
)

// orZero returns an expression for a number or time that is zero if there is none, and orEmpty one for a text.
func orZero(sql string) string  { return "coalesce(" + sql + ", 0)" }
func orEmpty(sql string) string { return "coalesce(" + sql + ", '')" }

var accountPart = snapshotPart{
	join: `
		LEFT JOIN accounts a ON {where}
		LEFT JOIN activity_heads h ON h.account_id = coalesce({account}, :subject)
		LEFT JOIN mfa_methods m ON m.account_id = {account}`,
	columns: []snapshotColumn{
		{orEmpty("a.id"), func(r *snapshotRow) any { return &r.account.ID }},
		{orEmpty("a.email"), func(r *snapshotRow) any { return &r.account.Email }},
		{orEmpty("a.display_name"), func(r *snapshotRow) any { return &r.account.DisplayName }},
		{orEmpty("a.language"), func(r *snapshotRow) any { return &r.account.Language }},
		{orEmpty("a.notice_email"), func(r *snapshotRow) any { return &r.account.NoticeEmail }},
		{orEmpty("a.password_hash"), func(r *snapshotRow) any { return &r.account.PasswordHash }},
		{orZero("a.password_changed_at"), func(r *snapshotRow) any { return &r.account.PasswordChangedAt }},
		{orZero("a.password_reset_at"), func(r *snapshotRow) any { return &r.account.PasswordResetAt }},
		{orZero("a.created_at"), func(r *snapshotRow) any { return &r.account.CreatedAt }},
		{orEmpty("a.role"), func(r *snapshotRow) any { return &r.account.Role }},
		{orZero("a.disabled_at"), func(r *snapshotRow) any { return &r.account.DisabledAt }},
		{orZero("h.number"), func(r *snapshotRow) any { return &r.head.Number }},
		{"h.hash", func(r *snapshotRow) any { return &r.head.Hash }},
		{orEmpty("m.id"), func(r *snapshotRow) any { return &r.method.ID }},
		{orEmpty("m.type"), func(r *snapshotRow) any { return &r.method.Type }},
		{orEmpty("m.name"), func(r *snapshotRow) any { return &r.method.Name }},
		{"m.sealed_key", func(r *snapshotRow) any { return &r.method.SealedKey }},
		{orZero("m.last_step"), func(r *snapshotRow) any { return &r.method.LastStep }},
		{orZero("m.created_at"), func(r *snapshotRow) any { return &r.method.CreatedAt }},
		{orZero("m.last_used_at"), func(r *snapshotRow) any { return &r.method.LastUsedAt }},
		{orZero("m.suspended_at"), func(r *snapshotRow) any { return &r.method.SuspendedAt }},
		{
			"(SELECT count(*) FROM recovery_codes x WHERE x.account_id = a.id AND x.used_at = 0)",
			func(r *snapshotRow) any { return &r.codesLeft },
		},
	},
}

// stepUpPart reads whether a step-up token is valid.
var stepUpPart = snapshotPart{columns: []snapshotColumn{{
	orEmpty("(SELECT x.id FROM step_ups x WHERE x.id = :step_up AND x.account_id = a.id AND x.expires_at > :at)"),
	func(r *snapshotRow) any { return &r.stepUpID },
}}}

// signInPart reads a pending sign-in and the attempts at it.
var signInPart = snapshotPart{
	join: `
		LEFT JOIN sign_ins s ON s.token_hash = :sign_in AND s.account_id = {account}`,
	columns: []snapshotColumn{
		{orEmpty("s.id"), func(r *snapshotRow) any { return &r.signIn.ID }},
		{orEmpty("s.account_id"), func(r *snapshotRow) any { return &r.signIn.AccountID }},
		{orEmpty("s.delivery"), func(r *snapshotRow) any { return &r.signIn.Delivery }},
		{orZero("s.tries"), func(r *snapshotRow) any { return &r.signIn.Tries }},
		{orEmpty("s.bucket"), func(r *snapshotRow) any { return &r.signIn.Bucket }},
		{orZero("s.created_at"), func(r *snapshotRow) any { return &r.signIn.CreatedAt }},
		{orZero("s.expires_at"), func(r *snapshotRow) any { return &r.signIn.ExpiresAt }},
		{"s.sealed_key", func(r *snapshotRow) any { return &r.signIn.SealedKey }},
		{orEmpty("s.name"), func(r *snapshotRow) any { return &r.signIn.Name }},
		{counter("failures", "'"+subLimitTries+"'", "s.id"), func(r *snapshotRow) any { return &r.tries }},
	},
}

// attemptPart reads the browser and the counters of an attempt.
var attemptPart = snapshotPart{
	join: `
		LEFT JOIN devices d ON d.digest = :browser AND d.account_id = {account} AND d.delivery = :cookie`,
	columns: []snapshotColumn{
		{orEmpty("d.id"), func(r *snapshotRow) any { return &r.browser.ID }},
		{orEmpty("d.delivery"), func(r *snapshotRow) any { return &r.browser.Delivery }},
		{orZero("d.last_used_at"), func(r *snapshotRow) any { return &r.browser.LastUsedAt }},
		{orZero("d.expires_at"), func(r *snapshotRow) any { return &r.browser.ExpiresAt }},
		{orZero("d.two_factor_at"), func(r *snapshotRow) any { return &r.browser.TwoFactorAt }},
		{counter("failures", attemptKind, attemptBucket), func(r *snapshotRow) any { return &r.failures }},
		{counter("wait_until", attemptKind, attemptBucket), func(r *snapshotRow) any { return &r.blockedUntil }},
		{counter("failures", attemptKind, "'"+total+"'"), func(r *snapshotRow) any { return &r.totalFailures }},
	},
}

// The kind is the result of a subquery, so that neither database plans for one value, and so for a partial index: see ofKind. The
// bucket is the one of the query, or else that of the browser if it is known and, except for passwords, has signed in with two
// factors.
const (
	attemptKind   = "(SELECT CAST(:kind AS TEXT))"
	attemptBucket = `CASE WHEN :bucket <> '' THEN :bucket
		WHEN d.expires_at > :at AND d.two_factor_at >= :first_two_factor THEN CAST(:device_bucket AS TEXT) || d.id ELSE :anonymous_bucket END`
)

// counter returns an expression for a column of the attempts of a kind and bucket.
func counter(column, kind, bucket string) string {
	return orZero("(SELECT x." + column + " FROM attempts x WHERE x.subject = coalesce(a.id, :subject) AND x.kind = " + kind +
		" AND x.bucket = " + bucket + ")")
}

// successPart reads what only an accepted credential needs.
var successPart = snapshotPart{
	join: `
		LEFT JOIN devices c ON c.digest = :script AND c.account_id = {account} AND c.delivery = :token`,
	columns: []snapshotColumn{
		{orEmpty("c.id"), func(r *snapshotRow) any { return &r.script.ID }},
		{orZero("c.last_used_at"), func(r *snapshotRow) any { return &r.script.LastUsedAt }},
		{orZero("c.expires_at"), func(r *snapshotRow) any { return &r.script.ExpiresAt }},
		{orZero("h.failed_sign_ins"), func(r *snapshotRow) any { return &r.head.FailedSignIns }},
		{"(SELECT count(*) FROM sessions x WHERE x.account_id = a.id)", func(r *snapshotRow) any { return &r.sessions }},
		{"(SELECT count(*) FROM sign_ins x WHERE x.account_id = a.id)", func(r *snapshotRow) any { return &r.signIns }},
		{
			"(SELECT count(*) FROM mfa_removals x WHERE x.account_id = a.id AND x.cancelled_at = 0)",
			func(r *snapshotRow) any { return &r.removal },
		},
	},
}

// snapshotShape is which parts a snapshot query has.
type snapshotShape struct {
	key                              accountKey
	signIn, attempt, stepUp, success bool
}

// snapshotQuery is the query of a shape.
type snapshotQuery struct {
	namedQuery
	columns []snapshotColumn
}

// snapshotQueries holds the query of each snapshotShape that was needed so far.
var snapshotQueries sync.Map

func (shape snapshotShape) query() snapshotQuery {
	if known, ok := snapshotQueries.Load(shape); ok {
		return known.(snapshotQuery) //nolint:errcheck,forcetypeassert // nothing else is stored
	}
	var q snapshotQuery
	var names []string
	from := " FROM (SELECT 1 AS one) o"
	add := func(p snapshotPart) {
		from += p.join
		for _, c := range p.columns {
			names = append(names, c.sql)
		}
		q.columns = append(q.columns, p.columns...)
	}
	add(accountPart)
	for _, part := range []struct {
		needed bool
		snapshotPart
	}{{shape.signIn, signInPart}, {shape.attempt, attemptPart}, {shape.stepUp, stepUpPart}, {shape.success, successPart}} {
		if part.needed {
			add(part.snapshotPart)
		}
	}
	text := "SELECT " + strings.Join(names, ", ") + from + " ORDER BY m.created_at, m.id"
	text = strings.ReplaceAll(text, "{where}", shape.key.where)
	q.namedQuery = newNamedQuery(strings.ReplaceAll(text, "{account}", shape.key.id))
	snapshotQueries.Store(shape, q)
	return q
}
