package config_test

import (
	"fmt"
	"strings"
	"testing"

	"twofold/internal/config"
)

func TestFromMap_InvalidMailSettings(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"TWOFOLD_SMTP_URL": {
			"mail.example.com", "mail.example.com:587", "http://mail.example.com", "smtp://", "smtp://:587", "smtp:///x", "smtp://mail.example.com/x", "smtp:mail",
			"smtp://mail.example.com:x", "smtp://mail.example.com:0", "smtp://mail.example.com:65536", "smtp://b\u00fccher.example", "smtp://mail.example.com#x",
			"smtp://mail.example.com?tls=maybe", "smtp://mail.example.com?tls=required&tls=required", "smtp://mail.example.com?TLS=required", "smtp://mail.example.com?x=y",
			"smtp://user@mail.example.com", "smtp://:canary@mail.example.com", "smtp://user:can%0Aary@mail.example.com", "smtp://user:canary@", "smtp://user:can%zzary@mail.example.com",
			"smtp://user:canary/@mail.example.com", "canary", "smtp://mail.example.com\r\n",
		},
		"TWOFOLD_MAIL_FROM": {
			"example.com", "@example.com", "a@b, c@d", "a@b c@d", "a@b\r\nBcc: c@d", "Example", "<a@b> x", "gr\u00fc\u00dfe@example.com", "a@b\u00fccher.example",
		},
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
		"smtp://mail.example.com":                              "mail.example.com:587 implicit false required false as  ",
		"smtp://mail.example.com:25/":                          "mail.example.com:25 implicit false required false as  ",
		"smtp://mail.example.com?tls=required":                 "mail.example.com:587 implicit false required true as  ",
		"smtps://mail.example.com":                             "mail.example.com:465 implicit true required false as  ",
		"smtp://me%40example.com:p%40ss%20w%C3%B6rd@mail:2525": "mail:2525 implicit false required false as me@example.com p@ss wörd",
		"smtps://user:canary@[2001:db8::1]:465":                "2001:db8::1:465 implicit true required false as user canary",
	} {
		c, err := config.FromMap(env{"TWOFOLD_SMTP_URL": given})
		if err != nil {
			t.Errorf("%s: %v", given, err)
			continue
		}
		s, err := c.Mail.Server()
		got := fmt.Sprintf("%s:%d implicit %v required %v as %s %s", s.Host, s.Port, s.Implicit, s.Required, s.User, s.Password.Reveal())
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

func TestMail_Sender(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, from, want string }{
		{"https://account.example.com", "", `"Twofold" <twofold@account.example.com>`},
		{"https://account.example.com:8443", "", `"Twofold" <twofold@account.example.com>`},
		{"http://localhost:8080", "", `"Twofold" <twofold@localhost>`},
		{"http://127.0.0.1:8080", "", `"Twofold" <twofold@localhost>`},
		{"https://[2001:db8::1]:8443", "", `"Twofold" <twofold@localhost>`},
		{"https://account.example.com", "security@example.com", `"Twofold" <security@example.com>`},
		{"https://account.example.com", "Söhne & Co <security@example.com>", `=?utf-8?b?U8O2aG5lICYgQ28=?= <security@example.com>`},
	} {
		got, err := config.FromMap(env{"TWOFOLD_PUBLIC_URL": c.url, "TWOFOLD_MAIL_FROM": c.from})
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if from, err := got.Sender(); err != nil || from.String() != c.want {
			t.Errorf("%+v: got %s, %v", c, from.String(), err)
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
