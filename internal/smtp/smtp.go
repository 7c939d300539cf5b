// Package smtp sends mails to an SMTP server: one connection per mail, with STARTTLS or implicit TLS, and
// authentication if configured. Its errors contain neither recipient addresses nor the password. The entry point is
// [Server.Send].
package smtp

import (
	"context"
	"crypto/x509"
	"net/mail"
	"strings"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"

	"twofold/internal/mailaddr"
	"twofold/internal/notify"
	"twofold/internal/secret"
)

// TLS is when a connection is encrypted.
type TLS int

const (
	Opportunistic TLS = iota // STARTTLS (RFC 3207) if the server offers it
	Required                 // STARTTLS, or no mail
	Implicit                 // from the first byte (RFC 8314)
	Off                      // never, and only to this machine and private networks
)

// Server is an SMTP server and the sender of the mails.
type Server struct {
	Host     string // a name or an address, without brackets
	Port     int
	TLS      TLS
	RootCAs  *x509.CertPool // nil: the system's
	User     string         // empty: no authentication
	Password secret.Text
	From     mail.Address
	Name     string // for EHLO: a host name or an address literal (RFC 5321 §4.1.3)
	Timeout  time.Duration
	Now      func() time.Time

	mechanism atomic.Pointer[string] // the SASL mechanism that the server accepted last
}

var _ notify.Sender = (*Server)(nil)

// Send opens a connection and sends one mail. It returns an *Error if the conversation fails. Its errors contain neither an
// address nor the password, and wrap notify.ErrUndeliverable if sending the mail again cannot succeed.
func (s *Server) Send(ctx context.Context, m notify.Mail) error {
	msg, to, err := s.compose(m)
	if err != nil {
		return err
	}
	c, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer c.hangUp()
	if err := c.Mail("<" + s.From.Address + ">"); err != nil {
		return failure(MailFrom, err)
	}
	if err := c.Rcpt("<" + to + ">"); err != nil {
		return failure(RcptTo, err)
	}
	body, err := c.Data()
	if err != nil {
		return failure(Data, err)
	}
	if _, err := msg.WriteTo(body); err != nil {
		return failure(Data, err)
	}
	if err := body.Close(); err != nil { // the server's reply
		return failure(Data, err)
	}
	_ = c.Quit() // an error after the server has accepted the mail is ignored, because a retry would send it twice
	return nil
}

// Probe connects, encrypts if configured or offered, authenticates and disconnects, without sending. It reports whether
// the connection was encrypted, and returns the same errors as Send.
func (s *Server) Probe(ctx context.Context) (encrypted bool, err error) {
	c, err := s.connect(ctx)
	if err != nil {
		return false, err
	}
	defer c.hangUp()
	_, encrypted = c.TLSConnectionState()
	_ = c.Quit()
	return encrypted, nil
}

// compose builds the mail and returns its recipient. There is one, and that address is the only user data in the headers.
func (s *Server) compose(m notify.Mail) (msg *gomail.Msg, recipient string, err error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || to.Name != "" {
		return nil, "", errAddress
	}
	if to.Address, err = mailaddr.ToASCII(to.Address); err != nil {
		return nil, "", errAddress
	}
	msg = gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&s.From)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetDateWithValue(s.Now())
	msg.SetMessageIDWithValue(m.ID + s.From.Address[strings.LastIndexByte(s.From.Address, '@'):])
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5: suppresses vacation replies
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, to.Address, nil
}
