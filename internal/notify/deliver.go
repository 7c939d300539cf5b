package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"twofold/internal/audit"
)

// Mail is one mail, ready to be sent.
type Mail struct {
	ID      string // the same at each try, so that a mail that arrives twice can be told
	To      string // one address
	Subject string
	Text    string
	HTML    string
}

// Sender hands a mail to a server. An error means that it may not have taken it; its words hold no address of a person.
type Sender interface {
	Send(ctx context.Context, m Mail) error
}

const (
	// poll is how often the outbox is looked at without being woken: another process may have written to it.
	poll = 3 * time.Second
	// sendTimeout is how long a message is tried.
	sendTimeout = 7 * 24 * time.Hour
	// heldFor is how old a message may be that was posted before mail was configured.
	heldFor = 24 * time.Hour
	// claims is how long a claim lasts, in times that sending one mail may take: enough to mark it afterwards.
	claims = 2
)

// waits are the times between tries; the last one repeats.
var waits = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

// Run delivers until the context ends, whatever fails.
func (s *Service) Run(ctx context.Context) {
	timer := time.NewTicker(poll)
	defer timer.Stop()
	for {
		if _, err := s.Deliver(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "outbox cannot be worked on", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.waking():
		case <-timer.C:
		}
	}
}

// Deliver sends what is due now, the longest due first, and answers how many mails were sent. A mail that cannot be sent
// is put off, and no error; an error means that the outbox could not be read or written. Each is sent at least once: a
// process that dies between sending a mail and saying so leaves it to the next, once its claim is over.
func (s *Service) Deliver(ctx context.Context) (sent int, err error) {
	due := s.Now()
	expired, err := s.Store.ExpireHeld(ctx, due.Add(-heldFor), due)
	if err != nil {
		return 0, fmt.Errorf("give up old messages: %w", err)
	}
	if expired > 0 {
		s.Log.InfoContext(ctx, "notices are too old to be sent: no mail was configured in time", "count", expired)
	}
	for s.Mail && ctx.Err() == nil {
		m, claimed, err := s.Store.Claim(ctx, due, s.Now().Add(claims*s.Timeout))
		if err != nil {
			return sent, fmt.Errorf("claim a message: %w", err)
		}
		if !claimed {
			return sent, nil
		}
		delivered, err := s.deliver(ctx, m)
		if err != nil {
			return sent, err
		}
		if delivered {
			sent++
		}
	}
	return sent, ctx.Err()
}

// deliver sends one message and keeps what became of it, also when the context ends meanwhile.
func (s *Service) deliver(ctx context.Context, m Message) (sent bool, err error) {
	failed := s.send(ctx, m)
	ctx = context.WithoutCancel(ctx)
	now := s.Now()
	if failed == nil {
		if err := s.Store.MarkSent(ctx, m.ID, now); err != nil {
			return true, fmt.Errorf("mark message as sent: %w", err)
		}
		s.Log.DebugContext(ctx, "notice sent", "id", m.ID, "kind", m.Kind, "try", m.Tries)
		return true, nil
	}
	if now.Sub(m.CreatedAt) >= sendTimeout {
		return false, s.giveUp(ctx, m, failed)
	}
	next := now.Add(waits[min(m.Tries, len(waits))-1])
	s.Log.WarnContext(ctx, "notice not sent yet", "id", m.ID, "kind", m.Kind, "try", m.Tries, "next", next, "error", failed)
	if err := s.Store.Retry(ctx, m, next); err != nil {
		return false, fmt.Errorf("put message off: %w", err)
	}
	return false, nil
}

func (s *Service) giveUp(ctx context.Context, m Message, failed error) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.GiveUp(ctx, m.ID, s.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.NoticeUndelivered, AccountID: m.AccountID, Subject: m.ID, Reason: string(m.Kind)})
	})
	if err != nil {
		return fmt.Errorf("give message up: %w", err)
	}
	s.Log.ErrorContext(ctx, "notice given up", "id", m.ID, "kind", m.Kind, "try", m.Tries, "error", failed)
	return nil
}

// send opens a message, writes it out, and hands it to the server. What panics is an error: one bad message stops no
// other.
func (s *Service) send(ctx context.Context, m Message) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("panic at %s", debug.Stack())
		}
	}()
	plain, err := s.Sealer.Unseal(ctx, m.Sealed, m.AccountID, m.ID)
	if err != nil {
		return fmt.Errorf("open message: %w", err)
	}
	var l payload
	if err := json.Unmarshal(plain, &l); err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	mail, err := s.render(m.Kind, l)
	if err != nil {
		return err
	}
	mail.ID = m.ID
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	return s.Sender.Send(ctx, mail)
}
