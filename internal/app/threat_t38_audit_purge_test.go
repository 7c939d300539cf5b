package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"twofold/internal/audit"
	"twofold/internal/retention"
	"twofold/internal/test/apptest"
)

// year is a little more than activity is kept for.
const year = 401 * 24 * time.Hour

// purge takes away what is over, and wants nothing to be left alone.
func purge(t *testing.T, h *apptest.Server) retention.Counts {
	t.Helper()
	purged, err := h.App.Retention.Purge(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return purged
}

// aLongTimeAgo is a house in which two accounts and an address without one have a past that is old enough to go.
func aLongTimeAgo(t *testing.T) (h *apptest.Server, adaID string, last int) {
	t.Helper()
	h, adaID, last = seedActivity(t)
	h.Script("").SignIn(nobody).Require(401, "")
	h.Clock.Advance(year)
	return h, adaID, last
}

// preserved answers what brings the record back as it is now.
func preserved(t *testing.T, h *apptest.Server) (restore func()) {
	t.Helper()
	tables := []string{"activity", "activity_heads", "activity_anchors"}
	for _, table := range tables {
		execute(t, database(t, h), "CREATE TABLE kept_"+table+" AS SELECT * FROM "+table)
	}
	return func() {
		t.Helper()
		for _, table := range tables {
			execute(t, database(t, h), "DELETE FROM "+table)
			execute(t, database(t, h), "INSERT INTO "+table+" SELECT * FROM kept_"+table)
		}
	}
}

// count is the number that a query answers.
func count(t *testing.T, h *apptest.Server, query string, args ...any) (n int) {
	t.Helper()
	if err := database(t, h).QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestT38_AuditPurge_RemainderVerified(t *testing.T) {
	t.Parallel()
	h, adaID, last := aLongTimeAgo(t)
	h.SignedIn(ada) // the old end goes, the new one stays
	if n := purge(t, h)["activity"]; n < last {
		t.Errorf("%d entries went, want ada's first %d and more", n, last)
	}
	if last != 6 {
		t.Fatalf("ada's last old entry is number %d; the cases below say 6", last)
	}
	if first := count(t, h, "SELECT min(number) FROM activity WHERE account_id = ?", adaID); first != last+1 {
		t.Errorf("ada's first entry is number %d, want %d", first, last+1)
	}
	h.SignedIn(bob) // notFound was left of him but the end of his chain
	if entries, err := h.App.VerifyAudit(context.Background()); err != nil || entries != 4 {
		t.Errorf("%d entries, %v, want the two of each sign-in", entries, err)
	}
	if n := purge(t, h)["activity"]; n != 0 {
		t.Errorf("%d young entries went", n)
	}
	restore := preserved(t, h)
	for what, tamper := range map[string]struct{ sql, names string }{
		"the first that is left is edited":    {"UPDATE activity SET reason = 'x' WHERE account_id = ? AND number = 7", "entry 7 "},
		"the first that is left is taken out": {"DELETE FROM activity WHERE account_id = ? AND number = 7", "entry 8 "},
		"all that is left is taken out":       {"DELETE FROM activity WHERE account_id = ?", "missing at the end"},
		"another anchor":                      {"UPDATE activity_anchors SET hash = (SELECT hash FROM activity WHERE number = 8 AND account_id = activity_anchors.account_id) WHERE account_id = ?", "entry 7 "},
		"an anchor that is elsewhere":         {"UPDATE activity_anchors SET number = 3 WHERE account_id = ?", "entry 7 "},
		"no anchor":                           {"DELETE FROM activity_anchors WHERE account_id = ?", "entry 7 "},
		"no head":                             {"DELETE FROM activity_heads WHERE account_id = ?", "missing at the end"},
	} {
		t.Run(what, func(t *testing.T) {
			execute(t, database(t, h), tamper.sql, adaID)
			_, err := h.App.VerifyAudit(context.Background())
			if !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), tamper.names) {
				t.Errorf("got %v, want a broken chain and %q named", err, tamper.names)
			}
			restore()
		})
	}
	execute(t, database(t, h), "DELETE FROM activity WHERE account_id = ?", adaID)
	execute(t, database(t, h), "DELETE FROM activity_heads WHERE account_id = ?", adaID)
	if _, err := h.App.VerifyAudit(context.Background()); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("an anchor without a chain: got %v, want a broken chain", err)
	}
}

func TestT38_AuditPurge_EditsDetected(t *testing.T) {
	t.Parallel()
	h, adaID, _ := aLongTimeAgo(t)
	restore := preserved(t, h)
	for what, tamper := range map[string]struct{ sql, names string }{
		"an entry is edited":   {"UPDATE activity SET reason = 'x' WHERE account_id = ? AND number = 2", "entry 2 "},
		"one is taken out":     {"DELETE FROM activity WHERE account_id = ? AND number = 2", "entry 3 "},
		"the first is gone":    {"DELETE FROM activity WHERE account_id = ? AND number = 1", "entry 2 "},
		"the last is gone":     {"DELETE FROM activity WHERE account_id = ? AND number = 6", "missing at the end"},
		"the end is elsewhere": {"UPDATE activity_heads SET hash = (SELECT hash FROM activity WHERE number = 1 AND account_id = activity_heads.account_id) WHERE account_id = ?", "missing at the end"},
		"the last old one is edited, and the one after it is young": {
			"UPDATE activity SET previous = hash, time = time + 34646400000000 WHERE account_id = ? AND number = 6", "entry 6 ",
		},
	} {
		t.Run(what, func(t *testing.T) {
			execute(t, database(t, h), tamper.sql, adaID)
			left := count(t, h, "SELECT count(*) FROM activity WHERE account_id = ?", adaID)
			purged, err := h.App.Retention.Purge(context.Background())
			if !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), tamper.names) {
				t.Errorf("the purge answers %v, want a broken chain and %q named", err, tamper.names)
			}
			if now := count(t, h, "SELECT count(*) FROM activity WHERE account_id = ?", adaID); now != left {
				t.Errorf("%d of %d entries of the broken chain are left", now, left)
			}
			if others := count(t, h, "SELECT count(*) FROM activity WHERE account_id <> ?", adaID); others != 0 || purged["activity"] == 0 {
				t.Errorf("%d entries of others are left: a broken chain holds them up", others)
			}
			if _, err := h.App.VerifyAudit(context.Background()); !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), tamper.names) {
				t.Errorf("afterwards: %v, want the same named", err)
			}
			restore()
		})
	}
}

// Each address that was ever tried would leave something otherwise.
func TestT38_AuditPurge_UnknownAddress(t *testing.T) {
	t.Parallel()
	h, adaID, last := aLongTimeAgo(t)
	const strangers = "SELECT (SELECT count(*) FROM activity WHERE account_id LIKE 'unknown:%')" +
		" + (SELECT count(*) FROM activity_heads WHERE account_id LIKE 'unknown:%')" +
		" + (SELECT count(*) FROM activity_anchors WHERE account_id LIKE 'unknown:%')"
	h.Script("").SignIn(nobody).Require(401, "") // a chain that is not old as a whole keeps its end
	purge(t, h)
	if n := count(t, h, strangers); n != 3 {
		t.Errorf("%d rows, want an entry, a head and an anchor", n)
	}
	h.Clock.Advance(year)
	purge(t, h)
	if n := count(t, h, strangers); n != 0 {
		t.Errorf("%d rows of an address without account are left", n)
	}
	if n := count(t, h, "SELECT number FROM activity_anchors WHERE account_id = ?", adaID); n != last {
		t.Errorf("ada's chain is anchored at %d, want %d", n, last)
	}
	h.Script("").SignIn(nobody).Require(401, "")
	h.SignedIn(ada)
	if entries, err := h.App.VerifyAudit(context.Background()); err != nil || entries != 3 {
		t.Errorf("%d entries, %v, want those of a wrong and a right sign-in", entries, err)
	}
}

// A chain may be longer than a batch, and stay young at its end.
func TestT38_AuditPurge_LongChain(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_PURGE_BATCH=3", "TWOFOLD_PURGE_REST=1us")
	adaID := h.AddAccount(ada)
	c := h.SignedIn(ada)
	for range 10 {
		c.Do("PATCH", "/api/v1/account", JSON{"display_name": "Ada"}).Require(200, "")
	}
	first := count(t, h, "SELECT max(number) FROM activity") + 1
	h.Clock.Advance(year)
	h.SignedIn(ada)
	if n := purge(t, h)["activity"]; n != first-1 {
		t.Errorf("%d entries went, want %d", n, first-1)
	}
	if n := count(t, h, "SELECT min(number) FROM activity WHERE account_id = ?", adaID); n != first {
		t.Errorf("the first entry is number %d, want %d", n, first)
	}
	if _, err := h.App.VerifyAudit(context.Background()); err != nil {
		t.Error(err)
	}
}
