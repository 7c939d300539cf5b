package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"twofold/internal/audit"
	"twofold/internal/test/apptest"
)

// newOldActivity starts a server with activity of two accounts and an unknown address, all old enough to be purged.
func newOldActivity(t *testing.T) (h *apptest.Server, adaID string, last int) {
	t.Helper()
	h, adaID, last = seedActivity(t)
	h.Script("").SignIn(unknownEmail).Require(401, "")
	h.Clock.Advance(year)
	return h, adaID, last
}

// saveActivity returns a function that restores the activity as it is now.
func saveActivity(t *testing.T, h *apptest.Server) (restore func()) {
	t.Helper()
	tables := []string{"activity", "activity_heads", "activity_anchors"}
	for _, table := range tables {
		h.OpenDatabase(t).MustExec(t, "CREATE TABLE kept_"+table+" AS SELECT * FROM "+table)
	}
	return func() {
		t.Helper()
		for _, table := range tables {
			h.OpenDatabase(t).MustExec(t, "DELETE FROM "+table)
			h.OpenDatabase(t).MustExec(t, "INSERT INTO "+table+" SELECT * FROM kept_"+table)
		}
	}
}

func TestT38_AuditPurge_RemainderVerified(t *testing.T) {
	t.Parallel()
	h, adaID, last := newOldActivity(t)
	h.SignedIn(ada) // the older entries are purged, these stay
	if n := h.Purge()["activity"]; n < last {
		t.Errorf("%d entries were purged, want at least ada's first %d", n, last)
	}
	if last != 6 {
		t.Fatalf("ada's last old entry is number %d, but the cases below need 6", last)
	}
	if first := h.Count("SELECT min(number) FROM activity WHERE account_id = ?", adaID); first != last+1 {
		t.Errorf("ada's first entry is number %d, want %d", first, last+1)
	}
	h.SignedIn(bob) // only the anchor of his chain was left
	if entries, err := h.App.VerifyAudit(context.Background()); err != nil || entries != 4 {
		t.Errorf("%d entries, %v, want two per sign-in", entries, err)
	}
	if n := h.Purge()["activity"]; n != 0 {
		t.Errorf("%d recent entries were purged", n)
	}
	restore := saveActivity(t, h)
	for what, tamper := range map[string]struct{ sql, names string }{
		"the first that is left is edited":    {"UPDATE activity SET reason = 'x' WHERE account_id = ? AND number = 7", "entry 7 "},
		"the first that is left is taken out": {"DELETE FROM activity WHERE account_id = ? AND number = 7", "entry 8 "},
		"all that is left is taken out":       {"DELETE FROM activity WHERE account_id = ?", "missing at the end"},
		"another anchor":                      {"UPDATE activity_anchors SET hash = (SELECT hash FROM activity WHERE number = 8 AND account_id = activity_anchors.account_id) WHERE account_id = ?", "entry 7 "},
		"an anchor of another number":         {"UPDATE activity_anchors SET number = 3 WHERE account_id = ?", "entry 7 "},
		"no anchor":                           {"DELETE FROM activity_anchors WHERE account_id = ?", "entry 7 "},
		"no head":                             {"DELETE FROM activity_heads WHERE account_id = ?", "missing at the end"},
	} {
		t.Run(what, func(t *testing.T) {
			h.OpenDatabase(t).MustExec(t, tamper.sql, adaID)
			_, err := h.App.VerifyAudit(context.Background())
			if !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), tamper.names) {
				t.Errorf("got %v, want a broken chain and %q named", err, tamper.names)
			}
			restore()
		})
	}
	h.OpenDatabase(t).MustExec(t, "DELETE FROM activity WHERE account_id = ?", adaID)
	h.OpenDatabase(t).MustExec(t, "DELETE FROM activity_heads WHERE account_id = ?", adaID)
	if _, err := h.App.VerifyAudit(context.Background()); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("an anchor without a chain: got %v, want a broken chain", err)
	}
}

func TestT38_AuditPurge_EditsDetected(t *testing.T) {
	t.Parallel()
	h, adaID, _ := newOldActivity(t)
	restore := saveActivity(t, h)
	for what, tamper := range map[string]struct{ sql, names string }{
		"an entry is edited":  {"UPDATE activity SET reason = 'x' WHERE account_id = ? AND number = 2", "entry 2 "},
		"one is taken out":    {"DELETE FROM activity WHERE account_id = ? AND number = 2", "entry 3 "},
		"first entry deleted": {"DELETE FROM activity WHERE account_id = ? AND number = 1", "entry 2 "},
		"last entry deleted":  {"DELETE FROM activity WHERE account_id = ? AND number = 6", "missing at the end"},
		"another head":        {"UPDATE activity_heads SET hash = (SELECT hash FROM activity WHERE number = 1 AND account_id = activity_heads.account_id) WHERE account_id = ?", "missing at the end"},
		"the last old one is edited, and the one after it is young": {
			"UPDATE activity SET previous = hash, time = time + 34646400000000 WHERE account_id = ? AND number = 6", "entry 6 ",
		},
	} {
		t.Run(what, func(t *testing.T) {
			h.OpenDatabase(t).MustExec(t, tamper.sql, adaID)
			left := h.Count("SELECT count(*) FROM activity WHERE account_id = ?", adaID)
			purged, err := h.App.Retention.Purge(context.Background())
			if !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), tamper.names) {
				t.Errorf("the purge returned %v, want a broken chain and %q named", err, tamper.names)
			}
			if now := h.Count("SELECT count(*) FROM activity WHERE account_id = ?", adaID); now != left {
				t.Errorf("%d of %d entries of the broken chain are left", now, left)
			}
			if others := h.Count("SELECT count(*) FROM activity WHERE account_id <> ?", adaID); others != 0 || purged["activity"] == 0 {
				t.Errorf("%d old entries of other chains are left, want none", others)
			}
			if _, err := h.App.VerifyAudit(context.Background()); !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), tamper.names) {
				t.Errorf("verification after the purge: %v, want the same entry named", err)
			}
			restore()
		})
	}
}

// Otherwise every address that was ever tried would leave rows behind.
func TestT38_AuditPurge_UnknownAddress(t *testing.T) {
	t.Parallel()
	h, adaID, last := newOldActivity(t)
	const unknownRows = "SELECT (SELECT count(*) FROM activity WHERE account_id LIKE 'unknown:%')" +
		" + (SELECT count(*) FROM activity_heads WHERE account_id LIKE 'unknown:%')" +
		" + (SELECT count(*) FROM activity_anchors WHERE account_id LIKE 'unknown:%')"
	h.Script("").SignIn(unknownEmail).Require(401, "") // a chain with newer entries keeps its anchor
	h.Purge()
	if n := h.Count(unknownRows); n != 3 {
		t.Errorf("%d rows, want an entry, a head and an anchor", n)
	}
	h.Clock.Advance(year)
	h.Purge()
	if n := h.Count(unknownRows); n != 0 {
		t.Errorf("%d rows of an address without account are left", n)
	}
	if n := h.Count("SELECT number FROM activity_anchors WHERE account_id = ?", adaID); n != last {
		t.Errorf("ada's chain is anchored at %d, want %d", n, last)
	}
	h.Script("").SignIn(unknownEmail).Require(401, "")
	h.SignedIn(ada)
	if entries, err := h.App.VerifyAudit(context.Background()); err != nil || entries != 3 {
		t.Errorf("%d entries, %v, want those of a failed and a successful sign-in", entries, err)
	}
}

// The chain is longer than a batch, and its last entries are not old.
func TestT38_AuditPurge_LongChain(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_PURGE_BATCH=3", "TWOFOLD_PURGE_REST=1us")
	adaID := h.AddAccount(ada)
	c := h.SignedIn(ada)
	for range 10 {
		c.Do("PATCH", "/api/v1/account", JSON{"display_name": "Ada"}).Require(200, "")
	}
	first := h.Count("SELECT max(number) FROM activity") + 1
	h.Clock.Advance(year)
	h.SignedIn(ada)
	if n := h.Purge()["activity"]; n != first-1 {
		t.Errorf("%d entries were purged, want %d", n, first-1)
	}
	if n := h.Count("SELECT min(number) FROM activity WHERE account_id = ?", adaID); n != first {
		t.Errorf("the first entry is number %d, want %d", n, first)
	}
	if _, err := h.App.VerifyAudit(context.Background()); err != nil {
		t.Error(err)
	}
}
