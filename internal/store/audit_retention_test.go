package store

import (
	"testing"
	"time"

	"twofold/internal/audit"
)

// seedChain appends the entries 1 to n to an empty chain. Their hashes are zeros.
func seedChain(t *testing.T, db *DB, account string, n int64) {
	t.Helper()
	for i := int64(1); i <= n; i++ {
		must(t, Activity{db}.Append(ctx, []audit.Entry{{ID: account + string(rune('a'+i)), AccountID: account, Number: i, Time: noon.Add(time.Duration(i) * time.Second), Kind: "x"}}))
	}
}

// remainingNumbers returns the numbers of a chain's entries, as digits.
func remainingNumbers(t *testing.T, db *DB, account string) (numbers string) {
	t.Helper()
	entries, err := Activity{db}.Oldest(ctx, account, 100)
	must(t, err)
	for _, e := range entries {
		numbers += string(rune('0' + e.Number))
	}
	return numbers
}

// Without the condition, concurrent calls could replace an anchor by an earlier one.
func TestTruncate_FromAnchorOnly(t *testing.T) {
	t.Parallel()
	db := newDB(t)
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
			t.Errorf("from %d to %d: truncated %v, %v, entries %s, want %v and %s", c.from, c.to, cut, err, remainingNumbers(t, db, "ada"), c.cut, c.left)
		}
		if got, err := (Activity{db}).Anchor(ctx, "ada"); err != nil || cut && got != to {
			t.Errorf("the anchor is %+v, %v, want %+v", got, err, to)
		}
	}
	if got := remainingNumbers(t, db, "bob"); got != "12345" {
		t.Errorf("bob's entries are %s, want 12345", got)
	}
	if got, err := (Activity{db}).Anchor(ctx, "bob"); err != nil || got != (audit.Anchor{AccountID: "bob"}) {
		t.Errorf("bob's anchor is %+v, %v, want none", got, err)
	}
}

func TestDeleteChain_OnlyWithoutAccount(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	insertAda(t, db)
	for _, account := range []string{"ada", "unknown:1", "unknown:2"} {
		seedChain(t, db, account, 3)
		_, err := Activity{db}.Truncate(ctx, audit.Anchor{AccountID: account, Number: 3, PurgedAt: noon}, 0)
		must(t, err)
	}
	seedChain(t, db, "unknown:3", 1)
	for account, head := range map[string]int64{"ada": 3, "unknown:1": 3, "unknown:2": 2} { // an entry was appended to the last one meanwhile
		must(t, Activity{db}.DeleteChain(ctx, account, head))
	}
	for account, want := range map[string]int64{"ada": 3, "unknown:1": 0, "unknown:2": 3, "unknown:3": 1} {
		head, err := Activity{db}.Head(ctx, account)
		if err != nil || head.Number != want {
			t.Errorf("%s: head %d, %v, want %d", account, head.Number, err, want)
		}
		anchor, err := Activity{db}.Anchor(ctx, account)
		if want == 1 {
			want = 0
		}
		if err != nil || anchor.Number != want {
			t.Errorf("%s: anchor %d, %v, want %d", account, anchor.Number, err, want)
		}
	}
}

func TestEntriesAfter_InOrderOfInsertion(t *testing.T) {
	t.Parallel()
	db := newDB(t)
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
