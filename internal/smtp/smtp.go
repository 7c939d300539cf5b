// Package smtp sends mails to an SMTP server: one connection per mail, with STARTTLS or implicit TLS, and
// authentication if configured. Its errors contain neither recipient addresses nor the password. The entry point is
// [Server.Send].
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"twofold/internal/notify"
	"twofold/internal/secret"
)

// TLS is when a connection is encrypted.
type TLS int

const (
	WhereOffered TLS = iota // STARTTLS (RFC 3207) if the server offers it
	Required                // STARTTLS, or no mail
	Implicit                // from the first byte (RFC 8314)
)

// Server is an SMTP server and the sender of the mails.
type Server struct {
	Host     string
	Port     int
	TLS      TLS
	User     string // empty: no authentication
	Password secret.Text
	From     mail.Address
	Name     string // for HELO and Message-ID: the public host
	Timeout  time.Duration
	Now      func() time.Time
}

var _ notify.Sender = Server{}

// Send opens a connection and sends one mail. It returns an *Error if the server rejects it, or a network error.
// Neither contains an address or the password.
func (s Server) Send(ctx context.Context, m notify.Mail) error {
	msg, err := s.compose(m)
	if err != nil {
		return err
	}
	client, hangUp, err := s.client(ctx)
	if err != nil {
		return err
	}
	defer hangUp()
	if err := client.DialWithContext(ctx); err != nil {
		return refusal("reach mail server", err)
	}
	// An error after the server has accepted the mail is ignored, because a retry would send it twice.
	if err := client.Send(msg); err != nil && !msg.IsDelivered() {
		return refusal("send mail", err)
	}
	_ = client.Close()
	return nil
}

// Probe connects, encrypts if configured or offered, authenticates and disconnects, without sending. It reports whether
// the connection was encrypted, and returns the same errors as Send.
func (s Server) Probe(ctx context.Context) (encrypted bool, err error) {
	client, hangUp, err := s.client(ctx)
	if err != nil {
		return false, err
	}
	defer hangUp()
	greeted, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return false, refusal("reach mail server", err)
	}
	_, encrypted = greeted.TLSConnectionState()
	_ = client.CloseWithSMTPClient(greeted)
	return encrypted || s.TLS == Implicit, nil
}

// client returns a client for one connection, which closes when ctx is done.
func (s Server) client(ctx context.Context) (client *gomail.Client, hangUp func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	var conn net.Conn
	hangUp = func() {
		cancel()
		if conn != nil {
			_ = conn.Close()
		}
	}
	dial := func(dialing context.Context, network, address string) (net.Conn, error) {
		open, err := (&net.Dialer{}).DialContext(dialing, network, address)
		if err != nil {
			return nil, err
		}
		conn = open
		context.AfterFunc(ctx, func() { _ = open.Close() }) // a silent server must not delay the shutdown
		if s.TLS != Implicit {
			return open, nil
		}
		secured := tls.Client(open, &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12})
		return secured, secured.HandshakeContext(dialing)
	}
	client, err = gomail.NewClient(s.Host, append(s.options(), gomail.WithDialContextFunc(dial))...)
	if err != nil {
		hangUp()
		return nil, nil, fmt.Errorf("prepare mail client: %w", err)
	}
	return client, hangUp, nil
}

func (s Server) options() []gomail.Option {
	policy := gomail.TLSOpportunistic
	if s.TLS == Required {
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(s.Timeout), gomail.WithHELO(s.Name), gomail.WithoutNoop(),
		gomail.WithTLSPolicy(policy),
	}
	if s.TLS == Implicit {
		options = append(options, gomail.WithSSL())
	}
	if s.User != "" {
		// PLAIN and LOGIN are not used over an unencrypted connection, unless the server is on this machine.
		options = append(options, gomail.WithUsername(s.User), gomail.WithPassword(s.Password.Reveal()),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return options
}

// errAddress means that the recipient is not a valid address.
var errAddress = errors.New("the recipient's address cannot be read")

// compose builds the mail. It has one recipient, and that address is the only user data in its headers.
func (s Server) compose(m notify.Mail) (*gomail.Msg, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || to.Name != "" {
		return nil, errAddress
	}
	at := strings.LastIndexByte(to.Address, '@')
	domain, err := idna.Lookup.ToASCII(to.Address[at+1:])
	if err != nil {
		return nil, errAddress
	}
	to.Address = to.Address[:at+1] + domain
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&s.From)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetDateWithValue(s.Now())
	msg.SetMessageIDWithValue(m.ID + "@" + s.Name)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5: suppresses vacation replies
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}

// Error is the server's reply code. The text of the reply is dropped, because servers repeat addresses in it.
type Error struct {
	Doing string
	Code  int // RFC 5321 §4.2
}

func (e *Error) Error() string { return fmt.Sprintf("%s: the server replied %d", e.Doing, e.Code) }

// refusal reduces an error to what holds no user data.
func refusal(doing string, err error) error {
	var sending *gomail.SendError
	var answer *textproto.Error
	var network net.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &sending):
		doing += ", " + sending.Reason.String()
		if sending.ErrorCode() == 0 {
			return errors.New(doing + ": the connection broke or took too long")
		}
		return &Error{Doing: doing, Code: sending.ErrorCode()}
	case errors.As(err, &answer):
		return &Error{Doing: doing, Code: answer.Code}
	case errors.As(err, &certificate):
		return fmt.Errorf("%s: %w", doing, certificate)
	case errors.As(err, &network):
		return fmt.Errorf("%s: %w", doing, network)
	}
	return errors.New(doing + ": the connection broke, or the server does not offer STARTTLS or AUTH")
}
