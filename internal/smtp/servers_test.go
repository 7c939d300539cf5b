package smtp_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/smtp"
)

func TestSend_IPv6Address(t *testing.T) {
	t.Parallel()
	for _, implicit := range []bool{false, true} {
		listener, err := net.Listen("tcp", "[::1]:0")
		if err != nil {
			t.Skip("this machine has no IPv6")
		}
		settings := &tls.Config{Certificates: []tls.Certificate{certificate()}, MinVersion: tls.VersionTLS12}
		if implicit {
			listener = tls.NewListener(listener, settings)
		}
		r, s := serve(t, listener, settings)
		s.Host, s.TLS, s.User, s.Password = "::1", smtp.Required, "twofold", secret.New("p@ss wörd")
		if implicit {
			s.TLS = smtp.Implicit
		}
		if err := s.Send(context.Background(), testMail); err != nil {
			t.Errorf("implicit %v: %v", implicit, err)
		}
		if len(r.encrypted) != 1 || !r.encrypted[0] {
			t.Errorf("implicit %v: encrypted %v, want one mail, encrypted", implicit, r.encrypted)
		}
	}
}

func TestSend_RejectedEHLO(t *testing.T) {
	t.Parallel()
	r, s := start(t, false, false)
	r.reject = func(command, name string) error {
		if command == "EHLO" && name != "account.example.com" {
			return &gosmtp.SMTPError{Code: 504, EnhancedCode: gosmtp.EnhancedCode{5, 5, 2}, Message: "<" + name + ">: Helo command rejected: need fully-qualified hostname"}
		}
		return nil
	}
	s.Name = "localhost"
	var refused *smtp.Error
	if err := s.Send(context.Background(), testMail); !errors.As(err, &refused) || refused.Step != smtp.EHLO || refused.Code != 504 || errors.Is(err, notify.ErrUndeliverable) {
		t.Errorf("as localhost: %v, want 504 to EHLO", err)
	}
	s.Name = "account.example.com"
	if err := s.Send(context.Background(), testMail); err != nil {
		t.Errorf("as %s: %v", s.Name, err)
	}
}

func TestSend_MechanismWithoutPassword(t *testing.T) {
	t.Parallel()
	r, s := start(t, true, false)
	r.mechanisms = []string{sasl.Plain, "SCRAM-SHA-256"}
	s.User, s.Password = "twofold", secret.New("p@ss wörd")
	for range 2 {
		if err := s.Send(context.Background(), testMail); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"SCRAM-SHA-256", sasl.Plain, sasl.Plain}; !slices.Equal(r.tried, want) {
		t.Errorf("tried %v, want %v: the second mail begins with what worked", r.tried, want)
	}

	r, s = start(t, true, false)
	r.mechanisms = []string{sasl.Login, sasl.Plain, "SCRAM-SHA-1", "SCRAM-SHA-256"}
	s.User, s.Password = "twofold", secret.New("wrong")
	var refused *smtp.Error
	if err := s.Send(context.Background(), testMail); !errors.As(err, &refused) || refused.Step != smtp.Auth || refused.Code != 535 {
		t.Errorf("got %v, want 535 to AUTH", err)
	}
	if want := []string{"SCRAM-SHA-256", sasl.Plain}; !slices.Equal(r.tried, want) {
		t.Errorf("tried %v, want %v: one more, not all", r.tried, want)
	}

	r, s = start(t, false, false) // without encryption, as a server in between could offer that
	r.mechanisms = []string{sasl.Plain, "SCRAM-SHA-256"}
	s.User, s.Password = "twofold", secret.New("p@ss wörd")
	if err := s.Send(context.Background(), testMail); err != nil || len(r.tried) != 2 {
		t.Errorf("on this machine: %v, tried %v", err, r.tried)
	}
}

// oldServer rewrites AUTH lines as servers from before RFC 4954 write them.
type oldServer struct{ net.Listener }

func (l oldServer) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return oldConn{c}, err
}

type oldConn struct{ net.Conn }

func (c oldConn) Write(text []byte) (int, error) {
	_, err := c.Conn.Write(bytes.Replace(text, []byte("AUTH PLAIN"), []byte("auth=PLAIN"), 1))
	return len(text), err
}

func TestSend_OldFormOfAUTH(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r, s := serve(t, oldServer{listener}, nil)
	s.User, s.Password = "twofold", secret.New("p@ss wörd")
	if err := s.Send(context.Background(), testMail); err != nil || len(r.users) != 1 || r.users[0] != "twofold" {
		t.Errorf("%v, sent as %q", err, r.users)
	}
}

func TestSend_UntrustedCertificate(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	own := newCertificate()
	r, s := serve(t, listener, &tls.Config{Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12})
	if err, invalid := s.Send(context.Background(), testMail), (*tls.CertificateVerificationError)(nil); !errors.As(err, &invalid) {
		t.Errorf("got %v, want what is wrong with the certificate", err)
	}
	s.TLS = smtp.Off
	if err := s.Send(context.Background(), testMail); err != nil {
		t.Errorf("without encryption: %v", err)
	}
	s.TLS, s.RootCAs = smtp.Required, x509.NewCertPool()
	root, err := x509.ParseCertificate(own.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	s.RootCAs.AddCert(root)
	if err := s.Send(context.Background(), testMail); err != nil {
		t.Errorf("with the CA: %v", err)
	}
	if !slices.Equal(r.encrypted, []bool{false, true}) {
		t.Errorf("encrypted %v, want the second of two", r.encrypted)
	}
}

func TestSend_RejectedForGood(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		command string
		code    int
		status  gosmtp.EnhancedCode
		forGood bool
	}{
		{"RCPT", 550, gosmtp.NoEnhancedCode, true},
		{"RCPT", 553, gosmtp.NoEnhancedCode, true},
		{"RCPT", 501, gosmtp.NoEnhancedCode, true}, // the syntax of the address
		{"RCPT", 550, gosmtp.EnhancedCode{5, 1, 1}, true},
		{"RCPT", 501, gosmtp.EnhancedCode{5, 1, 3}, true},
		{"RCPT", 550, gosmtp.EnhancedCode{5, 2, 1}, true},
		{"RCPT", 550, gosmtp.EnhancedCode{5, 4, 1}, true},
		{"RCPT", 550, gosmtp.EnhancedCode{5, 0, 0}, true},
		{"DATA", 550, gosmtp.EnhancedCode{5, 1, 1}, true},
		{"DATA", 554, gosmtp.EnhancedCode{5, 6, 0}, true},

		{"RCPT", 450, gosmtp.NoEnhancedCode, false},
		{"RCPT", 451, gosmtp.EnhancedCode{4, 7, 1}, false},
		{"RCPT", 450, gosmtp.EnhancedCode{4, 1, 1}, false},
		{"RCPT", 504, gosmtp.EnhancedCode{5, 5, 2}, false}, // the name in EHLO
		{"RCPT", 504, gosmtp.NoEnhancedCode, false},
		{"RCPT", 554, gosmtp.EnhancedCode{5, 7, 1}, false}, // relay access denied
		{"RCPT", 530, gosmtp.EnhancedCode{5, 7, 0}, false}, // authentication required
		{"RCPT", 553, gosmtp.EnhancedCode{5, 1, 8}, false}, // the sender's domain
		{"MAIL", 550, gosmtp.NoEnhancedCode, false},        // the sender
		{"MAIL", 550, gosmtp.EnhancedCode{5, 1, 0}, false},
		{"DATA", 554, gosmtp.NoEnhancedCode, false},
		{"EHLO", 550, gosmtp.EnhancedCode{5, 1, 1}, false},
	} {
		t.Run(fmt.Sprint(c.command, " ", c.code, " ", c.status), func(t *testing.T) {
			t.Parallel()
			r, s := start(t, false, false)
			r.reject = func(command, argument string) error {
				if command != c.command {
					return nil
				}
				return &gosmtp.SMTPError{Code: c.code, EnhancedCode: c.status, Message: "<" + argument + ">: rejected"}
			}
			err := s.Send(context.Background(), testMail)
			var refused *smtp.Error
			if !errors.As(err, &refused) || refused.Code != c.code || strings.Contains(err.Error(), "ada") {
				t.Fatalf("got %v, want %d and no address", err, c.code)
			}
			if got := errors.Is(err, notify.ErrUndeliverable); got != c.forGood {
				t.Errorf("%v is for good: %v, want %v", err, got, c.forGood)
			}
		})
	}
	_, s := start(t, false, false)
	to := testMail
	to.To = "not an address"
	if err := s.Send(context.Background(), to); !errors.Is(err, notify.ErrUndeliverable) {
		t.Errorf("to %q: %v", to.To, err)
	}
}
