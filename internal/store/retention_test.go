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

// purgeCase is a category of rows to purge.
type purgeCase struct {
	category retention.Category
	insert   string   // inserts a row with the id %[1]s that expired at ?
	spared   []string // insert rows that are never purged
}

var purgeCases = []purgeCase{
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
		retention.SentMails, insertMessage("'%[1]s'", "''", "?", "0"),
		[]string{insertMessage("'waiting'", "''", "0", "0"), insertMessage("'given-up'", "''", "0", "1")},
	},
	{
		retention.FailedMails, insertMessage("'%[1]s'", "'mfa_removal cancelled'", "0", "?"),
		[]string{
			insertMessage("'waiting'", "''", "0", "0"), insertMessage("'sent'", "''", "1", "0"),
			insertRemoval("cyd", "cancelled", 1), insertRemoval("bob", "under-way", 0), insertMessage("'of-a-removal'", "'mfa_removal under-way'", "0", "1"),
		},
	},
	{
		retention.Removals, `INSERT INTO mfa_removals (account_id, id, email, requested_at, remaining, counted_at, told_at, ready_at, cancelled_at)
		SELECT id, '%[1]s', 'x', 1, 0, 1, 1, 0, ? FROM accounts WHERE NOT EXISTS (SELECT 1 FROM mfa_removals r WHERE r.account_id = accounts.id) LIMIT 1`,
		[]string{insertRemoval("bob", "under-way", 0)},
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
			insertAttempts("code", "totp", "anyone"), insertAttempts("total", "totp", "*"), insertAttempts("waited", "totp", "-"),
			insertAttempts("recovery", "recovery_code", "anyone"), insertAttempts("every-recovery", "recovery_code", "*"),
			insertAttempts("cancel", "removal_cancel", "anyone"), insertAttempts("stray", "totp", "session:gone"),
			fmt.Sprintf(`INSERT INTO attempts VALUES ('waits', 'password', 'anyone', 5, %d, 1)`, noon.Add(time.Microsecond).UnixMicro()),
		},
	},
	{
		retention.OrphanedAttempts, `INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES ('%[1]s', 'totp', 'session:gone', 5, 1, ?)`,
		[]string{
			insertAttempts("code", "totp", "anyone"), insertAttempts("total", "totp", "*"), insertAttempts("waited", "totp", "-"),
			insertAttempts("recovery", "recovery_code", "anyone"), insertAttempts("every-recovery", "recovery_code", "*"),
			insertAttempts("password", "password", "device:gone"), insertAttempts("lives", "totp", "session:ada-session"),
			`INSERT INTO devices (id, account_id, digest, delivery, last_used_at, expires_at) VALUES ('known', 'ada', 'x', 'cookie', 1, 1)`,
			insertAttempts("known", "totp", "device:known"),
			fmt.Sprintf(`INSERT INTO attempts VALUES ('waits', 'totp', 'device:gone', 5, %d, 1)`, noon.Add(time.Microsecond).UnixMicro()),
		},
	},
}

func insertMessage(id, topic, sent, givenUp string) string {
	return `INSERT INTO outbox (id, account_id, kind, topic, sealed, held, tries, next_try, created_at, sent_at, given_up)
		VALUES (` + id + `, 'ada', 'x', ` + topic + `, '', FALSE, 1, 1, 1, ` + sent + `, ` + givenUp + `)`
}

func insertRemoval(account, id string, cancelled int) string {
	return fmt.Sprintf(`INSERT INTO mfa_removals (account_id, id, email, requested_at, remaining, counted_at, told_at, ready_at, cancelled_at)
		VALUES ('%s', '%s', 'x', 1, 0, 1, 1, 0, %d)`, account, id, cancelled)
}

func insertAttempts(subject, kind, bucket string) string {
	return fmt.Sprintf(`INSERT INTO attempts (subject, kind, bucket, failures, wait_until, updated_at) VALUES ('%s', '%s', '%s', 5, 1, 1)`, subject, kind, bucket)
}

// execute runs a statement. It casts the values of binary columns, which are written as texts, because the tables are STRICT.
func execute(t *testing.T, db *DB, sql string, args ...any) {
	t.Helper()
	for _, blob := range []string{"token_hash", "digest", "sealed"} {
		sql = castColumn(sql, blob, map[bool]string{false: "BLOB", true: "BYTEA"}[pgserver.Enabled()])
	}
	must(t, db.write.Exec(sql, args...).Error)
}

// castColumn casts the value of a column in an INSERT … VALUES to a type.
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

// remainingIDs lists the ids of the rows in the table of a category.
func remainingIDs(t *testing.T, db *DB, category retention.Category) []string {
	t.Helper()
	id, table := "id", purgeRules[category].table
	if table == "attempts" {
		id = "subject"
	}
	var ids []string
	must(t, db.read.Raw("SELECT "+id+" FROM "+table+" WHERE "+id+" NOT LIKE 'ada%' ORDER BY "+id).Scan(&ids).Error)
	return ids
}

// TestPurge_ExpiredFirstFirst inserts five rows that expired at noon and in the four seconds before, and another that expires a
// microsecond later.
func TestPurge_ExpiredFirstFirst(t *testing.T) {
	t.Parallel()
	for _, m := range purgeCases {
		t.Run(string(m.category), func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			insertAda(t, db)
			for _, id := range []string{"bob", "cyd", "dan", "eva", "fay", "gus"} {
				must(t, insertsAccount(db, id)(ctx))
			}
			for _, sql := range m.spared {
				execute(t, db, sql)
			}
			spared := remainingIDs(t, db, m.category)
			for i := range 5 {
				execute(t, db, fmt.Sprintf(m.insert, name("expired", i)), unixMicro{noon.Add(time.Duration(i-4) * time.Second)})
			}
			execute(t, db, fmt.Sprintf(m.insert, "young"), unixMicro{noon.Add(time.Microsecond)})
			purge := func(limit int, want ...string) {
				t.Helper()
				for n := limit; n >= limit; {
					var err error
					n, err = Retention{db}.Purge(ctx, m.category, noon, limit)
					must(t, err)
					if limit < 5 {
						break
					}
				}
				want = slices.Sorted(slices.Values(append(append(want, "young"), spared...)))
				if diff := cmp.Diff(want, remainingIDs(t, db, m.category)); diff != "" {
					t.Errorf("after a purge of %d: - want, + got:\n%s", limit, diff)
				}
			}
			purge(2, "expired-002", "expired-003", "expired-004")
			purge(500)
			purge(500)
		})
	}
}

func TestPurge_EveryCategoryIsTested(t *testing.T) {
	t.Parallel()
	for category := range purgeRules {
		if !slices.ContainsFunc(purgeCases, func(m purgeCase) bool { return m.category == category }) {
			t.Errorf("no test purges %s", category)
		}
	}
	if _, err := (Retention{newDB(t)}).Purge(ctx, "accounts", noon, 1); err == nil {
		t.Error("an unknown category was purged")
	}
}

// The last device of an account stays, because an account that has signed in before must not count as new. It is marked once.
func TestPurge_LastDeviceStaysExpired(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	insertAccountWithRows(t, db, "bob")
	upsertDevice(t, db, "ada", "a", noon.Add(-2*time.Hour), noon)
	upsertDevice(t, db, "ada", "b", noon.Add(-time.Hour), noon.Add(-time.Minute))
	upsertDevice(t, db, "ada", "c", noon.Add(-time.Hour), noon.Add(-time.Minute))
	upsertDevice(t, db, "bob", "a", noon, noon.Add(time.Hour))
	upsertDevice(t, db, "bob", "b", noon.Add(-time.Hour), noon)
	for _, want := range []int{4, 0} { // three are deleted and one is marked
		if n, err := (Retention{db}).Purge(ctx, retention.Devices, noon, 500); err != nil || n != want {
			t.Errorf("%d, %v, want %d", n, err, want)
		}
	}
	if got := knownDevices(t, db, "ada", "a", "b", "c") + knownDevices(t, db, "bob", "a", "b"); got != "ca" {
		t.Errorf("the devices are %s, want ada's c and bob's a", got)
	}
	d, err := Devices{db}.Find(ctx, "ada", tokenOf("c"))
	if err != nil || !d.ExpiresAt.IsZero() {
		t.Errorf("the last one expires at %v, %v, want zero", d.ExpiresAt, err)
	}
	upsertDevice(t, db, "ada", "d", noon, noon.Add(time.Hour))
	must(t, Devices{db}.Prune(ctx, "ada", noon, 50))
	if got := knownDevices(t, db, "ada", "c", "d"); got != "d" {
		t.Errorf("after the next sign-in ada's devices are %s, want d", got)
	}
}

func TestAcquireLease_OneHolder(t *testing.T) {
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
		{"b", minute, true}, // the lease of a has expired
		{"a", minute, false},
	} {
		got, err := Retention{both[i%2]}.AcquireLease(ctx, "x", c.holder, c.at, c.at.Add(time.Minute))
		if err != nil || got != c.want {
			t.Errorf("%d: %s acquires the lease: %v, %v, want %v", i, c.holder, got, err, c.want)
		}
	}
	must(t, Retention{both[0]}.ReleaseLease(ctx, "x", "a")) // b holds it
	if got, err := (Retention{both[0]}).AcquireLease(ctx, "x", "a", minute, minute); err != nil || got {
		t.Errorf("a released the lease of b, %v", err)
	}
	must(t, Retention{both[0]}.ReleaseLease(ctx, "x", "b"))
	if got := concurrently(t, func(i int) (bool, error) {
		return Retention{both[i%2]}.AcquireLease(ctx, "x", name("holder", i), minute, minute.Add(time.Minute))
	}); got != 1 {
		t.Errorf("%d of 50 concurrent calls acquired it, want 1", got)
	}
}
