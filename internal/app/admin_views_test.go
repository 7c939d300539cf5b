package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// countViews returns the number of entries for views in an account's activity.
func countViews(h *apptest.Server, email string) int {
	h.T.Helper()
	return len(slices.DeleteFunc(h.ActivityKinds(h.AccountID(email)), func(kind string) bool { return kind != "account.viewed" }))
}

func TestT26_AdminAbuse_ViewsShownToOwner(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	h.AddAccount(ada)
	bobs, _ := h.NewUser(bob).WithTOTP().Session()
	h.GrantAdmin(bob)
	read := func(c *apptest.Client, wanted int) {
		t.Helper()
		c.Do("GET", o.path(ada, ""), nil).Require(200, "")
		c.Do("GET", o.path(ada, "activity"), nil).Require(200, "")
		if n := countViews(h, ada); n != wanted {
			t.Errorf("%d views are recorded, want %d", n, wanted)
		}
	}
	read(o.grace, 1)
	h.Clock.Advance(20 * time.Minute)
	read(o.grace, 1)
	read(bobs, 2)
	h.Clock.Advance(20 * time.Minute)
	read(o.grace, 2)
	h.Clock.Advance(20 * time.Minute)
	read(o.grace, 3)

	// The owner sees that it was an administrator, and the log names them.
	items, _ := h.SignedIn(ada).Do("GET", apptest.PathAccount+"/activity", nil).Require(200, "").Value("items").([]any)
	if item := items[1].(map[string]any); item["kind"] != "account.viewed" || item["by"] != "administrator" || item["reason"] != nil || item["administrator_id"] != nil {
		t.Errorf("the owner sees %v", item)
	}
	if !strings.Contains(h.Log.String(), `"event":"account.viewed","account":"`+o.AccountID(ada)+`","actor":"`+o.AccountID(grace)) {
		t.Error("the log does not name the administrator")
	}
	o.grace.Do("GET", o.path(grace, ""), nil).Require(200, "")
	if n := countViews(h, grace); n != 0 {
		t.Errorf("%d views of the own account are recorded", n)
	}
	o.grace.Do("GET", apptest.PathAdminAccounts, nil).Require(200, "")
	if !strings.Contains(h.Log.String(), `"event":"accounts.searched","actor":"`+o.AccountID(grace)) {
		t.Error("the log does not name who searched")
	}
}

// A read that cannot be recorded returns nothing.
func TestT26_AdminAbuse_UnrecordedViewRefused(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	o := newAdminFixture(t, h)
	h.AddAccount(ada)
	allow := h.OpenDatabase(t).FailInserts(t, "activity")
	for _, part := range []string{"", "activity"} {
		o.grace.Do("GET", o.path(ada, part), nil).Require(503, "unavailable")
	}
	allow()
	o.grace.Do("GET", o.path(ada, ""), nil).Require(200, "")
}

// The page reads state and activity at the same time, possibly from two replicas.
func TestT26_AdminAbuse_ConcurrentViewsRecordedOnce(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	overReplicas(t, func(t *testing.T, servers []*apptest.Server) {
		h := servers[0]
		o := newAdminFixture(t, h)
		h.AddAccount(ada)
		paths := []string{o.path(ada, ""), o.path(ada, "activity")}
		for _, a := range apptest.Concurrently(16, func(i int) apptest.Response {
			return o.grace.OnServer(servers[i%len(servers)]).Do("GET", paths[i/2%2], nil)
		}) {
			a.Require(200, "")
		}
		if n := countViews(h, ada); n != 1 {
			t.Errorf("%d views are recorded, want 1", n)
		}
	})
}
