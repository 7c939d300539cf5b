package smtp

import (
	"errors"
	"slices"
	"strings"

	gosmtp "github.com/wneessen/go-mail/smtp"
)

// The SASL mechanisms that Twofold knows, best first.
var (
	scram = []string{"SCRAM-SHA-256", "SCRAM-SHA-1"}
	// plaintext mechanisms send the password itself. They are not used over an unencrypted connection, unless the server is
	// on this machine.
	plaintext = []string{"PLAIN", "LOGIN"}
)

// mechanisms returns the mechanisms that the server offers and this connection permits, in the order to try them. Only one of
// them is SCRAM, because a server that cannot check one kind cannot check the other either. It returns an error if there is
// none.
func (s *Server) mechanisms(c *conversation) ([]string, error) {
	offered, err := s.offered(c)
	if err != nil {
		return nil, failure(EHLO, err)
	}
	_, encrypted := c.TLSConnectionState()
	var usable []string
	if i := slices.IndexFunc(scram, func(m string) bool { return slices.Contains(offered, m) }); i >= 0 {
		usable = append(usable, scram[i])
	}
	for _, m := range plaintext {
		if slices.Contains(offered, m) && (encrypted || c.local) {
			usable = append(usable, m)
		}
	}
	switch accepted := s.mechanism.Load(); {
	case len(usable) == 0 && encrypted:
		return nil, &Error{Step: Auth, Err: errNoMechanism}
	case len(usable) == 0:
		return nil, &Error{Step: Auth, Err: errNoSecretMechanism}
	case accepted != nil && slices.Contains(usable, *accepted): // a failure per mail could have the server block this client
		usable = slices.Concat([]string{*accepted}, slices.DeleteFunc(usable, func(m string) bool { return m == *accepted }))
	}
	return usable, nil
}

var (
	errNoMechanism       = errors.New("the server offers no way to sign in that Twofold knows (SCRAM-SHA-256, SCRAM-SHA-1, PLAIN, LOGIN)")
	errNoSecretMechanism = errors.New("the server offers no way to sign in that keeps the password secret without encryption (SCRAM-SHA-256, SCRAM-SHA-1)")
)

// offered asks the server for its mechanisms with another EHLO, because the library keeps only extensions written "AUTH …".
// Servers from before RFC 4954 write "AUTH=…".
func (s *Server) offered(c *conversation) ([]string, error) {
	id, err := c.Text.Cmd("EHLO %s", s.Name)
	if err != nil {
		return nil, err
	}
	c.Text.StartResponse(id)
	defer c.Text.EndResponse(id)
	_, reply, err := c.Text.ReadResponse(250)
	if err != nil {
		return nil, err
	}
	var offered []string
	for _, line := range strings.Split(reply, "\n")[1:] { // the first line is the greeting
		words := strings.FieldsFunc(strings.ToUpper(line), func(r rune) bool { return r == ' ' || r == '=' })
		if len(words) > 0 && words[0] == "AUTH" {
			offered = append(offered, words[1:]...)
		}
	}
	return offered, nil
}

// authenticate signs in with a mechanism, and remembers it if the server accepts it.
func (s *Server) authenticate(c *conversation, mechanism string) error {
	password := s.Password.Reveal()
	var auth gosmtp.Auth
	switch mechanism {
	case "SCRAM-SHA-256":
		auth = gosmtp.ScramSHA256Auth(s.User, password)
	case "SCRAM-SHA-1":
		auth = gosmtp.ScramSHA1Auth(s.User, password)
	case "PLAIN":
		auth = gosmtp.PlainAuth("", s.User, password, s.Host, c.local)
	default:
		auth = gosmtp.LoginAuth(s.User, password, s.Host, c.local)
	}
	if err := c.Auth(auth); err != nil {
		return failure(Auth, err)
	}
	s.mechanism.Store(&mechanism)
	return nil
}

// rejectsMechanism reports whether the server may accept the same password with another mechanism.
func rejectsMechanism(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Code/100 == 5
}
