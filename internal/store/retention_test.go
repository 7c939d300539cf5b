package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/retention"
	"twofold/internal/test/pgserver"
)

// mortal is a table whose rows are purged: how one is made that was over at a time (?), and what keeps another for ever.
type mortal struct {
	thing  retention.Category
	insert string // a row with the id %s
	spared []string
}

var mortals = []mortal{
	{retention.Sessions, `INSERT INTO sessions (id, account_id, token_hash, delivery, amr, auth_time, created_at, last_used_at, ends_at, ip, user_agent)
		VALUES ('%[1]s', 'ada', '%[1]s', 'cookie', 'pwd', 1, 1, 1, ?, '', '')`, nil},
	{retention.SignIns, `INSERT INTO sign_ins (id, account_id, token_hash, delivery, tries, created_at, expires_at)
		VALUES ('%[1]s', 'ada', '%[1]s', 'cookie', 0, 1, ?)`, nil},
	{retention.StepUps, `INSERT INTO step_ups (id, account_id, session_id, purpose, expires_at) VALUES ('%[1]s', 'ada', 'ada-session', 'x', ?)`, nil},
	{retention.PendingAddresses, `INSERT INTO pending_addresses (account_id, id, kind, email, created_at, expires_at)
		SELECT id, '%[1]s', 'email', 'x', 1, ? FROM accounts WHERE NOT EXISTS (SELECT 1 FROM pending_addresses p WHERE p.account_id = accounts.id) LIMIT 1`, nil},
	{retention.Links, `INSERT INTO links (id, account_id, token_hash, purpose, subject, created_at, expires_at)
		VALUES ('%[1]s', 'ada', '%[1]s', 'not_me', '', 1, ?)`, nil},
	{retention.LinkMails, `INSERT INTO link_mails (id, account_id, purpose, created_at) VALUES ('%[1]s', 'ada', 'x', ?)`, nil},
	{retention.ResetRequests, `INSERT INTO reset_requests (id, sealed, created_at) VALUES ('%[1]s', '', ?)`, nil},
	{
		retention.SentMails, outboxRow("'%[1]s'", "''", "?", "0"),
		[]string{outboxRow("'waiting'", "''", "0", "0"), outboxRow("'given-up'", "''", "0", "1")},
	},
	{
		retention.FailedMails, outboxRow("'%[1]s'", "'mfa_removal cancelled'", "0", "?"),
		[]string{
			outboxRow("'waiting'", "''", "0", "0"), outboxRow("'sent'", "''", "1", "0"),
			removalOf("cyd", "cancelled", 1), removalOf("bob", "under-way", 0), outboxRow("'of-a-removal'", "'mfa_removal under-way'", "0", "1"),
		},
	},
	{
		retention.Removals, `INSERT INTO mfa_removals (account_id, id, email, requested_at, remaining, counted_at, told_at, ready_at, cancelled_at)
		SELECT id, '%[1]s', 'x', 1, 0, 1, 1, 0, ? FROM accounts WHERE NOT EXISTS (SELECT 1 FROM mfa_removals r WHERE r.account_id = accounts.id) LIMIT 1`,
		[]string{removalOf("bob", "under-way", 0)},
	},
	{
		retention.Devices, `INSERT INTO devices (id, account_id, digest, delivery, last_used_at, expires_at) VALUES ('%[1]s', 'ada', '%[1]s', 'cookie', 1, ?)`,
		[]string{
			`INSERT INTO devices (id, account_id, digest, delivery, last_used_at, expires_at) VALUES ('last', 'ada', 'x', 'cookie', 2, 1)`,
			`INSERT INTO devices (id, account_id, digest, delivery, last_used_at, expires_at) VALUES ('of-bob', 'bob', 'x', 'cookie', 1, 1)`,
		},
	},
	{
		retention.PasswordAttempts, `INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES ('%[1]s', 'password', 'anyone', 5, 1, ?)`,
		[]string{
			attemptsOf("code", "totp", "anyone"), attemptsOf("total", "totp", "*"), attemptsOf("waited", "totp", "-"),
			attemptsOf("recovery", "recovery_code", "anyone"), attemptsOf("every-recovery", "recovery_code", "*"),
			attemptsOf("cancel", "removal_cancel", "anyone"), attemptsOf("stray", "totp", "session:gone"),
			fmt.Sprintf(`INSERT INTO attempts VALUES ('waits', 'password', 'anyone', 5, %d, 1)`, noon.Add(time.Microsecond).UnixMicro()),
		},
	},
	{
		retention.OrphanedAttempts, `INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES ('%[1]s', 'totp', 'session:gone', 5, 1, ?)`,
		[]string{
			attemptsOf("code", "totp", "anyone"), attemptsOf("total", "totp", "*"), attemptsOf("waited", "totp", "-"),
			attemptsOf("recovery", "recovery_code", "anyone"), attemptsOf("every-recovery", "recovery_code", "*"),
			attemptsOf("password", "password", "device:gone"), attemptsOf("lives", "totp", "session:ada-session"),
			`INSERT INTO devices (id, account_id, digest, delivery, last_used_at, expires_at) VALUES ('known', 'ada', 'x', 'cookie', 1, 1)`,
			attemptsOf("known", "totp", "device:known"),
			fmt.Sprintf(`INSERT INTO attempts VALUES ('waits', 'totp', 'device:gone', 5, %d, 1)`, noon.Add(time.Microsecond).UnixMicro()),
		},
	},
}

func outboxRow(id, topic, sent, givenUp string) string {
	return `INSERT INTO outbox (id, account_id, kind, topic, sealed, held, tries, next_try, created_at, sent_at, given_up)
		VALUES (` + id + `, 'ada', 'x', ` + topic + `, '', FALSE, 1, 1, 1, ` + sent + `, ` + givenUp + `)`
}

func removalOf(account, id string, cancelled int) string {
	return fmt.Sprintf(`INSERT INTO mfa_removals (account_id, id, email, requested_at, remaining, counted_at, told_at, ready_at, cancelled_at)
		VALUES ('%s', '%s', 'x', 1, 0, 1, 1, 0, %d)`, account, id, cancelled)
}

func attemptsOf(subject, kind, bucket string) string {
	return fmt.Sprintf(`INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES ('%s', '%s', '%s', 5, 1, 1)`, subject, kind, bucket)
}

// execute runs statements; blobs are given as texts, which a STRICT table takes as what they are cast to.
func execute(t *testing.T, db *DB, sql string, args ...any) {
	t.Helper()
	for _, blob := range []string{"token_hash", "digest", "sealed"} {
		sql = castColumn(sql, blob, map[bool]string{false: "BLOB", true: "BYTEA"}[pgserver.Enabled()])
	}
	must(t, db.write.Exec(sql, args...).Error)
}

// castColumn turns the value of a column in an INSERT … VALUES into a blob.
func castColumn(sql, column, kind string) string {
	head, values, ok := strings.Cut(sql, "VALUES (")
	if !ok || !strings.Contains(head, column) {
		return sql
	}
	names := strings.Split(head[strings.Index(head, "(")+1:strings.LastIndex(head, ")")], ",")
	i := slices.IndexFunc(names, func(n string) bool { return strings.TrimSpace(n) == column })
	parts := strings.Split(strings.TrimSuffix(strings.TrimSpace(values), ")"), ",")
	parts[i] = "CAST(" + parts[i] + " AS " + kind + ")"
	return head + "VALUES (" + strings.Join(parts, ",") + ")"
}

// idsOf lists who is left of a table.
func idsOf(t *testing.T, db *DB, thing retention.Category) []string {
	t.Helper()
	id, table := "id", purgeRules[thing].table
	if table == "attempts" {
		id = "subject"
	}
	var ids []string
	must(t, db.read.Raw("SELECT "+id+" FROM "+table+" WHERE "+id+" NOT LIKE 'ada%' ORDER BY "+id).Scan(&ids).Error)
	return ids
}

// TestWhatIsOverIsPurgedTheLongestOverFirst has five rows of each thing that ended at noon and in the four seconds before,
// and one that ends a moment later.
func TestWhatIsOverIsPurgedTheLongestOverFirst(t *testing.T) {
	t.Parallel()
	for _, m := range mortals {
		t.Run(string(m.thing), func(t *testing.T) {
			t.Parallel()
			db := fresh(t)
			ada(t, db)
			for _, someone := range []string{"bob", "cyd", "dan", "eva", "fay", "gus"} {
				must(t, addTo(db, someone)(ctx))
			}
			for _, sql := range m.spared {
				execute(t, db, sql)
			}
			spared := idsOf(t, db, m.thing)
			for i := range 5 {
				execute(t, db, fmt.Sprintf(m.insert, name("over", i)), unixMicro{noon.Add(time.Duration(i-4) * time.Second)})
			}
			execute(t, db, fmt.Sprintf(m.insert, "young"), unixMicro{noon.Add(time.Microsecond)})
			purge := func(limit int, want ...string) {
				t.Helper()
				for n := limit; n >= limit; {
					var err error
					n, err = Retention{db}.Purge(ctx, m.thing, noon, limit)
					must(t, err)
					if limit < 5 {
						break
					}
				}
				want = slices.Sorted(slices.Values(append(append(want, "young"), spared...)))
				if diff := cmp.Diff(want, idsOf(t, db, m.thing)); diff != "" {
					t.Errorf("a purge of %d: - want, + left:\n%s", limit, diff)
				}
			}
			purge(2, "over-002", "over-003", "over-004")
			purge(500)
			purge(500)
		})
	}
}

func TestEveryThingIsTested(t *testing.T) {
	t.Parallel()
	for thing := range purgeRules {
		if !slices.ContainsFunc(mortals, func(m mortal) bool { return m.thing == thing }) {
			t.Errorf("no test purges %s", thing)
		}
	}
	if _, err := (Retention{fresh(t)}).Purge(ctx, "accounts", noon, 1); err == nil {
		t.Error("what nobody knows was purged")
	}
}

// The last device of an account stays, as a sign that somebody signed in; it is looked at once.
func TestTheLastDeviceOfAnAccountStaysAndIsOver(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	put(t, db, "bob")
	keep(t, db, "ada", "a", noon.Add(-2*time.Hour), noon)
	keep(t, db, "ada", "b", noon.Add(-time.Hour), noon.Add(-time.Minute))
	keep(t, db, "ada", "c", noon.Add(-time.Hour), noon.Add(-time.Minute))
	keep(t, db, "bob", "a", noon, noon.Add(time.Hour))
	keep(t, db, "bob", "b", noon.Add(-time.Hour), noon)
	for _, want := range []int{4, 0} { // three go, and the last of ada is marked
		if n, err := (Retention{db}).Purge(ctx, retention.Devices, noon, 500); err != nil || n != want {
			t.Errorf("%d, %v, want %d", n, err, want)
		}
	}
	if got := devicesOf(t, db, "ada", "a", "b", "c") + devicesOf(t, db, "bob", "a", "b"); got != "ca" {
		t.Errorf("known are %s, want c of ada and a of bob", got)
	}
	d, err := Devices{db}.Find(ctx, "ada", tokenOf("c"))
	if err != nil || !d.ExpiresAt.IsZero() {
		t.Errorf("the last one ends at %v, %v, want long ago", d.ExpiresAt, err)
	}
	keep(t, db, "ada", "d", noon, noon.Add(time.Hour))
	must(t, Devices{db}.Prune(ctx, "ada", noon, 50))
	if got := devicesOf(t, db, "ada", "c", "d"); got != "d" {
		t.Errorf("after the next sign-in ada knows %s, want d", got)
	}
}

func TestALeaseIsOneHolders(t *testing.T) {
	t.Parallel()
	both := processes(t)
	minute := noon.Add(time.Minute)
	for i, c := range []struct {
		holder string
		at     time.Time
		want   bool
	}{
		{"a", noon, true},
		{"a", noon, true}, // renewed
		{"b", noon, false},
		{"b", minute.Add(-time.Microsecond), false},
		{"b", minute, true}, // a died
		{"a", minute, false},
	} {
		got, err := Retention{both[i%2]}.AcquireLease(ctx, "x", c.holder, c.at, c.at.Add(time.Minute))
		if err != nil || got != c.want {
			t.Errorf("%d: %s gets %v, %v, want %v", i, c.holder, got, err, c.want)
		}
	}
	must(t, Retention{both[0]}.ReleaseLease(ctx, "x", "a")) // it is b's
	if got, err := (Retention{both[0]}).AcquireLease(ctx, "x", "a", minute, minute); err != nil || got {
		t.Errorf("a gave back what was b's, %v", err)
	}
	must(t, Retention{both[0]}.ReleaseLease(ctx, "x", "b"))
	if got := atOnce(t, func(i int) (bool, error) {
		return Retention{both[i%2]}.AcquireLease(ctx, "x", name("holder", i), minute, minute.Add(time.Minute))
	}); got != 1 {
		t.Errorf("%d of 50 at once hold it, want 1", got)
	}
}
