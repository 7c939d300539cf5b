package config

import (
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"twofold/internal/secret"
)

// SMTP is the server that mails are sent to. smtp:// uses STARTTLS if the server offers it, or requires it (Required);
// smtps:// is encrypted from the first byte (Implicit).
type SMTP struct {
	Host     string
	Port     int
	Implicit bool
	Required bool
	User     string
	Password secret.Text
}

// Enabled reports whether mail is sent at all.
func (m Mail) Enabled() bool { return !m.SMTPURL.IsZero() }

// Server parses the URL. Its error does not repeat the URL, which may hold a password.
func (m Mail) Server() (SMTP, error) {
	wrong := errors.New("TWOFOLD_SMTP_URL is invalid: write it like smtp://user:password@mail.example.com:587?tls=required")
	u, err := url.Parse(m.SMTPURL.Reveal())
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" || strings.ContainsFunc(u.Host, notASCII) {
		return SMTP{}, wrong
	}
	s := SMTP{Host: u.Hostname(), User: u.User.Username(), Implicit: u.Scheme == "smtps"}
	if u.Scheme != "smtp" && u.Scheme != "smtps" {
		return SMTP{}, errors.New("TWOFOLD_SMTP_URL must begin with smtp:// or smtps://")
	}
	password, _ := u.User.Password()
	s.Password = secret.New(password)
	if (s.User == "") != (password == "") || strings.ContainsFunc(s.User+password, unicode.IsControl) {
		return SMTP{}, errors.New("TWOFOLD_SMTP_URL needs both a user and a password, or neither: percent-encode what is not a letter or a digit")
	}
	for name, values := range u.Query() {
		if name != "tls" || len(values) != 1 || values[0] != "required" {
			return SMTP{}, errors.New("TWOFOLD_SMTP_URL knows one option, ?tls=required")
		}
		s.Required = true
	}
	s.Port = map[bool]int{false: 587, true: 465}[s.Implicit]
	if port := u.Port(); port != "" {
		if s.Port, err = strconv.Atoi(port); err != nil || s.Port < 1 || s.Port > 65535 {
			return SMTP{}, wrong
		}
	}
	return s, nil
}

func notASCII(r rune) bool { return r > unicode.MaxASCII || r <= ' ' }

// MailHost returns the host name used in HELO and Message-ID: the public host without its port.
func (c Config) MailHost() string {
	host := c.publicBase.Hostname()
	if _, err := netip.ParseAddr(host); err == nil { // a mail server needs a name, not an address
		return "localhost"
	}
	return host
}

// Sender returns the From address: the configured one, or twofold at the public host. Without a name it gets the
// issuer's.
func (c Config) Sender() (mail.Address, error) {
	given := c.Mail.From
	if given == "" {
		given = "twofold@" + c.MailHost()
	}
	from, err := mail.ParseAddress(given)
	if err != nil || strings.ContainsFunc(from.Address, notASCII) || strings.ContainsFunc(from.Name, unicode.IsControl) {
		return mail.Address{}, fmt.Errorf("TWOFOLD_MAIL_FROM is %q: give one address, as in account@example.com or Example <account@example.com>", given)
	}
	if from.Name == "" {
		from.Name = c.Issuer
	}
	return *from, nil
}

func (c *Config) checkMail() error {
	var wrong []error
	if c.Mail.Enabled() {
		_, err := c.Mail.Server()
		wrong = append(wrong, err)
	}
	if _, err := c.Sender(); err != nil && c.MailHost() != "" {
		wrong = append(wrong, err)
	}
	c.Mail.Support = strings.TrimSpace(c.Mail.Support)
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if s := c.Mail.Support; !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable) || utf8.RuneCountInString(s) > 200 {
		wrong = append(wrong, fmt.Errorf("TWOFOLD_SUPPORT is %q: write one line of at most 200 characters that names the contact", s))
	}
	return errors.Join(wrong...)
}
