package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"twofold/internal/audit"
	"twofold/internal/test/apptest"
)

// seedActivity starts a server with activity of two accounts. The entries of ada are numbered from 1 to last.
func seedActivity(t *testing.T) (h *apptest.Server, adaID string, last int) {
	t.Helper()
	h = apptest.Start(t)
	adaID = h.AddAccount(ada)
	h.AddAccount(bob)
	h.SignedIn(bob)
	for range 3 {
		h.Script("").SignIn(ada, JSON{"password": "not it, not it, not it"}).Require(401, "")
	}
	h.SignedIn(ada)
	if err := h.OpenDatabase(t).QueryRow("SELECT max(number) FROM activity WHERE account_id = ?", adaID).Scan(&last); err != nil {
		t.Fatal(err)
	}
	return h, adaID, last
}

func TestT38_AuditTampering_EntryNamed(t *testing.T) {
	t.Parallel()
	for what, tamper := range map[string]struct{ sql, names string }{
		"another kind":        {"UPDATE activity SET kind = 'sign_in.succeeded' WHERE account_id = ? AND number = 2", "entry 2 "},
		"another time":        {"UPDATE activity SET time = time + 1 WHERE account_id = ? AND number = 2", "entry 2 "},
		"another address":     {"UPDATE activity SET ip = '192.0.2.99' WHERE account_id = ? AND number = 3", "entry 3 "},
		"another reason":      {"UPDATE activity SET reason = 'x' WHERE account_id = ? AND number = 1", "entry 1 "},
		"one taken out":       {"DELETE FROM activity WHERE account_id = ? AND number = 2", "entry 3 "},
		"first entry deleted": {"DELETE FROM activity WHERE account_id = ? AND number = 1", "entry 2 "},
		"last entry deleted":  {"DELETE FROM activity WHERE account_id = ? AND number = (SELECT max(number) FROM activity)", "missing at the end"},
		"all entries deleted": {"DELETE FROM activity WHERE account_id = ?", "missing at the end"},
		"no head":             {"DELETE FROM activity_heads WHERE account_id = ?", "missing at the end"},
		"a hash to match": {
			"UPDATE activity SET kind = 'sign_in.pending', hash = previous WHERE account_id = ? AND number = 2", "entry 2 ",
		},
		"moved to another account": {
			"UPDATE activity SET account_id = 'another' WHERE account_id = ? AND number = 4", "account another",
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h, adaID, last := seedActivity(t)
			if entries, err := h.App.VerifyAudit(context.Background()); err != nil || entries < last {
				t.Fatalf("before tampering: %d entries, %v", entries, err)
			}
			h.OpenDatabase(t).MustExec(t, tamper.sql, adaID)
			_, err := h.App.VerifyAudit(context.Background())
			if !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), tamper.names) {
				t.Errorf("got %v, want a broken chain and %q named", err, tamper.names)
			}
		})
	}
}

func TestT38_AuditTampering_LaterEntriesAppended(t *testing.T) {
	t.Parallel()
	h, adaID, _ := seedActivity(t)
	h.OpenDatabase(t).MustExec(t, "UPDATE activity SET reason = 'x' WHERE account_id = ? AND number = 2", adaID)
	h.SignedIn(ada)
	var broken *audit.ChainError
	if _, err := h.App.VerifyAudit(context.Background()); !errors.As(err, &broken) || broken.Number != 2 {
		t.Errorf("got %v, want entry 2", err)
	}
}

func TestT38_AuditTampering_ControlCharacters(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	hostile := "curl\u2028\u0085 {\"event\":\"account.mfa_reset\"}\t"
	h.Script("").Do("POST", "/api/v1/sessions", apptest.Credentials(ada), "User-Agent", hostile)
	for line := range strings.Lines(h.Log.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("not one JSON object: %v\n%s", err, line)
		}
		if fields["event"] == "account.mfa_reset" {
			t.Errorf("a forged event was logged: %s", line)
		}
	}
	if _, err := h.App.VerifyAudit(context.Background()); err != nil {
		t.Error(err)
	}
}

// A change that cannot be recorded is refused.
func TestT38_AuditTampering_UnrecordedChangeRefused(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	c := h.SignedIn(ada)
	token := c.StepUpToken("mfa.enroll")
	h.OpenDatabase(t).MustExec(t, "DROP TABLE activity_heads")
	c.Do("POST", "/api/v1/mfa/totp/enrollments", nil, "Step-Up-Token", token).Require(503, "unavailable")
	h.Script("").SignIn(ada).Require(503, "unavailable")
	h.Script("").SignIn(ada, JSON{"password": "not it, not it, not it"}).Require(503, "unavailable")
	var sessions, enrollments int
	row := h.OpenDatabase(t).QueryRow("SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM enrollments)")
	if err := row.Scan(&sessions, &enrollments); err != nil {
		t.Fatal(err)
	}
	if sessions != 1 || enrollments != 0 {
		t.Errorf("%d sessions and %d enrollments, want 1 and none", sessions, enrollments)
	}
	if a := c.Do("GET", "/api/v1/mfa", nil); a.Status != 200 {
		t.Errorf("reading returned %d, want 200", a.Status)
	}
}
