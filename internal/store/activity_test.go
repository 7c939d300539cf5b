package store

import (
	"context"
	"fmt"
	"testing"

	"twofold/internal/audit"
)

// TestAppend_AfterDeleteChain appends with a head that was read before DeleteChain deleted it. Such an entry would belong to no
// chain, or leave a gap in the chain that has begun since.
func TestAppend_AfterDeleteChain(t *testing.T) {
	t.Parallel()
	for name, entriesSince := range map[string]int64{
		"not begun again": 0, "begun again": 1, "as long as before": 3, "as long as it would be": 4, "longer": 5,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const chain = "unknown:1"
			db := newDB(t)
			seedChain(t, db, chain, 3)
			oldHead := audit.Hash{3}
			must(t, db.write.Exec("UPDATE activity_heads SET hash = ?", oldHead[:]).Error)
			_, err := Activity{db}.Truncate(ctx, audit.Anchor{AccountID: chain, Number: 3, PurgedAt: noon}, 0)
			must(t, err)
			must(t, Activity{db}.DeleteChain(ctx, chain, 3))
			seedChain(t, db, chain, entriesSince)

			runs := 0
			must(t, db.InTx(ctx, func(ctx context.Context) error {
				runs++
				head := audit.Head{Number: 3, Hash: oldHead}
				if runs > 1 {
					var err error
					if head, err = (Activity{db}).Head(ctx, chain); err != nil {
						return err
					}
				}
				e := audit.Entry{ID: "late", AccountID: chain, Number: head.Number + 1, Time: noon, Previous: head.Hash, Hash: audit.Hash{9}}
				return Activity{db}.Append(ctx, []audit.Entry{e})
			}))
			if runs != 2 {
				t.Errorf("the transaction ran %d times, want 2: it conflicts once", runs)
			}
			head, err := Activity{db}.Head(ctx, chain)
			must(t, err)
			if want := entriesSince + 1; head.Number != want || head.Hash != (audit.Hash{9}) {
				t.Errorf("the head is %d, %x…, want %d and the hash of the late entry", head.Number, head.Hash[:2], want)
			}
			want := ""
			for n := int64(1); n <= entriesSince+1; n++ {
				want += fmt.Sprint(n)
			}
			if got := remainingNumbers(t, db, chain); got != want {
				t.Errorf("the entries are %s, want %s", got, want)
			}
		})
	}
}

func TestAppend_SeveralEntries(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	var entries []audit.Entry
	for n := int64(1); n <= 5; n++ {
		entries = append(entries, audit.Entry{ID: fmt.Sprint("entry-", n), AccountID: "ada", Number: n, Time: noon, Hash: audit.Hash{byte(n)}})
	}
	must(t, db.InTx(ctx, func(ctx context.Context) error { return Activity{db}.Append(ctx, entries[:2]) }))
	entries[2].Previous = entries[1].Hash
	must(t, db.InTx(ctx, func(ctx context.Context) error { return Activity{db}.Append(ctx, entries[2:]) }))
	head, err := Activity{db}.Head(ctx, "ada")
	if err != nil || head.Number != 5 || head.Hash != entries[4].Hash {
		t.Errorf("the head is %d, %v, want 5", head.Number, err)
	}
	if got := remainingNumbers(t, db, "ada"); got != "12345" {
		t.Errorf("the entries are %s, want 12345", got)
	}
}
