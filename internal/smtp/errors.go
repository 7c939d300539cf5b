package smtp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"regexp"
	"strings"

	"twofold/internal/notify"
)

// Step is the part of an SMTP conversation in which it failed.
type Step string

const (
	Connect  Step = "connect to mail server"
	EHLO     Step = "EHLO"
	StartTLS Step = "STARTTLS"
	Auth     Step = "AUTH"
	MailFrom Step = "MAIL FROM"
	RcptTo   Step = "RCPT TO"
	Data     Step = "DATA"
)

// Error is a failed conversation. It has the codes of the server's reply without its text, because servers repeat addresses
// in it.
type Error struct {
	Step   Step
	Code   int    // RFC 5321 §4.2; 0: there was no reply, or not the problem
	Status string // RFC 3463, such as 5.1.1; empty: the server sent none
	Err    error  // what happened, if Code is 0
}

func (e *Error) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("%s: %v", e.Step, e.Err)
	}
	return strings.TrimSpace(fmt.Sprintf("%s: the server replied %d %s", e.Step, e.Code, e.Status))
}

// Unwrap returns the cause, or notify.ErrUndeliverable for a reply that says so.
func (e *Error) Unwrap() error {
	if e.Code != 0 && e.undeliverable() {
		return notify.ErrUndeliverable
	}
	return e.Err
}

// undeliverable reports whether the server rejects the recipient or this mail for good. Other rejections end when the
// operator corrects the settings or the server: of the sender, of the name in EHLO, which many servers check only at RCPT,
// of a client that has not authenticated, and by policy, such as "relay access denied".
func (e *Error) undeliverable() bool {
	class, detail, _ := strings.Cut(e.Status, ".")
	subject, detail, _ := strings.Cut(detail, ".")
	switch {
	case e.Code/100 != 5 || e.Step != RcptTo && e.Step != Data:
		return false
	case class != "5": // RFC 5321 §4.2.3: 501 is the syntax of the address, 55x the mailbox
		return e.Step == RcptTo && (e.Code == 501 || e.Code/10 == 55)
	case subject == "1": // an address: 7 and 8 are the sender's
		return detail != "7" && detail != "8"
	case subject == "6": // the content
		return true
	}
	return e.Step == RcptTo && (subject == "0" || subject == "2" || subject == "4") // undefined, mailbox, routing
}

var (
	// errAddress means that the recipient is not a valid address.
	errAddress = fmt.Errorf("the recipient's address is invalid: %w", notify.ErrUndeliverable)
	errNoTLS   = errors.New("the server does not offer it")
	errPublic  = errors.New("?tls=off is for this machine and private networks, and the server has a public address")
	errBroken  = errors.New("the connection broke")
)

// status is an enhanced status code at the beginning of a reply (RFC 2034 §4).
var status = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// failure reduces the error of a step to what holds no user data.
func failure(step Step, err error) *Error {
	var reply *textproto.Error
	var network net.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &reply):
		return &Error{Step: step, Code: reply.Code, Status: status.FindString(reply.Msg)}
	case errors.As(err, &certificate):
		return &Error{Step: step, Err: certificate}
	case errors.As(err, &network):
		return &Error{Step: step, Err: network}
	case errors.Is(err, errNoTLS), errors.Is(err, errPublic):
		return &Error{Step: step, Err: err}
	}
	return &Error{Step: step, Err: errBroken}
}
