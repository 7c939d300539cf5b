// Package notify sends notices of security events by mail. A change enqueues its notice in an outbox, in its own transaction,
// so that no change commits without its notice and no notice exists without its change. A worker delivers the outbox at least
// once, retries failed mails for a week, unless they are rejected for good, and records those that it gives up. Messages are
// sealed at rest, because they contain links. Notices of changes that an attacker may have made carry a dispute link, "this was
// not me". The entry points are [Service.Enqueue] and [Service.Run].
package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/secret"
)

// Notice is a security event to notify an account's owner of.
type Notice struct {
	Kind          Kind
	AccountID     string
	Subject       string    // what the dispute link is about: a method's id, or the address before the change
	First         bool      // the method of Subject turned MFA on
	Name          string    // of what changed: a method's name, or an address
	Count         int       // recovery codes left, or failures before a sign-in
	Topic         string    // groups notices for Delivered; may be empty
	To            []string  // recipients instead of all of the account's addresses; nil: all
	NoDisputeLink []string  // recipients whose copy has no dispute link, because they have no right to dispute the change
	Links         []Action  // further links of the mail
	Until         time.Time // when the announced event happens or ends; zero: the mail does not mention it
}

// Action is a link in a mail.
type Action struct {
	Purpose maillink.Purpose
	Token   secret.Text
	Path    string // of the page that the link opens; empty: that of the purpose
}

// Recipient is where an account's notices go, and in which language.
type Recipient struct {
	Addresses []string // at least the one that the user signs in with, which is first
	Name      string   // the display name; may be empty
	Language  string   // BCP 47
}

// Recipients looks up where an account's notices go.
type Recipients interface {
	Recipient(ctx context.Context, accountID string) (Recipient, error)
}

// Sealer encrypts messages at rest, because they contain links.
type Sealer interface {
	Seal(plain []byte, owner, row string) ([]byte, error)
	Unseal(ctx context.Context, sealed []byte, owner, row string) ([]byte, error)
}

// Spacing is how far each waiting message moves the account's next one back in the queue, so that accounts are served in turn.
const Spacing = time.Minute

// Message is one mail to one address in the outbox.
type Message struct {
	ID        string
	AccountID string
	Kind      Kind
	Topic     string
	Sealed    []byte // a payload; empty once the message was sent or given up
	Held      bool   // enqueued while mail was not configured
	Tries     int
	Place     time.Time // when it was enqueued, before the Store adds Spacing: the order in which messages that are due are sent
	NextTry   time.Time // earliest time of the next try; for a claimed message, when the claim expires
	CreatedAt time.Time
	SentAt    time.Time // zero: not sent
	GivenUp   time.Time // zero: not given up
}

// payload is the sealed part of a message.
type payload struct {
	To       string            `json:"to"`
	Name     string            `json:"name"`
	Language string            `json:"language"`
	About    string            `json:"about"`
	Count    int               `json:"count"`
	At       time.Time         `json:"at"`
	Until    time.Time         `json:"until"`
	IP       string            `json:"ip"`
	Agent    string            `json:"agent"`
	Links    map[string]string `json:"links"` // URLs by purpose
}

// Store persists the outbox.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// AfterCommit calls do after the transaction of ctx has committed, or at once if there is none.
	AfterCommit(ctx context.Context, do func())
	// Insert inserts a message, and moves its place back by Spacing for each message of the account that waits.
	Insert(ctx context.Context, m Message) error
	// NewDevices counts the account's messages of kind NewDevice since a time, up to limit.
	NewDevices(ctx context.Context, accountID string, since time.Time, limit int) (int, error)
	// Claim returns the message with the first place of those that are due, counts a try, and keeps other workers from claiming
	// it until a time. It reports false if none is due.
	Claim(ctx context.Context, due, until time.Time) (m Message, claimed bool, err error)
	// Retry sets the next try of a claimed message. It does nothing if another worker has claimed the message since.
	Retry(ctx context.Context, m Message, next time.Time) error
	// MarkSent and GiveUp end a message and delete its sealed part.
	MarkSent(ctx context.Context, id string, at time.Time) error
	GiveUp(ctx context.Context, id string, at time.Time) error
	// ExpireHeld gives up the messages that were enqueued before a time while mail was not configured, and returns their number.
	ExpireHeld(ctx context.Context, before, at time.Time) (int, error)
	// Undelivered counts the messages of a topic that were not sent, including those given up.
	Undelivered(ctx context.Context, topic string) (int, error)
}

// Service enqueues and delivers notices.
type Service struct {
	Store      Store
	Recipients Recipients
	Links      *maillink.Service
	Sealer     Sealer
	Mail       bool   // whether mail is configured; without it, messages are held for heldFor
	Sender     Sender // required if Mail
	Audit      audit.Log
	Log        *slog.Logger
	Product    string // the name of the service in mails
	Support    string // contact for help in mails; may be empty
	PublicURL  string
	NotMe      time.Duration // lifetime of a dispute link
	NewDevices int           // notices of new devices per account and hour; zero: no limit
	Timeout    time.Duration // for sending one mail
	Now        func() time.Time
	NewID      func() string

	once sync.Once
	wake chan struct{}
}

// Enqueue adds a notice to the outbox, one message per recipient, and returns the number of mails that will be sent: 0 if mail
// is not configured, or if the account has had enough notices of new devices in the last hour. Call it in the transaction of
// the change.
func (s *Service) Enqueue(ctx context.Context, n Notice) (int, error) {
	to, err := s.Recipients.Recipient(ctx, n.AccountID)
	if err != nil {
		return 0, fmt.Errorf("find recipients: %w", err)
	}
	if n.To != nil {
		to.Addresses = n.To
	}
	if n.Kind == NewDevice && s.NewDevices > 0 {
		most := s.NewDevices * len(to.Addresses)
		if recent, err := s.Store.NewDevices(ctx, n.AccountID, s.Now().Add(-time.Hour), most); err != nil || recent >= most {
			return 0, err
		}
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		for _, address := range to.Addresses {
			if err := s.enqueueTo(ctx, n, to, address); err != nil {
				return err
			}
		}
		s.Store.AfterCommit(ctx, s.Wake)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("enqueue notice: %w", err)
	}
	if !s.Mail {
		return 0, nil
	}
	return len(to.Addresses), nil
}

// enqueueTo adds a notice for one address, with a dispute link if its kind has one.
func (s *Service) enqueueTo(ctx context.Context, n Notice, to Recipient, address string) error {
	now := s.Now()
	client := audit.ClientOf(ctx)
	body := payload{
		To: address, Name: to.Name, Language: to.Language, About: n.Name, Count: n.Count,
		At: now, Until: n.Until, IP: client.IP, Agent: client.UserAgent, Links: make(map[string]string),
	}
	for _, a := range n.Links {
		body.Links[string(a.Purpose)] = s.URL(a).Reveal()
	}
	if n.Kind.hasDisputeLink() && !slices.Contains(n.NoDisputeLink, address) {
		token, err := s.Links.Issue(ctx, n.AccountID, maillink.NotMe, DisputeSubject{n.Kind, n.Subject, n.First}.String(), s.NotMe)
		if err != nil {
			return err
		}
		body.Links[string(maillink.NotMe)] = s.URL(Action{Purpose: maillink.NotMe, Token: token}).Reveal()
	}
	m := Message{
		ID: s.NewID(), AccountID: n.AccountID, Kind: n.Kind, Topic: n.Topic, Held: !s.Mail, Place: now.Add(n.Kind.queueDelay()), NextTry: now, CreatedAt: now,
	}
	plain, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if m.Sealed, err = s.Sealer.Seal(plain, m.AccountID, m.ID); err != nil {
		return err
	}
	return s.Store.Insert(ctx, m)
}

// URL returns the URL of a link. It begins with the public URL. The token is in the fragment, so that it appears in no server's
// log and no Referer header.
func (s *Service) URL(a Action) secret.Text {
	return secret.New(s.PublicURL + cmp.Or(a.Path, a.Purpose.Path()) + "#" + a.Token.Reveal())
}

// Delivered reports whether every message of a topic was sent. A message that was given up counts as not sent.
func (s *Service) Delivered(ctx context.Context, topic string) (bool, error) {
	n, err := s.Store.Undelivered(ctx, topic)
	return n == 0, err
}

// Wake makes the worker poll the outbox now.
func (s *Service) Wake() {
	select {
	case s.wakeups() <- struct{}{}:
	default:
	}
}

// wakeups returns the channel that wakes the worker.
func (s *Service) wakeups() chan struct{} {
	s.once.Do(func() { s.wake = make(chan struct{}, 1) })
	return s.wake
}
