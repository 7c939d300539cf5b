package apptest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"twofold/internal/audit"
)

// QueuedMail is a decrypted mail in the outbox.
type QueuedMail struct {
	Kind     string            `json:"-"`
	To       string            `json:"to"`
	Name     string            `json:"name"`
	About    string            `json:"about"`
	Language string            `json:"language"`
	IP       string            `json:"ip"`
	Links    map[string]string `json:"links"` // by purpose
}

// Token returns the token in the fragment of a link.
func (m QueuedMail) Token(purpose string) string { return Token(m.Links[purpose]) }

// StartWithOutbox starts a server that queues mail and never sends it.
func StartWithOutbox(t testing.TB, settings ...string) *Server {
	t.Helper()
	h := Start(t, settings...)
	h.App.Notices.Mail, h.App.Accounts.Mail, h.App.Passwords.Mail = true, true, true
	return h
}

// Outbox processes pending password reset requests and returns every mail queued so far, oldest first.
func (h *Server) Outbox() []QueuedMail {
	h.T.Helper()
	h.must(h.App.Passwords.ProcessResets(context.Background()))
	rows, err := h.database().Query(`SELECT id, account_id, kind, sealed FROM outbox ORDER BY id`)
	h.must(err)
	defer func() { _ = rows.Close() }()
	var all []QueuedMail
	for rows.Next() {
		var id, owner string
		var sealed []byte
		var m QueuedMail
		h.must(rows.Scan(&id, &owner, &m.Kind, &sealed))
		plain, err := h.App.Passwords.Sealer.Unseal(context.Background(), sealed, owner, id)
		h.must(err)
		h.must(json.Unmarshal(plain, &m))
		all = append(all, m)
	}
	h.must(rows.Err())
	return all
}

// Queued returns the newest mail of a kind to an address.
func (h *Server) Queued(kind, to string) QueuedMail {
	h.T.Helper()
	all := h.Outbox()
	slices.Reverse(all)
	i := slices.IndexFunc(all, func(m QueuedMail) bool { return m.Kind == kind && m.To == to })
	if i < 0 {
		h.T.Fatalf("no mail %s to %s in %+v", kind, to, all)
	}
	return all[i]
}

// QueuedKinds returns the recipient and kind of every mail queued so far, as in "ada@example.com email_changed", sorted.
func (h *Server) QueuedKinds() []string {
	h.T.Helper()
	var all []string
	for _, m := range h.Outbox() {
		all = append(all, m.To+" "+m.Kind)
	}
	slices.Sort(all)
	return all
}

// MailKinds returns the kinds of the mails to an account, oldest first.
func (h *Server) MailKinds(accountID string) []string {
	h.T.Helper()
	return h.Column(`SELECT kind FROM outbox WHERE account_id = ? ORDER BY id`, accountID)
}

// ActivityKinds returns the kinds of an account's activity entries, newest first.
func (h *Server) ActivityKinds(accountID string) []string {
	h.T.Helper()
	return h.Column(`SELECT kind FROM activity WHERE account_id = ? ORDER BY number DESC`, accountID)
}

// Activity returns the kind and name of an account's activity entries, newest first.
func (h *Server) Activity(accountID string) []string {
	h.T.Helper()
	entries := h.Column(`SELECT kind || ' ' || name FROM activity WHERE account_id = ? ORDER BY number DESC`, accountID)
	for i, e := range entries {
		entries[i] = strings.TrimSpace(e)
	}
	return entries
}

// OutboxCounts returns how many mails are pending, sent and given up.
func (d *Database) OutboxCounts(t testing.TB) (pending, sent, givenUp int) {
	t.Helper()
	err := d.QueryRow(`SELECT count(*) FILTER (WHERE sent_at = 0 AND given_up = 0), count(*) FILTER (WHERE sent_at > 0),
		count(*) FILTER (WHERE given_up > 0) FROM outbox`).Scan(&pending, &sent, &givenUp)
	if err != nil {
		t.Fatal(err)
	}
	return pending, sent, givenUp
}

// WantOutbox checks the counts, and that only the contents of pending mails are kept.
func (d *Database) WantOutbox(t testing.TB, pending, sent, givenUp int) {
	t.Helper()
	if w, s, g := d.OutboxCounts(t); w != pending || s != sent || g != givenUp {
		t.Errorf("the outbox has %d pending, %d sent, %d given up, want %d, %d, %d", w, s, g, pending, sent, givenUp)
	}
	var left int
	if err := d.QueryRow(`SELECT count(*) FROM outbox WHERE length(sealed) > 0`).Scan(&left); err != nil || left != pending {
		t.Errorf("%d mails still have contents, %v, want the %d pending ones", left, err, pending)
	}
}

// firefox returns a context of a request from Firefox on Linux.
func firefox(ctx context.Context) context.Context {
	return audit.WithClient(ctx, audit.Client{
		IP: "192.0.2.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", RequestID: "r",
	})
}
