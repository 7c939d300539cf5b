package apptest

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Mailbox is an SMTP server on the loopback address that accepts mail for every address.
type Mailbox struct {
	address string
	server  *smtp.Server

	mu     sync.Mutex
	mails  []Mail
	reject int           // the SMTP status for every recipient; 0: accepted
	hello  int           // the SMTP status for EHLO; 0: accepted
	stall  chan struct{} // stalled mails are rejected when it is closed
	held   chan Mail
	onMail func(Mail)
}

// OpenMailbox starts a mailbox. Close stops it.
func OpenMailbox() (*Mailbox, error) {
	b := &Mailbox{address: "127.0.0.1:0"}
	return b, b.Open()
}

// NewMailbox starts a mailbox that is closed when the test ends.
func NewMailbox(t testing.TB) *Mailbox {
	t.Helper()
	b, err := OpenMailbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// StartWithMail starts a server that sends its mail to a new mailbox, h.Mailbox, when the test calls h.Deliver.
func StartWithMail(t testing.TB, settings ...string) *Server {
	t.Helper()
	box := NewMailbox(t)
	h := Start(t, append([]string{box.Setting()}, settings...)...)
	h.Mailbox = box
	return h
}

// Deliver processes password reset requests, sends the mails that are due by the server's clock, and returns their number.
func (h *Server) Deliver() int {
	h.T.Helper()
	if err := h.App.Passwords.ProcessResets(h.Context()); err != nil {
		h.T.Fatalf("process password reset requests: %v", err)
	}
	sent, err := h.App.Notices.Deliver(h.Context())
	if err != nil {
		h.T.Fatalf("deliver: %v", err)
	}
	return sent
}

// Mails delivers what is due and returns every mail to an address so far, oldest first.
func (h *Server) Mails(to string) []Mail {
	h.T.Helper()
	h.Deliver()
	return h.Mailbox.To(to)
}

// Mail delivers what is due and returns the newest mail to an address. It ends the test if there is none.
func (h *Server) Mail(to string) Mail {
	h.T.Helper()
	mails := h.Mails(to)
	if len(mails) == 0 {
		h.T.Fatalf("no mail to %s was received", to)
	}
	return mails[len(mails)-1]
}

// MailedLink delivers what is due and returns the newest link to a page that was mailed to an address. It ends the test if there
// is none.
func (h *Server) MailedLink(to, page string) string {
	h.T.Helper()
	for _, m := range slices.Backward(h.Mails(to)) {
		if link := m.Link(page); link != "" {
			return link
		}
	}
	h.T.Fatalf("no mail to %s has a link to %s", to, page)
	return ""
}

// Setting returns the setting with which a server sends its mail here.
func (b *Mailbox) Setting() string { return "TWOFOLD_SMTP_URL=" + b.URL() }

// URL returns the SMTP URL.
func (b *Mailbox) URL() string { return "smtp://" + b.address }

// Open listens again at the same address after Close.
func (b *Mailbox) Open() error {
	listener, err := net.Listen("tcp", b.address)
	if err != nil {
		return err
	}
	b.address = listener.Addr().String()
	b.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &delivery{box: b, ehlo: c.Hostname()}, b.greet() }))
	b.server.Domain, b.server.EnableSMTPUTF8 = "localhost", true
	b.server.ErrorLog = log.New(io.Discard, "", 0)
	go func(server *smtp.Server) { _ = server.Serve(listener) }(b.server)
	return nil
}

// Close closes all connections and stops listening. Received mails are kept.
func (b *Mailbox) Close() {
	b.Accept()
	_ = b.server.Close()
}

// Reject rejects every recipient from now on with an SMTP status such as 450 or 550.
func (b *Mailbox) Reject(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reject = status
}

// RejectEHLO rejects every client from now on with an SMTP status such as 504.
func (b *Mailbox) RejectEHLO(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hello = status
}

func (b *Mailbox) greet() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hello != 0 {
		return &smtp.SMTPError{Code: b.hello, EnhancedCode: smtp.NoEnhancedCode, Message: "need fully-qualified hostname"}
	}
	return nil
}

// Stall receives mails from now on without replying, and sends them to the channel. They are rejected in the end.
func (b *Mailbox) Stall() (held <-chan Mail) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stall, b.held = make(chan struct{}), make(chan Mail, 100)
	return b.held
}

// Accept ends Reject, RejectEHLO and Stall.
func (b *Mailbox) Accept() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reject, b.hello = 0, 0
	if b.stall != nil {
		close(b.stall)
		b.stall = nil
	}
}

// OnDelivery calls do for every mail that is received, before the reply to the sender.
func (b *Mailbox) OnDelivery(do func(Mail)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.onMail = do
}

// All returns every mail received so far.
func (b *Mailbox) All() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Mail(nil), b.mails...)
}

// To returns the mails to an address, oldest first.
func (b *Mailbox) To(address string) []Mail {
	found := []Mail{}
	for _, m := range b.All() {
		for _, to := range m.To {
			if to == address {
				found = append(found, m)
			}
		}
	}
	return found
}

// ServeHTTP returns the mails to an address as JSON, as in GET /mail?to=ada@example.com.
func (b *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(b.To(r.URL.Query().Get("to")))
}

// delivery is one SMTP session.
type delivery struct {
	box  *Mailbox
	ehlo string
	from string
	to   []string
}

func (d *delivery) Reset()        { d.from, d.to = "", nil }
func (d *delivery) Logout() error { return nil }

func (d *delivery) Mail(from string, _ *smtp.MailOptions) error {
	d.from = from
	return nil
}

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	if d.box.reject != 0 { // with the address, as real servers do
		return &smtp.SMTPError{Code: d.box.reject, EnhancedCode: smtp.NoEnhancedCode, Message: "<" + to + ">: not now"}
	}
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := parseMail(text)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.NoEnhancedCode, Message: err.Error()}
	}
	m.EHLO, m.From, m.To = d.ehlo, d.from, d.to
	d.box.mu.Lock()
	stall, held, onMail := d.box.stall, d.box.held, d.box.onMail
	d.box.mu.Unlock()
	if stall != nil {
		held <- m
		<-stall
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.NoEnhancedCode, Message: "too late"}
	}
	d.box.mu.Lock()
	d.box.mails = append(d.box.mails, m)
	d.box.mu.Unlock()
	if onMail != nil {
		onMail(m)
	}
	return nil
}

// Subjects of notices.
const (
	SubjectNewDevice     = "A new device signed in to your account"
	SubjectAfterFailures = "Sign-in to your account after failed attempts"
)

// NewSubjects delivers what is due and returns the subjects of the mails to an address that it has not returned before,
// joined by commas. seen counts those.
func (h *Server) NewSubjects(email string, seen *int) string {
	h.T.Helper()
	var subjects []string
	mails := h.Mails(email)
	for _, m := range mails[*seen:] {
		subjects = append(subjects, m.Subject)
	}
	*seen = len(mails)
	return strings.Join(subjects, ", ")
}
