package smtp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/smtp"
)

// relay is a mail server with one user.
type relay struct {
	mechanisms []string                             // that it offers; nil: PLAIN. Only PLAIN accepts the password
	reject     func(command, argument string) error // the reply to EHLO, MAIL, RCPT and DATA; nil: accepted

	mu        sync.Mutex
	encrypted []bool // whether each received mail came over TLS
	users     []string
	hellos    []string
	tried     []string // mechanisms
}

func (r *relay) NewSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hellos = append(r.hellos, c.Hostname())
	return &relaySession{relay: r, conn: c}, r.reply("EHLO", c.Hostname())
}

func (r *relay) reply(command, argument string) error {
	if r.reject == nil {
		return nil
	}
	return r.reject(command, argument)
}

type relaySession struct {
	relay *relay
	conn  *gosmtp.Conn
	user  string
}

func (v *relaySession) Reset()        {}
func (v *relaySession) Logout() error { return nil }

func (v *relaySession) Mail(from string, _ *gosmtp.MailOptions) error {
	return v.relay.reply("MAIL", from)
}
func (v *relaySession) Rcpt(to string, _ *gosmtp.RcptOptions) error { return v.relay.reply("RCPT", to) }

func (v *relaySession) AuthMechanisms() []string {
	if v.relay.mechanisms != nil {
		return v.relay.mechanisms
	}
	return []string{sasl.Plain}
}

func (v *relaySession) Auth(mech string) (sasl.Server, error) {
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	v.relay.tried = append(v.relay.tried, mech)
	if mech != sasl.Plain {
		return nil, gosmtp.ErrAuthFailed
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "twofold" || password != "p@ss wörd" {
			return &gosmtp.SMTPError{Code: 535, EnhancedCode: gosmtp.EnhancedCode{5, 7, 8}, Message: "unknown user " + user + " with password " + password}
		}
		v.user = user
		return nil
	}), nil
}

func (v *relaySession) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	if err == nil {
		err = v.relay.reply("DATA", "")
	}
	if err != nil {
		return err
	}
	_, encrypted := v.conn.TLSConnectionState()
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	v.relay.encrypted = append(v.relay.encrypted, encrypted)
	v.relay.users = append(v.relay.users, v.user)
	return nil
}

// certificate returns a certificate for localhost and [::1] that this process trusts.
var certificate = sync.OnceValue(newCertificate)

func newCertificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv6loopback},
		IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "twofold-smtp-")
	if err != nil {
		panic(err)
	}
	file := filepath.Join(dir, "root.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate().Certificate[0]})
	if err := errors.Join(os.WriteFile(file, text, 0o600), os.Setenv("SSL_CERT_FILE", file)); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// start starts a relay that offers STARTTLS, uses implicit TLS, or neither.
func start(t *testing.T, offered, implicit bool) (*relay, *smtp.Server) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	settings := &tls.Config{Certificates: []tls.Certificate{certificate()}, MinVersion: tls.VersionTLS12}
	if implicit {
		listener = tls.NewListener(listener, settings)
	}
	if !offered {
		settings = nil
	}
	return serve(t, listener, settings)
}

// serve starts a relay on a listener. It offers STARTTLS if there are settings.
func serve(t *testing.T, listener net.Listener, settings *tls.Config) (*relay, *smtp.Server) {
	t.Helper()
	r := &relay{}
	server := gosmtp.NewServer(r)
	server.Domain, server.AllowInsecureAuth, server.ErrorLog = "localhost", true, log.New(io.Discard, "", 0)
	server.TLSConfig = settings
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return r, &smtp.Server{
		Host: "localhost", Port: listener.Addr().(*net.TCPAddr).Port, From: mail.Address{Name: "Zoë's \"app\"", Address: "twofold@example.com"},
		Name: "account.example.com", Timeout: 5 * time.Second, Now: func() time.Time { return time.Unix(1e9, 0) },
	}
}

var testMail = notify.Mail{ID: "id", To: "ada@example.com", Subject: "Hello", Text: "text", HTML: "<p>text</p>"}

func TestSend_TLSModes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		offered, implicit bool
		want              smtp.TLS
		sent, encrypted   bool
	}{
		"STARTTLS optional, offered":      {offered: true, want: smtp.Opportunistic, sent: true, encrypted: true},
		"STARTTLS optional, not offered":  {want: smtp.Opportunistic, sent: true},
		"STARTTLS required, offered":      {offered: true, want: smtp.Required, sent: true, encrypted: true},
		"STARTTLS required, not offered":  {want: smtp.Required},
		"implicit TLS":                    {implicit: true, want: smtp.Implicit, sent: true, encrypted: true},
		"implicit TLS, plain-text server": {want: smtp.Implicit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, user := range []string{"", "twofold"} {
				r, s := start(t, c.offered, c.implicit)
				s.TLS, s.User, s.Password = c.want, user, secret.New("p@ss wörd")
				encrypted, err := s.Probe(context.Background())
				if (err == nil) != c.sent || encrypted != c.encrypted || len(r.encrypted) > 0 {
					t.Errorf("probe as %q: encrypted %v, %v, sent %d", user, encrypted, err, len(r.encrypted))
				}
				err = s.Send(context.Background(), testMail)
				if (err == nil) != c.sent {
					t.Fatalf("as %q: %v, want sent: %v", user, err, c.sent)
				}
				if c.sent && (len(r.encrypted) != 1 || r.encrypted[0] != c.encrypted || r.users[0] != user) {
					t.Errorf("encrypted %v, as %q, want %v, as %q", r.encrypted, r.users, c.encrypted, user)
				}
				if !c.sent && len(r.encrypted) > 0 {
					t.Error("the mail was sent")
				}
			}
		})
	}
}

func TestSend_CertificateMismatch(t *testing.T) {
	t.Parallel()
	for _, implicit := range []bool{false, true} {
		r, s := start(t, !implicit, implicit)
		s.Host, s.User, s.Password = "127.0.0.1", "twofold", secret.New("p@ss wörd") // the certificate is for localhost
		if implicit {
			s.TLS = smtp.Implicit
		}
		err := s.Send(context.Background(), testMail)
		if invalid := (*tls.CertificateVerificationError)(nil); !errors.As(err, &invalid) {
			t.Errorf("implicit %v: got %v, want a certificate error", implicit, err)
		}
		if len(r.encrypted) > 0 {
			t.Errorf("implicit %v: the mail was sent", implicit)
		}
	}
}

func TestSend_ErrorHidesServerText(t *testing.T) {
	t.Parallel()
	_, s := start(t, true, false)
	s.User, s.Password = "twofold", secret.New("canary")
	err := s.Send(context.Background(), testMail)
	var refused *smtp.Error
	if !errors.As(err, &refused) || refused.Code < 400 || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v, want only the status", err)
	}
	s.Port = 1
	if err := s.Send(context.Background(), testMail); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("no server: got %v", err)
	}
}

func TestSend_HangingServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // never sends a greeting
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, s := start(t, false, false)
	s.Port, s.Timeout = listener.Addr().(*net.TCPAddr).Port, time.Hour
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		if c, err := listener.Accept(); err == nil {
			cancel()
			_, _ = io.Copy(io.Discard, c)
		}
	}()
	if err := s.Send(ctx, testMail); err == nil {
		t.Error("the mail was sent")
	}
	s.Timeout = 50 * time.Millisecond
	if err := s.Send(context.Background(), testMail); err == nil {
		t.Error("the mail was sent")
	}
}
