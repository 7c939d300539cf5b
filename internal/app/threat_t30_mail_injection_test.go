package app_test

import (
	"context"
	"html"
	"slices"
	"strings"
	"testing"

	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/test/apptest"
)

// wantHarmless checks that a mail goes to ada only, has exactly the headers of every mail, and links only to the server.
func wantHarmless(t *testing.T, h *apptest.Server, m apptest.Mail, subject string) {
	t.Helper()
	headers := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
	if !slices.Equal(m.To, []string{ada}) || m.From != "twofold@localhost" || m.Header.Get("To") != "<"+ada+">" {
		t.Errorf("the mail is from %s to %v, with the To header %q", m.From, m.To, m.Header.Get("To"))
	}
	var got []string
	for name, values := range m.Header {
		got = append(got, name)
		if len(values) != 1 {
			t.Errorf("header %s occurs %d times: %q", name, len(values), values)
		}
	}
	if slices.Sort(got); !slices.Equal(got, headers) {
		t.Errorf("the headers are %v, want %v", got, headers)
	}
	if m.Subject != subject {
		t.Errorf("the subject is %q, want %q", m.Subject, subject)
	}
	for _, l := range m.Links {
		if !strings.HasPrefix(l, h.URL+"/") {
			t.Errorf("the mail links to %s", l)
		}
	}
	for _, tag := range []string{"<img", "<script", "<h1", "onerror=evil()>", "<a href=https", "http://evil", "https://evil"} {
		if strings.Contains(strings.ToLower(m.HTML), tag) {
			t.Errorf("the HTML part contains %s:\n%s", tag, m.HTML)
		}
	}
	if n := strings.Count(m.HTML, "<a "); n != len(m.Links) {
		t.Errorf("the HTML part has %d links, the text %d", n, len(m.Links))
	}
	if strings.ContainsAny(m.Text+m.HTML, "\u202e\u2028\u2029\u0085\x00") {
		t.Error("a name contains characters that reverse or break lines")
	}
}

func TestT30_MailInjection_Names(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	db := h.OpenDatabase(t)
	// Names of methods and of users, and user agents.
	hostile := []string{
		"x\r\nBcc: evil@example.net", "x\nSubject: evil", "x\r\n\r\n<h1>evil</h1>", "x\r\n.\r\nMAIL FROM:<evil@example.net>", "x\x00\rTo: evil@example.net",
		`"evil" <evil@example.net>, bob@example.com`, "=?utf-8?q?=0D=0ABcc:_evil@example.net?=", `"><img src=x onerror=evil()>`, "<script>evil()</script>", "</title></p><a href=https://evil.example>",
		"{{.Links}} %s %n", "Zoë’s 📱 电话 \u202egpj.evil\u202c", "https://evil.example/#tf_l_x", "www.evil.example", "\u2028evil\u2029\u0085evil", strings.Repeat("ä", 64),
	}
	for _, text := range hostile {
		if h.UsesPostgres() {
			text = strings.ReplaceAll(text, "\x00", "") // PostgreSQL stores no NUL in text
		}
		t.Run(text, func(t *testing.T) {
			db.MustExec(t, `UPDATE accounts SET display_name = ?`, text)
			ctx := audit.WithClient(context.Background(), audit.Client{IP: "192.0.2.7", UserAgent: text + " (" + text + ") Firefox/" + text})
			n := notify.Notice{Kind: notify.MethodAdded, AccountID: id, Subject: apptest.UnknownID, Name: text}
			if mails, err := h.App.Notices.Enqueue(ctx, n); err != nil || mails != 1 {
				t.Fatalf("%d mails, %v", mails, err)
			}
			before := len(h.Mailbox.All())
			m := h.Mail(ada)
			if got := len(h.Mailbox.All()) - before; got != 1 {
				t.Errorf("%d mails arrived, want 1", got)
			}
			wantHarmless(t, h, m, "A new authenticator app was added to your account")
			if text == hostile[15] && (!strings.Contains(m.Text, text) || !strings.Contains(html.UnescapeString(m.HTML), text)) {
				t.Errorf("the long name is missing:\n%s", m.Text)
			}
		})
	}
}

func TestT30_MailInjection_Recipients(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	var unsent int
	for address, want := range map[string]string{
		"ada@example.com\r\nRCPT TO:<evil@example.net>": "", "ada@example.com>\r\nBcc: evil@example.net": "", "ada@example.com, evil@example.net": "",
		"Ada <ada@example.com>": "", "evil@example.net <ada@example.com>": "", "@evil.example:ada@example.com": "", "ada@example.com> NOTIFY=SUCCESS": "", "ada": "", "": "",
		"group: ada@example.com;": "", "ada@exa mple.com": "", "ada@example.com\x00": "",
		"o'hara+news@example.com": "o'hara+news@example.com", "ada@bücher.example": "ada@xn--bcher-kva.example",
	} {
		n := notify.Notice{Kind: notify.ConfirmEmail, AccountID: id, Name: address, To: []string{address}}
		if _, err := h.App.Notices.Enqueue(context.Background(), n); err != nil {
			t.Fatal(err)
		}
		before := h.Mailbox.All()
		h.Deliver()
		arrived := h.Mailbox.All()[len(before):]
		switch {
		case want == "" && len(arrived) > 0:
			t.Errorf("%q: a mail went to %q", address, arrived[0].To)
		case want == "":
			unsent++
		case len(arrived) != 1 || !slices.Equal(arrived[0].To, []string{want}):
			t.Errorf("%q: got %d mails, want one to %s", address, len(arrived), want)
		}
	}
	h.OpenDatabase(t).WantOutbox(t, 0, 2, unsent)
	if strings.Contains(h.Log.String(), "evil@") || strings.Contains(h.Log.String(), ada) {
		t.Error("the log contains an unusable address")
	}
}

func TestT30_MailInjection_LinkHost(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	id := h.AddAccount(ada)
	h.Script("").Do("POST", "/api/v1/sessions", JSON{"email": ada, "password": apptest.Password}, // headers that must not change links
		"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "Forwarded", "host=evil.example")
	var links []notify.Action
	for _, p := range []maillink.Purpose{maillink.ResetPassword, maillink.ConfirmAddress, maillink.CompleteRemoval, maillink.CancelRemoval} {
		links = append(links, notify.Action{Purpose: p, Token: secret.Random("tf_l_")})
	}
	h.Enqueue(notify.Notice{Kind: notify.MethodAdded, AccountID: id, Links: links})
	m := h.Mail(ada)
	if len(m.Links) != 5 {
		t.Errorf("%d links, want 5: %v", len(m.Links), m.Links)
	}
	for _, a := range links {
		if want := h.URL + a.Purpose.Path() + "#" + a.Token.Reveal(); !slices.Contains(m.Links, want) {
			t.Errorf("%s is missing: %v", want, m.Links)
		}
	}
	wantHarmless(t, h, m, "A new authenticator app was added to your account")
}
