// Package notify tells people what happened to their account, by mail, through an outbox that a change writes to in its
// own transaction: no change goes without its notice, and no notice without its change.
package notify

import (
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

// Notice is what to tell.
type Notice struct {
	Kind          Kind
	AccountID     string
	Subject       string    // what a "this was not me" link is about: a method's id, or the address that was there before
	First         bool      // that method switched MFA on
	Name          string    // of what changed: a method's name, an address
	Count         int       // recovery codes left, failures before
	Topic         string    // groups notices, so that Delivered can be asked for
	To            []string  // these addresses instead of all of the account's
	NoDisputeLink []string  // of these, the ones whose copy has no "this was not me" link: they may not decide about this
	Links         []Action  // what the reader can do
	Until         time.Time // when what is announced happens or ends; zero: it is not said
}

// Action is a link in a mail.
type Action struct {
	Purpose maillink.Purpose
	Token   secret.Text
}

// Recipient is who reads.
type Recipient struct {
	Addresses []string
	Name      string // as the person wants to be called; may be empty
	Language  string // BCP 47
}

// Recipients says who reads an account's notices.
type Recipients interface {
	Recipient(ctx context.Context, accountID string) (Recipient, error)
}

// Sealer keeps messages unreadable at rest: they carry links.
type Sealer interface {
	Seal(plain []byte, owner, row string) ([]byte, error)
	Unseal(ctx context.Context, sealed []byte, owner, row string) ([]byte, error)
}

// Message is one mail to one address, waiting to be sent.
type Message struct {
	ID        string
	AccountID string
	Kind      Kind
	Topic     string
	Sealed    []byte // a letter; empty once it is sent or given up
	Held      bool   // posted while no mail was sent at all
	Tries     int
	NextTry   time.Time // not before; while somebody tries, when their claim ends
	CreatedAt time.Time
	SentAt    time.Time // zero: not yet
	GivenUp   time.Time // zero: not
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
	Links    map[string]string `json:"links"` // addresses, by purpose
}

// Store keeps the outbox.
type Store interface {
	InTx(ctx context.Context, do func(ctx context.Context) error) error
	// AfterCommit calls do when the transaction of ctx has committed, or at once outside of one.
	AfterCommit(ctx context.Context, do func())
	Insert(ctx context.Context, m Message) error
	// Claim takes the message that is due longest, by the time due, counts a try, and keeps it from everybody else until
	// a time. It answers false when none is due.
	Claim(ctx context.Context, due, until time.Time) (m Message, claimed bool, err error)
	// Retry puts a claimed message off. It does nothing when another has claimed it since.
	Retry(ctx context.Context, m Message, next time.Time) error
	// MarkSent and GiveUp end a message and empty its sealed part.
	MarkSent(ctx context.Context, id string, at time.Time) error
	GiveUp(ctx context.Context, id string, at time.Time) error
	// ExpireHeld gives up what was posted before a time while no mail was sent, and answers how many that are.
	ExpireHeld(ctx context.Context, before, at time.Time) (int, error)
	// Undelivered counts the messages of a topic that are not sent: those that never will be, too.
	Undelivered(ctx context.Context, topic string) (int, error)
}

// Service posts notices and delivers them.
type Service struct {
	Store      Store
	Recipients Recipients
	Links      *maillink.Service
	Sealer     Sealer
	Mail       bool   // whether mail is sent at all; without, the outbox keeps what would have been
	Sender     Sender // with Mail only
	Audit      audit.Log
	Log        *slog.Logger
	Product    string // what the reader knows this by
	Support    string // whom to ask for help; may be empty
	PublicURL  string
	NotMe      time.Duration // how long a "this was not me" link works
	Timeout    time.Duration // for sending one mail
	Now        func() time.Time
	NewID      func() string

	once sync.Once
	wake chan struct{}
}

// Enqueue puts a notice into the outbox, for each of the account's addresses, and answers how many mails that will be: none
// where no mail is sent. Call it in the transaction of the change.
func (s *Service) Enqueue(ctx context.Context, n Notice) (int, error) {
	who, err := s.Recipients.Recipient(ctx, n.AccountID)
	if err != nil {
		return 0, fmt.Errorf("find whom to notify: %w", err)
	}
	if n.To != nil {
		who.Addresses = n.To
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		for _, address := range who.Addresses {
			if err := s.put(ctx, n, who, address); err != nil {
				return err
			}
		}
		s.Store.AfterCommit(ctx, s.Wake)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("post notice: %w", err)
	}
	if !s.Mail {
		return 0, nil
	}
	return len(who.Addresses), nil
}

func (s *Service) put(ctx context.Context, n Notice, who Recipient, address string) error {
	now := s.Now()
	client := audit.ClientOf(ctx)
	l := payload{
		To: address, Name: who.Name, Language: who.Language, About: n.Name, Count: n.Count,
		At: now, Until: n.Until, IP: client.IP, Agent: client.UserAgent, Links: make(map[string]string),
	}
	for _, a := range n.Links {
		l.Links[string(a.Purpose)] = s.address(a)
	}
	if n.Kind.hasDisputeLink() && !slices.Contains(n.NoDisputeLink, address) {
		token, err := s.Links.Issue(ctx, n.AccountID, maillink.NotMe, DisputeSubject{n.Kind, n.Subject, n.First}.String(), s.NotMe)
		if err != nil {
			return err
		}
		l.Links[string(maillink.NotMe)] = s.address(Action{maillink.NotMe, token})
	}
	m := Message{ID: s.NewID(), AccountID: n.AccountID, Kind: n.Kind, Topic: n.Topic, Held: !s.Mail, NextTry: now, CreatedAt: now}
	plain, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if m.Sealed, err = s.Sealer.Seal(plain, m.AccountID, m.ID); err != nil {
		return err
	}
	return s.Store.Insert(ctx, m)
}

// address is where a link leads: always the public URL, and the token where no server or Referer sees it.
func (s *Service) address(a Action) string {
	return s.PublicURL + a.Purpose.Path() + "#" + a.Token.Reveal()
}

// Delivered says whether every message of a topic was sent. One that was given up never is.
func (s *Service) Delivered(ctx context.Context, topic string) (bool, error) {
	n, err := s.Store.Undelivered(ctx, topic)
	return n == 0, err
}

// Wake tells the worker that there is something to send.
func (s *Service) Wake() {
	select {
	case s.waking() <- struct{}{}:
	default:
	}
}

func (s *Service) waking() chan struct{} {
	s.once.Do(func() { s.wake = make(chan struct{}, 1) })
	return s.wake
}
