package config

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"twofold/internal/mailaddr"
	"twofold/internal/secret"
)

// SMTP is the server that mails are sent to.
type SMTP struct {
	Host     string // in ASCII, without brackets
	Port     int
	TLS      TLS
	User     string
	Password secret.Text
}

// TLS is when the connection to the mail server is encrypted.
type TLS string

const (
	TLSWhereOffered TLS = ""         // smtp:// uses STARTTLS if the server offers it
	TLSRequired     TLS = "required" // smtp://…?tls=required
	TLSOff          TLS = "off"      // smtp://…?tls=off: never, and only to this machine and private networks
	TLSImplicit     TLS = "implicit" // smtps:// is encrypted from the first byte
)

// Enabled reports whether mail is sent at all.
func (m Mail) Enabled() bool { return !m.SMTPURL.IsZero() }

// Server parses the URL. Its error does not repeat the URL, which may hold a password.
func (m Mail) Server() (SMTP, error) {
	wrong := errors.New("TWOFOLD_SMTP_URL is invalid: write it like smtp://user:password@mail.example.com:587?tls=required")
	u, err := url.Parse(m.SMTPURL.Reveal())
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return SMTP{}, wrong
	}
	if u.Scheme != "smtp" && u.Scheme != "smtps" {
		return SMTP{}, errors.New("TWOFOLD_SMTP_URL must begin with smtp:// or smtps://")
	}
	s := SMTP{Host: u.Hostname(), User: u.User.Username()}
	if strings.ContainsFunc(s.Host, notASCII) {
		if s.Host, err = mailaddr.DomainToASCII(s.Host); err != nil {
			return SMTP{}, wrong
		}
	}
	password, _ := u.User.Password()
	s.Password = secret.New(password)
	if (s.User == "") != (password == "") || strings.ContainsFunc(s.User+password, unicode.IsControl) {
		return SMTP{}, errors.New("TWOFOLD_SMTP_URL needs both a user and a password, or neither: percent-encode what is not a letter or a digit")
	}
	if s.TLS, err = tlsOption(u); err != nil {
		return SMTP{}, err
	}
	s.Port = map[bool]int{false: 587, true: 465}[s.TLS == TLSImplicit]
	if port := u.Port(); port != "" {
		if s.Port, err = strconv.Atoi(port); err != nil || s.Port < 1 || s.Port > 65535 {
			return SMTP{}, wrong
		}
	}
	return s, nil
}

// tlsOption returns what the scheme and the option tls of the URL say about encryption.
func tlsOption(u *url.URL) (TLS, error) {
	for name, values := range u.Query() {
		if name != "tls" || len(values) != 1 || values[0] != string(TLSRequired) && values[0] != string(TLSOff) {
			return "", errors.New("TWOFOLD_SMTP_URL knows two options, ?tls=required and ?tls=off")
		}
		if u.Scheme == "smtps" && values[0] == string(TLSOff) {
			return "", errors.New("TWOFOLD_SMTP_URL has ?tls=off, but smtps:// is always encrypted: use smtp://")
		}
	}
	if u.Scheme == "smtps" {
		return TLSImplicit, nil
	}
	return TLS(u.Query().Get("tls")), nil
}

func notASCII(r rune) bool { return r > unicode.MaxASCII || r <= ' ' }

// RootCAs returns the certificates of TWOFOLD_SMTP_CA_FILE in addition to the system's, or nil if there is no such setting.
func (m Mail) RootCAs() (*x509.CertPool, error) {
	if m.CAFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(m.CAFile)
	if err != nil {
		return nil, fmt.Errorf("TWOFOLD_SMTP_CA_FILE: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // the system has none
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		return nil, fmt.Errorf("TWOFOLD_SMTP_CA_FILE: %q has no certificate: give a file in PEM form, which begins with -----BEGIN CERTIFICATE-----", m.CAFile)
	}
	return pool, nil
}

// EHLOName returns the name with which Twofold greets the mail server: the configured one, or else the public host. If
// that is not a full name, it is the domain of TWOFOLD_MAIL_FROM or an address literal (RFC 5321 §4.1.4), because many
// servers reject other names.
func (c Config) EHLOName() (string, error) {
	if given := c.Mail.EHLO; given != "" {
		name, err := mailaddr.DomainToASCII(given)
		if inside := strings.Trim(given, "[]"); given == "["+inside+"]" && isLiteral(inside) {
			name, err = given, nil
		}
		if err != nil {
			return "", fmt.Errorf("TWOFOLD_SMTP_EHLO is %q: give the full name of this host, as in account.example.com, or [192.0.2.10]", given)
		}
		return name, nil
	}
	host := c.publicBase.Hostname()
	if isFullName(host) {
		return host, nil
	}
	from, err := c.Sender()
	if err != nil {
		return "", err
	}
	if domain := from.Address[strings.LastIndexByte(from.Address, '@')+1:]; isFullName(domain) {
		return domain, nil
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return literal(address), nil
	}
	if isLocal(host) {
		return "[127.0.0.1]", nil
	}
	return host, nil
}

// isFullName reports whether a host name has a domain that is known beyond this network.
func isFullName(host string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil && strings.Contains(host, ".") && !strings.HasPrefix(host, "[") && !isLocal(host)
}

// literal returns an address as a domain of email addresses (RFC 5321 §4.1.3).
func literal(address netip.Addr) string {
	if address.Is4() {
		return "[" + address.String() + "]"
	}
	return "[IPv6:" + address.WithZone("").String() + "]"
}

func isLiteral(text string) bool {
	six, is6 := strings.CutPrefix(text, "IPv6:")
	address, err := netip.ParseAddr(six)
	return err == nil && address.Is6() == is6
}

// Sender returns the From address, with its domain in ASCII: the configured one, or twofold at the public host. Without a
// name it gets the issuer's.
func (c Config) Sender() (mail.Address, error) {
	if c.Mail.From == "" {
		host := c.publicBase.Hostname()
		if address, err := netip.ParseAddr(host); err == nil {
			host = literal(address)
			if address.IsLoopback() {
				host = "localhost"
			}
		}
		return mail.Address{Name: c.Issuer, Address: "twofold@" + host}, nil
	}
	wrong := fmt.Errorf("TWOFOLD_MAIL_FROM is %q: give one address, as in account@example.com or Example <account@example.com>, with only ASCII before the @", c.Mail.From)
	from, err := mail.ParseAddress(c.Mail.From)
	if err != nil || strings.ContainsFunc(from.Name, unicode.IsControl) {
		return mail.Address{}, wrong
	}
	if strings.ContainsFunc(from.Address, notASCII) {
		if from.Address, err = mailaddr.ToASCII(from.Address); err != nil || strings.ContainsFunc(from.Address, notASCII) {
			return mail.Address{}, wrong
		}
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
	_, err := c.Mail.RootCAs()
	wrong = append(wrong, err)
	if _, err = c.Sender(); err == nil {
		_, err = c.EHLOName()
	}
	wrong = append(wrong, err)
	c.Mail.Support = strings.TrimSpace(c.Mail.Support)
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if s := c.Mail.Support; !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable) || utf8.RuneCountInString(s) > 200 {
		wrong = append(wrong, fmt.Errorf("TWOFOLD_SUPPORT is %q: write one line of at most 200 characters that names the contact", s))
	}
	return errors.Join(wrong...)
}
