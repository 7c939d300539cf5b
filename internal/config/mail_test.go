package config_test

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"twofold/internal/config"
)

func TestFromMap_InvalidMailSettings(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"TWOFOLD_SMTP_URL": {
			"mail.example.com", "mail.example.com:587", "http://mail.example.com", "smtp://", "smtp://:587", "smtp:///x", "smtp://mail.example.com/x", "smtp:mail",
			"smtp://mail.example.com:x", "smtp://mail.example.com:0", "smtp://mail.example.com:65536", "smtp://b\u00fccher..example", "smtp://mail.example.com#x",
			"smtp://mail.example.com?tls=maybe", "smtp://mail.example.com?tls=required&tls=required", "smtp://mail.example.com?TLS=required", "smtp://mail.example.com?x=y",
			"smtps://mail.example.com?tls=off", "smtp://mail.example.com?tls=off&tls=required", "smtp://mail.example.com?tls=implicit", "smtp://mail.example.com?tls=",
			"smtp://user@mail.example.com", "smtp://:canary@mail.example.com", "smtp://user:can%0Aary@mail.example.com", "smtp://user:canary@", "smtp://user:can%zzary@mail.example.com",
			"smtp://user:canary/@mail.example.com", "canary", "smtp://mail.example.com\r\n",
		},
		"TWOFOLD_MAIL_FROM": {
			"example.com", "@example.com", "a@b, c@d", "a@b c@d", "a@b\r\nBcc: c@d", "Example", "<a@b> x", "gr\u00fc\u00dfe@example.com", "a@b\u00fccher..example", "a@b\u00fc cher.example",
		},
		"TWOFOLD_SMTP_EHLO":    {"two words", "a:25", "[example.com]", "[192.0.2.10", "192.0.2.10]", "[2001:db8::1]", "[IPv6:192.0.2.10]", "a\r\nb", "a_b"},
		"TWOFOLD_SMTP_CA_FILE": {"/does/not/exist", written(t, "no certificate")},
		"TWOFOLD_SUPPORT":      {"two\nlines", "a\x00b", "a\u202eb", strings.Repeat("x", 201), "Caf\xe9", "a\u2028b"},
		"TWOFOLD_SMTP_TIMEOUT": {"0s", "-1s", "30"},
	} {
		for _, value := range values {
			refusedByName(t, name, value)
			if _, err := config.FromMap(env{name: value}); err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: the error discloses a password: %v", name, err)
			}
		}
	}
}

func TestMail_Server(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"smtp://mail.example.com":                              "mail.example.com port 587 tls= as  ",
		"smtp://mail.example.com:25/":                          "mail.example.com port 25 tls= as  ",
		"smtp://mail.example.com?tls=required":                 "mail.example.com port 587 tls=required as  ",
		"smtp://mail:25?tls=off":                               "mail port 25 tls=off as  ",
		"smtps://mail.example.com":                             "mail.example.com port 465 tls=implicit as  ",
		"smtps://mail.example.com?tls=required":                "mail.example.com port 465 tls=implicit as  ",
		"smtp://me%40example.com:p%40ss%20w%C3%B6rd@mail:2525": "mail port 2525 tls= as me@example.com p@ss wörd",
		"smtps://user:canary@[2001:db8::1]:465":                "2001:db8::1 port 465 tls=implicit as user canary",
		"smtp://b\u00fccher.example":                           "xn--bcher-kva.example port 587 tls= as  ",
	} {
		c, err := config.FromMap(env{"TWOFOLD_SMTP_URL": given})
		if err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		s, err := c.Mail.Server()
		got := fmt.Sprintf("%s port %d tls=%s as %s %s", s.Host, s.Port, s.TLS, s.User, s.Password.Reveal())
		if err != nil || got != want || !c.Mail.Enabled() {
			t.Errorf("%s: got %s, %v, want %s", given, got, err, want)
		}
		if printed := fmt.Sprintf("%v %+v %#v", c, c, c.Mail); strings.Contains(printed, "canary") {
			t.Errorf("printed settings disclose the password: %s", printed)
		}
	}
	if c, err := config.FromMap(env{}); err != nil || c.Mail.Enabled() {
		t.Errorf("mail is enabled without a server: %v, %v", c.Mail.Enabled(), err)
	}
}

func TestMail_SenderAndEHLOName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, from, ehlo, sender, name string }{
		{"https://account.example.com", "", "", `"Twofold" <twofold@account.example.com>`, "account.example.com"},
		{"https://account.example.com:8443", "", "", `"Twofold" <twofold@account.example.com>`, "account.example.com"},
		{"http://localhost:8080", "", "", `"Twofold" <twofold@localhost>`, "[127.0.0.1]"},
		{"http://127.0.0.1:8080", "", "", `"Twofold" <twofold@localhost>`, "[127.0.0.1]"},
		{"https://192.0.2.10", "", "", `"Twofold" <twofold@[192.0.2.10]>`, "[192.0.2.10]"},
		{"https://[2001:db8::1]:8443", "", "", `"Twofold" <twofold@[IPv6:2001:db8::1]>`, "[IPv6:2001:db8::1]"},
		{"https://192.0.2.10", "security@example.com", "", `"Twofold" <security@example.com>`, "example.com"},
		{"http://localhost:8080", "security@example.com", "", `"Twofold" <security@example.com>`, "example.com"},
		{"https://account", "security@example.com", "", `"Twofold" <security@example.com>`, "example.com"},
		{"https://account", "", "", `"Twofold" <twofold@account>`, "account"},
		{"https://192.0.2.10", "security@localhost", "", `"Twofold" <security@localhost>`, "[192.0.2.10]"},
		{"https://192.0.2.10", "", "mail.example.com", `"Twofold" <twofold@[192.0.2.10]>`, "mail.example.com"},
		{"https://account.example.com", "", "[192.0.2.10]", `"Twofold" <twofold@account.example.com>`, "[192.0.2.10]"},
		{"https://account.example.com", "", "[IPv6:2001:db8::1]", `"Twofold" <twofold@account.example.com>`, "[IPv6:2001:db8::1]"},
		{"https://account.example.com", "", "b\u00fccher.example", `"Twofold" <twofold@account.example.com>`, "xn--bcher-kva.example"},
		{"https://account.example.com", "security@example.com", "", `"Twofold" <security@example.com>`, "account.example.com"},
		{"https://account.example.com", "a@b\u00fccher.example", "", `"Twofold" <a@xn--bcher-kva.example>`, "account.example.com"},
		{"https://account.example.com", "B\u00fccher <A@B\u00dcCHER.example>", "", `=?utf-8?q?B=C3=BCcher?= <A@xn--bcher-kva.example>`, "account.example.com"},
		{"https://account.example.com", "Söhne & Co <security@example.com>", "", `=?utf-8?b?U8O2aG5lICYgQ28=?= <security@example.com>`, "account.example.com"},
	} {
		got, err := config.FromMap(env{"TWOFOLD_PUBLIC_URL": c.url, "TWOFOLD_MAIL_FROM": c.from, "TWOFOLD_SMTP_EHLO": c.ehlo})
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if from, err := got.Sender(); err != nil || from.String() != c.sender {
			t.Errorf("%+v: got %s, %v", c, from.String(), err)
		}
		if name, err := got.EHLOName(); err != nil || name != c.name {
			t.Errorf("%+v: got EHLO %s, %v", c, name, err)
		}
	}
}

func TestFromMap_SupportMustBeOneLine(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("ü", 200)
	if c, err := config.FromMap(env{"TWOFOLD_SUPPORT": "  " + line + " "}); err != nil || c.Mail.Support != line {
		t.Errorf("got %q, %v", c.Mail.Support, err)
	}
}

// certificate returns a certificate in PEM form.
func certificate(t *testing.T) string {
	t.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

func TestMail_RootCAs(t *testing.T) {
	t.Parallel()
	for what, text := range map[string]string{"as it is": certificate(t), "with a byte order mark": "\ufeff" + certificate(t)} {
		c, err := config.FromMap(env{"TWOFOLD_SMTP_CA_FILE": written(t, text)})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if pool, err := c.Mail.RootCAs(); err != nil || pool == nil {
			t.Errorf("%s: got %v, %v", what, pool, err)
		}
	}
	if pool, err := (config.Mail{}).RootCAs(); err != nil || pool != nil {
		t.Errorf("without the setting: got %v, %v, want the system's certificates", pool, err)
	}
}
