package store

import (
	"testing"
	"time"

	"twofold/internal/audit"
)

// seedChain gives an account entries numbered 1 to n.
func seedChain(t *testing.T, db *DB, account string, n int64) {
	t.Helper()
	for i := int64(1); i <= n; i++ {
		must(t, Activity{db}.Append(ctx, []audit.Entry{{ID: account + string(rune('a'+i)), AccountID: account, Number: i, Time: noon.Add(time.Duration(i) * time.Second), Kind: "x"}}))
	}
}

// remainingNumbers are the numbers of an account's entries, as a text.
func remainingNumbers(t *testing.T, db *DB, account string) (numbers string) {
	t.Helper()
	entries, err := Activity{db}.Oldest(ctx, account, 100)
	must(t, err)
	for _, e := range entries {
		numbers += string(rune('0' + e.Number))
	}
	return numbers
}

// Two that cut at once would put the earlier anchor over the later one.
func TestAChainIsCutFromWhereItBeginsOnly(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	seedChain(t, db, "ada", 5)
	seedChain(t, db, "bob", 5)
	for _, c := range []struct {
		from, to int64
		cut      bool
		left     string
	}{{0, 2, true, "345"}, {0, 4, false, "345"}, {1, 4, false, "345"}, {2, 3, true, "45"}, {3, 5, true, ""}} {
		to := audit.Anchor{AccountID: "ada", Number: c.to, Hash: audit.Hash{byte(c.to)}, PurgedAt: noon}
		cut, err := Activity{db}.Truncate(ctx, to, c.from)
		if err != nil || cut != c.cut || remainingNumbers(t, db, "ada") != c.left {
			t.Errorf("from %d to %d: cut is %v, %v, left is %s, want %v and %s", c.from, c.to, cut, err, remainingNumbers(t, db, "ada"), c.cut, c.left)
		}
		if got, err := (Activity{db}).Anchor(ctx, "ada"); err != nil || cut && got != to {
			t.Errorf("the anchor is %+v, %v, want %+v", got, err, to)
		}
	}
	if got := remainingNumbers(t, db, "bob"); got != "12345" {
		t.Errorf("of bob's %s are left", got)
	}
	if got, err := (Activity{db}).Anchor(ctx, "bob"); err != nil || got != (audit.Anchor{AccountID: "bob"}) {
		t.Errorf("bob's anchor is %+v, %v, want none", got, err)
	}
}

func TestOnlyAChainOfNobodyIsForgotten(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	ada(t, db)
	for _, account := range []string{"ada", "unknown:1", "unknown:2"} {
		seedChain(t, db, account, 3)
		_, err := Activity{db}.Truncate(ctx, audit.Anchor{AccountID: account, Number: 3, PurgedAt: noon}, 0)
		must(t, err)
	}
	seedChain(t, db, "unknown:3", 1)
	for account, head := range map[string]int64{"ada": 3, "unknown:1": 3, "unknown:2": 2} { // of the last, more was recorded meanwhile
		must(t, Activity{db}.DeleteChain(ctx, account, head))
	}
	for account, want := range map[string]int64{"ada": 3, "unknown:1": 0, "unknown:2": 3, "unknown:3": 1} {
		head, err := Activity{db}.Head(ctx, account)
		if err != nil || head.Number != want {
			t.Errorf("%s ends at %d, %v, want %d", account, head.Number, err, want)
		}
		anchor, err := Activity{db}.Anchor(ctx, account)
		if want == 1 {
			want = 0
		}
		if err != nil || anchor.Number != want {
			t.Errorf("%s begins after %d, %v, want %d", account, anchor.Number, err, want)
		}
	}
}

func TestEntriesAreListedAsTheyWereRecorded(t *testing.T) {
	t.Parallel()
	db := fresh(t)
	seedChain(t, db, "ada", 2)
	seedChain(t, db, "bob", 2)
	ids := ""
	for after := ""; ; {
		entries, err := Activity{db}.EntriesAfter(ctx, after, 3)
		must(t, err)
		for _, e := range entries {
			after = e.ID
			ids += " " + e.ID
		}
		if len(entries) < 3 {
			break
		}
	}
	if want := " adab adac bobb bobc"; ids != want {
		t.Errorf("got%s, want%s", ids, want)
	}
}
