package app_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

const (
	recoveryCodes = "/api/v1/mfa/recovery-codes"
	tenCodes      = "TWOFOLD_RECOVERY_CODES=10" // a set as it is outside of tests
)

// userWithRecoveryCodes adds an account, enrolls its phone, and answers the recovery codes that came with it.
func userWithRecoveryCodes(h *apptest.Server, email string) (*apptest.Client, *apptest.Phone, []string) {
	h.T.Helper()
	h.AddAccount(email)
	script := h.SignedIn(email)
	phone := script.Begin()
	codes := shownCodes(h.T, script.Confirm(phone, phone.Code()).Require(201, ""))
	h.Clock.Advance(30 * time.Second)
	return script, phone, codes
}

// shownCodes are the recovery codes of an answer.
func shownCodes(t testing.TB, a apptest.Response) []string {
	t.Helper()
	list, _ := a.Value("recovery_codes").([]any)
	codes := make([]string, len(list))
	for i, code := range list {
		codes[i], _ = code.(string)
	}
	return codes
}

// recovering presents a recovery code for a sign-in token.
func recovering(h *apptest.Server, token, code string) apptest.Response {
	h.T.Helper()
	return h.Script("").Do("POST", complete, JSON{"sign_in_token": token, "recovery_code": code})
}

// recoveryCode is a proof beside the password.
func recoveryCode(code string) JSON { return JSON{"recovery_code": code} }

// wrongRecoveryCode has the form of one, and is nobody's but once in 2^80.
const wrongRecoveryCode = "0000-0000-0000-0000"

// remaining is how many codes the account has left; -1: it has none, used or not.
func remaining(c *apptest.Client) int {
	a := c.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if a.Value("recovery_codes") == nil {
		return -1
	}
	return a.Int("recovery_codes", "remaining")
}

// activityOf lists the kinds of what happened to an account, the newest first.
func activityOf(t *testing.T, h *apptest.Server, account string) []string {
	t.Helper()
	rows, err := database(t, h).Query(`SELECT kind || ' ' || name FROM activity WHERE account_id = ? ORDER BY number DESC`, account)
	if err != nil {
		t.Fatal(err)
	}
	return textColumn(t, rows)
}

// mailKinds lists the kinds of the mails to an account, the oldest first.
func mailKinds(t *testing.T, h *apptest.Server, account string) []string {
	t.Helper()
	rows, err := database(t, h).Query(`SELECT kind FROM outbox WHERE account_id = ? ORDER BY id`, account)
	if err != nil {
		t.Fatal(err)
	}
	return textColumn(t, rows)
}

func textColumn(t *testing.T, rows *sql.Rows) []string {
	t.Helper()
	defer func() { _ = rows.Close() }()
	var values []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// wantEntry wants an entry of this kind and name among the newest.
func wantEntry(t *testing.T, entries []string, want string) {
	t.Helper()
	for _, e := range entries {
		if strings.TrimSpace(e) == want {
			return
		}
	}
	t.Errorf("%q is not in the activity: %q", want, entries)
}
