package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"twofold/internal/audit"
	"twofold/internal/authn"
	"twofold/internal/session"
)

// knownDevices returns those of the digests that an account has a device for.
func knownDevices(t *testing.T, db *DB, account string, digests ...string) string {
	t.Helper()
	known := ""
	for _, digest := range digests {
		d, err := Devices{db}.Find(ctx, account, tokenOf(digest))
		must(t, err)
		if d.ID != "" {
			known += digest
		}
	}
	return known
}

func upsertDevice(t *testing.T, db *DB, account, digest string, used, until time.Time) {
	t.Helper()
	must(t, Devices{db}.Upsert(ctx, authn.Device{
		ID: account + digest, AccountID: account, Delivery: session.Cookie, LastUsedAt: used, ExpiresAt: until,
	}, tokenOf(digest)))
}

func TestPruneDevices_ExpiredAndBeyondLimit(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		at   time.Time
		keep int
		left string
	}{
		"none below the limit":         {noon, 4, "abcd"},
		"the one used longest ago":     {noon, 3, "bcd"},
		"all but the last used":        {noon, 1, "d"},
		"expired ones":                 {noon.Add(2 * time.Hour), 4, "cd"},
		"expired and beyond the limit": {noon.Add(2 * time.Hour), 1, "d"},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			insertAda(t, db)
			insertAccountWithRows(t, db, "bob")
			for i, digest := range []string{"a", "b", "c", "d"} {
				upsertDevice(t, db, "ada", digest, noon.Add(time.Duration(i)*time.Minute), noon.Add(time.Duration(i+1)*time.Hour))
			}
			upsertDevice(t, db, "bob", "a", noon, noon)
			must(t, Devices{db}.Prune(ctx, "ada", c.at, c.keep))
			if got := knownDevices(t, db, "ada", "a", "b", "c", "d"); got != c.left {
				t.Errorf("ada's devices are %s, want %s", got, c.left)
			}
			if got := knownDevices(t, db, "bob", "a"); got != "a" {
				t.Errorf("bob's devices are %q, want a", got)
			}
		})
	}
}

func TestUpsertDevice_ReplacesIDAndTimes(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	upsertDevice(t, db, "ada", "a", noon, noon.Add(time.Hour))
	must(t, Devices{db}.Upsert(ctx, authn.Device{
		ID: "another", AccountID: "ada", Delivery: session.Token, LastUsedAt: noon.Add(time.Minute), ExpiresAt: noon.Add(2 * time.Hour),
		TwoFactorAt: noon.Add(time.Minute),
	}, tokenOf("a")))
	d, err := Devices{db}.Find(ctx, "ada", tokenOf("a"))
	want := authn.Device{
		ID: "another", AccountID: "ada", Delivery: session.Cookie, LastUsedAt: noon.Add(time.Minute), ExpiresAt: noon.Add(2 * time.Hour),
		TwoFactorAt: noon.Add(time.Minute),
	}
	if err != nil || d != want {
		t.Errorf("got %+v, %v, want %+v", d, err, want)
	}
}

func TestRekeyDevices_InAllAccounts(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	insertAccountWithRows(t, db, "bob")
	upsertDevice(t, db, "ada", "a", noon, noon)
	upsertDevice(t, db, "bob", "a", noon, noon)
	upsertDevice(t, db, "bob", "b", noon, noon)
	must(t, Devices{db}.Upsert(ctx, authn.Device{ID: "script", AccountID: "bob", Delivery: session.Token}, tokenOf("s")))
	must(t, Devices{db}.Rekey(ctx, tokenOf("a"), tokenOf("c")))
	must(t, Devices{db}.Rekey(ctx, tokenOf("s"), tokenOf("t"))) // a script has no token to rotate
	if got := fmt.Sprint(knownDevices(t, db, "ada", "a", "b", "c"), " ", knownDevices(t, db, "bob", "a", "b", "c", "s", "t")); got != "c bcs" {
		t.Errorf("the devices of ada and bob are %s, want c bcs", got)
	}
}

func TestRevokeDevices_ExpiresAllButOne(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	insertAccountWithRows(t, db, "bob")
	upsertDevice(t, db, "ada", "a", noon, noon.Add(time.Hour))
	upsertDevice(t, db, "ada", "b", noon, noon.Add(time.Hour))
	upsertDevice(t, db, "bob", "a", noon, noon.Add(time.Hour))
	must(t, Devices{db}.Revoke(ctx, "ada", "adab", noon))
	for _, c := range []struct {
		account, digest string
		until           time.Time
	}{{"ada", "a", revoked.Time}, {"ada", "b", noon.Add(time.Hour)}, {"bob", "a", noon.Add(time.Hour)}} {
		d, err := Devices{db}.Find(ctx, c.account, tokenOf(c.digest))
		if err != nil || !d.ExpiresAt.Equal(c.until) {
			t.Errorf("%s of %s expires at %v, %v, want %v", c.digest, c.account, d.ExpiresAt, err, c.until)
		}
	}
	for account, want := range map[string]bool{"ada": true, "bob": true, "unknown": false} {
		if got, err := (Devices{db}).HasAny(ctx, account); err != nil || got != want {
			t.Errorf("HasAny(%s) = %v, %v, want %v", account, got, err, want)
		}
	}
}

func TestSnapshot_FailuresSinceLastSuccess(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	const bad, good = audit.SignInFailed, audit.SignInSucceeded
	insertAccountWithRows(t, db, "ada")
	numbers := make(map[string]int64)
	record := func(account string, kinds ...audit.Kind) {
		for _, kind := range kinds {
			numbers[account]++
			e := audit.Entry{ID: fmt.Sprint(account, numbers[account]), AccountID: account, Number: numbers[account], Time: noon, Kind: kind}
			must(t, Activity{db}.Append(ctx, []audit.Entry{e}))
		}
	}
	wantFailures := func(want int) {
		t.Helper()
		must(t, db.InTx(ctx, func(ctx context.Context) error {
			snapshot, err := SignIns{db}.LockAndLoad(ctx, authn.SnapshotQuery{AccountID: "ada"})
			if snapshot.Failures != want {
				t.Errorf("got %d failures, want %d", snapshot.Failures, want)
			}
			return err
		}))
	}
	wantFailures(0)
	record("ada", bad, bad, audit.SignInThrottled)
	wantFailures(2)
	record("bob", bad, good)
	record("ada", audit.StepUpRefused, bad)
	wantFailures(3)
	record("ada", good)
	wantFailures(0)
	record("ada", bad, good, bad, audit.SignInPending, bad)
	wantFailures(2)
}
