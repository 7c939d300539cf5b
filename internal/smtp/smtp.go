// Package smtp hands mails to an SMTP server.
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

// TLS says when a connection is encrypted.
type TLS int

const (
	WhereOffered TLS = iota // STARTTLS (RFC 3207), if the server has it
	Required                // STARTTLS or nothing
	Implicit                // from the first byte (RFC 8314)
)

// Server is where mails go, and who they are from.
type Server struct {
	Host     string
	Port     int
	TLS      TLS
	User     string // empty: without signing in
	Password secret.Text
	From     mail.Address
	Name     string // of this house, in HELO and Message-ID: the public host
	Timeout  time.Duration
	Now      func() time.Time
}

var _ notify.Sender = Server{}

// Send makes one connection and sends one mail. It answers an *Error for what the server refuses, and what the network
// says otherwise: neither repeats a person's address or the password.
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
	// What fails once the server has taken the mail is no failure: trying again would send it twice.
	if err := client.Send(msg); err != nil && !msg.IsDelivered() {
		return refusal("send mail", err)
	}
	_ = client.Close()
	return nil
}

// Probe does all of Send but sending: it connects, encrypts where that is asked for or offered, signs in and hangs up. It
// answers whether the connection was encrypted, and Send's errors.
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

// client is one that makes one connection, which lasts until the context ends or somebody hangs up.
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
		context.AfterFunc(ctx, func() { _ = open.Close() }) // a server that says nothing does not hold who stops
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
		// PLAIN and LOGIN refuse to go over an open connection, unless to this machine.
		options = append(options, gomail.WithUsername(s.User), gomail.WithPassword(s.Password.Reveal()),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return options
}

// errAddress means that there is nobody to send to.
var errAddress = errors.New("the recipient's address cannot be read")

// compose writes the mail out. It has one recipient, and a header holds nothing of a person's but that address.
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
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5: no holiday notes, please
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}

// Error is what a server answered. Its text is left out: servers repeat addresses in it.
type Error struct {
	Doing string
	Code  int // RFC 5321 §4.2
}

func (e *Error) Error() string { return fmt.Sprintf("%s: the server answers %d", e.Doing, e.Code) }

// refusal keeps of an error what holds no person's data.
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
	return errors.New(doing + ": it broke off, or does not offer what is needed to sign in (STARTTLS, AUTH)")
}
