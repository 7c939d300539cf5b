package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/account"
	"twofold/internal/mfaremoval"
)

func TestRemovals_OnePerAccount(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	removals := Removals{db}
	must(t, Accounts{db}.Insert(ctx, account.Account{ID: "grace", Email: "grace@example.com"}))
	first := mfaremoval.Removal{
		ID: "first", AccountID: "grace", Email: "grace@example.com", RequestedAt: noon, Remaining: 72 * time.Hour, CountedAt: noon, AnnouncedAt: noon,
	}
	second := first
	second.ID, second.RequestedAt = "second", noon.Add(time.Hour)
	begin := func(r mfaremoval.Removal, want bool) {
		t.Helper()
		begun, err := removals.Begin(ctx, r)
		must(t, err)
		if begun != want {
			t.Errorf("Begin(%s) = %v, want %v", r.ID, begun, want)
		}
	}
	last := func(want mfaremoval.Removal) {
		t.Helper()
		got, err := removals.Last(ctx, "grace")
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("- want, + got:\n%s", diff)
		}
	}
	begin(first, true)
	begin(second, false)
	last(first)
	for _, other := range []string{"second", "first"} {
		found, err := removals.Cancel(ctx, "grace", other, noon.Add(time.Minute))
		must(t, err)
		if found != (other == "first") {
			t.Errorf("Cancel(%s) = %v", other, found)
		}
	}
	for what, end := range map[string]func() (bool, error){
		"cancel": func() (bool, error) { return removals.Cancel(ctx, "grace", "first", noon) },
		"delete": func() (bool, error) { return removals.Delete(ctx, "grace", "first") },
		"update": func() (bool, error) { return removals.Update(ctx, first) },
	} {
		if found, err := end(); found || err != nil {
			t.Errorf("%s found a cancelled removal, %v", what, err)
		}
	}
	first.CancelledAt = noon.Add(time.Minute)
	last(first)
	begin(second, true)
	last(second)
}
