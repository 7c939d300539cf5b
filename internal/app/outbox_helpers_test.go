package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"twofold/internal/test/apptest"
)

const (
	resets        = "/api/v1/password-resets"
	resetComplete = "/api/v1/password-resets/complete"
	account       = "/api/v1/account"
	email         = "/api/v1/account/email"
	noticeEmail   = "/api/v1/account/notice-email"
	pending       = "/api/v1/account/pending-address"
	confirmations = "/api/v1/account/address-confirmations"

	extraSession = "an otter counts nine lamps"
	newAddress   = "ada@new.example"
)

// letter is a mail as it lies in the outbox, opened.
type letter struct {
	Kind  string            `json:"-"`
	To    string            `json:"to"`
	Name  string            `json:"name"`
	About string            `json:"about"`
	IP    string            `json:"ip"`
	Links map[string]string `json:"links"`
}

// withMail starts a house that believes that it sends mail.
func withMail(t testing.TB, settings ...string) *apptest.Server {
	t.Helper()
	h := apptest.Start(t, settings...)
	h.App.Notices.Mail, h.App.Accounts.Mail, h.App.Passwords.Mail = true, true, true
	return h
}

// letters are all mails that the house posted so far, the oldest first. What waits to be looked up is.
func letters(t *testing.T, h *apptest.Server) []letter {
	t.Helper()
	if err := h.App.Passwords.ProcessResets(context.Background()); err != nil {
		t.Fatal(err)
	}
	rows, err := database(t, h).Query(`SELECT id, account_id, kind, sealed FROM outbox ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []letter
	for rows.Next() {
		var id, owner string
		var sealed []byte
		var l letter
		if err := rows.Scan(&id, &owner, &l.Kind, &sealed); err != nil {
			t.Fatal(err)
		}
		plain, err := h.App.Passwords.Sealer.Unseal(context.Background(), sealed, owner, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(plain, &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// mailed is the newest mail of a kind to an address.
func mailed(t *testing.T, h *apptest.Server, kind, to string) letter {
	t.Helper()
	all := letters(t, h)
	slices.Reverse(all)
	i := slices.IndexFunc(all, func(l letter) bool { return l.Kind == kind && l.To == to })
	if i < 0 {
		t.Fatalf("no mail %s to %s in %+v", kind, to, all)
	}
	return all[i]
}

// told is how often each address was told of a kind, as in "ada@example.com email_changed".
func told(t *testing.T, h *apptest.Server) []string {
	t.Helper()
	var all []string
	for _, l := range letters(t, h) {
		all = append(all, l.To+" "+l.Kind)
	}
	slices.Sort(all)
	return all
}

// token is what stands behind the # of a mail's link.
func (l letter) token(purpose string) string {
	_, token, _ := strings.Cut(l.Links[purpose], "#")
	return token
}

// askReset asks for a reset link, as anybody can.
func askReset(h *apptest.Server, address string) {
	h.T.Helper()
	h.Script("").Do("POST", resets, JSON{"email": address}).Require(202, "")
}

// resetToken asks for a reset link and reads its token in the mail.
func resetToken(t *testing.T, h *apptest.Server, address string) string {
	t.Helper()
	askReset(h, address)
	return mailed(t, h, "password_reset_link", address).token("reset_password")
}

// reset sets a password with a link, for whatever comes of it.
func reset(h *apptest.Server, token, pw string) apptest.Response {
	h.T.Helper()
	return h.Script("").Do("POST", resetComplete, JSON{"token": token, "new_password": pw})
}

// changeTo asks for a new address after a step-up, for whatever comes of it.
func changeTo(c *apptest.Client, path, address string, proofs ...JSON) apptest.Response {
	return c.Do("PUT", path, JSON{"email": address}, "Step-Up-Token", stepUp(c, "account.email", proofs...))
}

// confirmToken asks for a new address and reads the token in the mail to it.
func confirmToken(t *testing.T, h *apptest.Server, c *apptest.Client, path, address string) string {
	t.Helper()
	changeTo(c, path, address).Require(202, "")
	kind := map[string]string{email: "confirm_email", noticeEmail: "confirm_notice_email"}[path]
	return mailed(t, h, kind, address).token("confirm_address")
}

// confirm follows the link of an address, for whatever comes of it.
func confirm(h *apptest.Server, token string) apptest.Response {
	h.T.Helper()
	return h.Script("").Do("POST", confirmations, JSON{"token": token})
}

// withPassword signs in with another password than everybody's, for whatever comes of it.
func withPassword(h *apptest.Server, address, pw string) apptest.Response {
	h.T.Helper()
	return h.Script("").SignIn(address, JSON{"password": pw, "deliver": "token"})
}

// force takes an account's password away.
func force(t *testing.T, h *apptest.Server, id string) {
	t.Helper()
	if _, err := h.App.Passwords.ForceReset(context.Background(), id); err != nil {
		t.Fatal(err)
	}
}

// kinds are what the account's activity says, the newest first.
func kinds(t *testing.T, h *apptest.Server, id string) []string {
	t.Helper()
	return column(t, h, `SELECT kind FROM activity WHERE account_id = ? ORDER BY number DESC`, id)
}

// column is what a statement of one column finds.
func column(t *testing.T, h *apptest.Server, query string, args ...any) []string {
	t.Helper()
	rows, err := database(t, h).Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// tables counts the rows of every table.
func tables(t *testing.T, h *apptest.Server) map[string]int {
	t.Helper()
	db, counts := database(t, h), make(map[string]int)
	for _, name := range database(t, h).Tables(t) {
		var n int
		if err := db.QueryRow(`SELECT count(*) FROM ` + name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		counts[name] = n
	}
	return counts
}

// difference says which tables grew or shrank, as in "links +2, outbox -1".
func difference(before, after map[string]int) string {
	var grown []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if n := after[name] - before[name]; n != 0 {
			grown = append(grown, fmt.Sprintf("%s %+d", name, n))
		}
	}
	return strings.Join(grown, ", ")
}
