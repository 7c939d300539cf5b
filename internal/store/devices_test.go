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

// devices says which of a list of digests an account knows, by their last letters.
func devicesOf(t *testing.T, db *DB, account string, digests ...string) string {
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

func keep(t *testing.T, db *DB, account, digest string, used, until time.Time) {
	t.Helper()
	must(t, Devices{db}.Upsert(ctx, authn.Device{
		ID: account + digest, AccountID: account, Delivery: session.Cookie, LastUsedAt: used, ExpiresAt: until,
	}, tokenOf(digest)))
}

func TestDevicesAreTidied(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		at   time.Time
		keep int
		left string
	}{
		"none while there is room":       {noon, 4, "abcd"},
		"the one used longest ago":       {noon, 3, "bcd"},
		"all but the last used":          {noon, 1, "d"},
		"those that are over":            {noon.Add(2 * time.Hour), 4, "cd"},
		"those that are over and beyond": {noon.Add(2 * time.Hour), 1, "d"},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			db := fresh(t)
			ada(t, db)
			put(t, db, "bob")
			for i, digest := range []string{"a", "b", "c", "d"} {
				keep(t, db, "ada", digest, noon.Add(time.Duration(i)*time.Minute), noon.Add(time.Duration(i+1)*time.Hour))
			}
			keep(t, db, "bob", "a", noon, noon)
			must(t, Devices{db}.Prune(ctx, "ada", c.at, c.keep))
			if got := devicesOf(t, db, "ada", "a", "b", "c", "d"); got != c.left {
				t.Errorf("ada knows %s, want %s", got, c.left)
			}
			if got := devicesOf(t, db, "bob", "a"); got != "a" {
				t.Errorf("bob knows %q, want his own", got)
			}
		})
	}
}

func TestADeviceThatIsKeptAgainIsTheSame(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	keep(t, db, "ada", "a", noon, noon.Add(time.Hour))
	must(t, Devices{db}.Upsert(ctx, authn.Device{
		ID: "another", AccountID: "ada", Delivery: session.Token, LastUsedAt: noon.Add(time.Minute), ExpiresAt: noon.Add(2 * time.Hour),
	}, tokenOf("a")))
	d, err := Devices{db}.Find(ctx, "ada", tokenOf("a"))
	want := authn.Device{ID: "adaa", AccountID: "ada", Delivery: session.Cookie, LastUsedAt: noon.Add(time.Minute), ExpiresAt: noon.Add(2 * time.Hour)}
	if err != nil || d != want {
		t.Errorf("got %+v, %v, want %+v", d, err, want)
	}
}

func TestABrowserMovesWithAllOfItsAccounts(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	put(t, db, "bob")
	keep(t, db, "ada", "a", noon, noon)
	keep(t, db, "bob", "a", noon, noon)
	keep(t, db, "bob", "b", noon, noon)
	must(t, Devices{db}.Upsert(ctx, authn.Device{ID: "script", AccountID: "bob", Delivery: session.Token}, tokenOf("s")))
	must(t, Devices{db}.Rekey(ctx, tokenOf("a"), tokenOf("c")))
	must(t, Devices{db}.Rekey(ctx, tokenOf("s"), tokenOf("t"))) // a script has no token that could move
	if got := fmt.Sprint(devicesOf(t, db, "ada", "a", "b", "c"), " ", devicesOf(t, db, "bob", "a", "b", "c", "s", "t")); got != "c bcs" {
		t.Errorf("ada and bob know %s, want c bcs", got)
	}
}

func TestForgettingSparesOneAndIsNoErasing(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	put(t, db, "bob")
	keep(t, db, "ada", "a", noon, noon.Add(time.Hour))
	keep(t, db, "ada", "b", noon, noon.Add(time.Hour))
	keep(t, db, "bob", "a", noon, noon.Add(time.Hour))
	must(t, Devices{db}.Revoke(ctx, "ada", "adab", noon))
	for _, c := range []struct {
		account, digest string
		until           time.Time
	}{{"ada", "a", noon}, {"ada", "b", noon.Add(time.Hour)}, {"bob", "a", noon.Add(time.Hour)}} {
		d, err := Devices{db}.Find(ctx, c.account, tokenOf(c.digest))
		if err != nil || !d.ExpiresAt.Equal(c.until) {
			t.Errorf("%s knows %s until %v, %v, want %v", c.account, c.digest, d.ExpiresAt, err, c.until)
		}
	}
	for account, want := range map[string]bool{"ada": true, "bob": true, "nobody": false} {
		if got, err := (Devices{db}).HasAny(ctx, account); err != nil || got != want {
			t.Errorf("Any(%s) = %v, %v, want %v", account, got, err, want)
		}
	}
}

func TestFailuresToSignInAreCountedSinceTheLastSuccess(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	const bad, good = audit.SignInFailed, audit.SignInSucceeded
	put(t, db, "ada")
	numbers := make(map[string]int64)
	record := func(account string, kinds ...audit.Kind) {
		for _, kind := range kinds {
			numbers[account]++
			e := audit.Entry{ID: fmt.Sprint(account, numbers[account]), AccountID: account, Number: numbers[account], Time: noon, Kind: kind}
			must(t, Activity{db}.Append(ctx, []audit.Entry{e}))
		}
	}
	is := func(want int) {
		t.Helper()
		must(t, db.InTx(ctx, func(ctx context.Context) error {
			now, err := SignIns{db}.LockAndLoad(ctx, authn.SnapshotQuery{AccountID: "ada"})
			if now.Failures != want {
				t.Errorf("got %d, want %d", now.Failures, want)
			}
			return err
		}))
	}
	is(0)
	record("ada", bad, bad, audit.SignInThrottled)
	is(2)
	record("bob", bad, good)
	record("ada", audit.StepUpRefused, bad)
	is(3)
	record("ada", good)
	is(0)
	record("ada", bad, good, bad, audit.SignInPending, bad)
	is(2)
}
