package apptest

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Mailbox is a mail server for everybody's mail, on this machine.
type Mailbox struct {
	address string
	server  *smtp.Server

	mu     sync.Mutex
	mails  []Mail
	refuse int           // the status that every recipient gets; 0: taken
	hang   chan struct{} // closed, the mails that are held are refused
	held   chan Mail
	took   func(Mail)
}

// OpenMailbox starts a mailbox.
func OpenMailbox() (*Mailbox, error) {
	b := &Mailbox{address: "127.0.0.1:0"}
	return b, b.Open()
}

// NewMailbox starts a mailbox for a test.
func NewMailbox(t testing.TB) *Mailbox {
	t.Helper()
	b, err := OpenMailbox()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// StartWithMail starts a house that sends its mail to a mailbox of its own: h.Mailbox. It sends when the test calls
// h.Deliver.
func StartWithMail(t testing.TB, settings ...string) *Server {
	t.Helper()
	box := NewMailbox(t)
	h := Start(t, append([]string{box.Setting()}, settings...)...)
	h.Mailbox = box
	return h
}

// Deliver sends what is due by the house's clock, and answers how many mails that were.
func (h *Server) Deliver() int {
	h.T.Helper()
	if err := h.App.Accounts.ProcessResets(h.Context()); err != nil {
		h.T.Fatalf("look up who asked for a new password: %v", err)
	}
	sent, err := h.App.Notices.Deliver(h.Context())
	if err != nil {
		h.T.Fatalf("deliver: %v", err)
	}
	return sent
}

// Mails delivers what is due, and answers every mail to an address so far, the oldest first.
func (h *Server) Mails(to string) []Mail {
	h.T.Helper()
	h.Deliver()
	return h.Mailbox.To(to)
}

// Mail delivers what is due, and answers the newest mail to an address. It fails the test when there is none.
func (h *Server) Mail(to string) Mail {
	h.T.Helper()
	mails := h.Mails(to)
	if len(mails) == 0 {
		h.T.Fatalf("no mail to %s has arrived", to)
	}
	return mails[len(mails)-1]
}

// Setting makes a house send its mail here.
func (b *Mailbox) Setting() string { return "TWOFOLD_SMTP_URL=" + b.URL() }

// URL is where it listens.
func (b *Mailbox) URL() string { return "smtp://" + b.address }

// Open listens again, at the same address, after Close.
func (b *Mailbox) Open() error {
	listener, err := net.Listen("tcp", b.address)
	if err != nil {
		return err
	}
	b.address = listener.Addr().String()
	b.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{box: b}, nil }))
	b.server.Domain, b.server.EnableSMTPUTF8 = "localhost", true
	b.server.ErrorLog = log.New(io.Discard, "", 0)
	go func(server *smtp.Server) { _ = server.Serve(listener) }(b.server)
	return nil
}

// Close hangs up on everybody, and listens no more. Mails stay.
func (b *Mailbox) Close() {
	b.Accept()
	_ = b.server.Close()
}

// FailInserts answers every recipient with a status of SMTP from now on, as in 450 or 550.
func (b *Mailbox) Reject(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = status
}

// Stall reads mails from now on and says nothing; those that it holds, and will not take, come out of the channel.
func (b *Mailbox) Stall() (held <-chan Mail) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hang, b.held = make(chan struct{}), make(chan Mail, 100)
	return b.held
}

// Next ends Refuse and Hang.
func (b *Mailbox) Accept() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = 0
	if b.hang != nil {
		close(b.hang)
		b.hang = nil
	}
}

// Delivered calls do for every mail that has arrived, before the sender is told so.
func (b *Mailbox) OnDelivery(do func(Mail)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.took = do
}

// All lists every mail that has arrived.
func (b *Mailbox) All() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Mail(nil), b.mails...)
}

// To lists the mails to an address, the oldest first.
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

// ServeHTTP lists the mails to an address, as in GET /mail?to=ada@example.com, as JSON.
func (b *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(b.To(r.URL.Query().Get("to")))
}

// delivery is one connection.
type delivery struct {
	box  *Mailbox
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
	if d.box.refuse != 0 { // with the address, as real servers do
		return &smtp.SMTPError{Code: d.box.refuse, EnhancedCode: smtp.NoEnhancedCode, Message: "<" + to + ">: not now"}
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
	m.From, m.To = d.from, d.to
	d.box.mu.Lock()
	hang, held, took := d.box.hang, d.box.held, d.box.took
	d.box.mu.Unlock()
	if hang != nil {
		held <- m
		<-hang
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.NoEnhancedCode, Message: "too late"}
	}
	d.box.mu.Lock()
	d.box.mails = append(d.box.mails, m)
	d.box.mu.Unlock()
	if took != nil {
		took(m)
	}
	return nil
}

// Subjects of notices.
const (
	SubjectNewDevice     = "A new device signed in to your account"
	SubjectAfterFailures = "A sign-in to your account after several wrong attempts"
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
