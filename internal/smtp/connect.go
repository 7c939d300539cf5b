package smtp

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"strings"

	gosmtp "github.com/wneessen/go-mail/smtp"
)

// conversation is an open connection to the server.
type conversation struct {
	*gosmtp.Client
	local  bool   // the server is on this machine
	hangUp func() // closes the connection, whatever its state
}

// connect opens a connection, encrypts it as configured, and authenticates. If the server rejects the first mechanism,
// connect tries one more, on a new connection: some servers offer mechanisms for which they do not store what they need
// to check a password.
func (s *Server) connect(ctx context.Context) (*conversation, error) {
	c, err := s.greet(ctx)
	if err != nil || s.User == "" {
		return c, err
	}
	mechanisms, err := s.mechanisms(c)
	if err != nil {
		c.hangUp()
		return nil, err
	}
	err = s.authenticate(c, mechanisms[0])
	if err == nil {
		return c, nil
	}
	c.hangUp()
	if len(mechanisms) == 1 || !rejectsMechanism(err) {
		return nil, err
	}
	if c, err = s.greet(ctx); err != nil {
		return nil, err
	}
	if err = s.authenticate(c, mechanisms[1]); err != nil {
		c.hangUp()
		return nil, err
	}
	return c, nil
}

// greet opens a connection, sends EHLO, and encrypts as configured. The connection closes when ctx is done, so that a
// server that sends nothing does not delay a shutdown, and after s.Timeout.
func (s *Server) greet(ctx context.Context) (*conversation, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	conn, local, err := s.dial(ctx)
	if err != nil {
		cancel()
		return nil, failure(Connect, err)
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // reported as a timeout, unlike a closed connection
	}
	c := &conversation{local: local, hangUp: cancel}
	if c.Client, err = gosmtp.NewClient(conn, s.Host); err != nil {
		c.hangUp()
		return nil, failure(Connect, err)
	}
	if err := c.Hello(s.Name); err != nil {
		c.hangUp()
		return nil, failure(EHLO, err)
	}
	if err := s.startTLS(c); err != nil {
		c.hangUp()
		return nil, failure(StartTLS, err)
	}
	return c, nil
}

// dial connects, with TLS from the first byte if configured. It reports whether the server is on this machine.
func (s *Server) dial(ctx context.Context) (conn net.Conn, local bool, err error) {
	conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		return nil, false, err
	}
	var peer net.IP
	if address, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		peer = address.IP
	}
	if s.TLS == Off && !isPrivate(peer) {
		_ = conn.Close()
		return nil, false, errPublic
	}
	if s.TLS == Implicit {
		secured := tls.Client(conn, s.tlsConfig())
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, false, err
		}
		conn = secured
	}
	return conn, peer.IsLoopback(), nil
}

// startTLS encrypts a connection that is not encrypted yet, if the server offers it. It returns errNoTLS if the server
// does not and encryption is required.
func (s *Server) startTLS(c *conversation) error {
	if s.TLS == Implicit || s.TLS == Off {
		return nil
	}
	if offered, _ := c.Extension("STARTTLS"); offered {
		return c.StartTLS(s.tlsConfig())
	}
	if s.TLS == Required {
		return errNoTLS
	}
	return nil
}

func (s *Server) tlsConfig() *tls.Config {
	name, _, _ := strings.Cut(s.Host, "%") // no certificate has the zone of an IPv6 address
	return &tls.Config{ServerName: name, RootCAs: s.RootCAs, MinVersion: tls.VersionTLS12}
}

// isPrivate reports whether an address belongs to this machine or a private network, such as a container's.
func isPrivate(ip net.IP) bool { return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() }
