package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"twofold/internal/audit"
)

// Mail is one mail, ready to be sent.
type Mail struct {
	ID      string // the same at each try, so that duplicates can be recognized
	To      string // one address
	Subject string
	Text    string
	HTML    string
}

// Sender hands a mail to a server. An error means that the server may not have accepted it. It wraps ErrUndeliverable if
// another try cannot succeed. The text of an error contains no email address, because it is logged.
type Sender interface {
	Send(ctx context.Context, m Mail) error
}

// ErrUndeliverable means that the recipient or the mail is rejected for good.
var ErrUndeliverable = errors.New("undeliverable")

const (
	// pollInterval is the time between polls of the outbox without a wakeup, because another process may have written to it.
	pollInterval = 3 * time.Second
	// giveUpAfter is how long a message is tried, unless it is rejected for good.
	giveUpAfter = 7 * 24 * time.Hour
	// heldFor is how long a message is held that was enqueued while mail was not configured.
	heldFor = 24 * time.Hour
	// claimFactor is the duration of a claim, in multiples of Service.Timeout, so that time is left to mark the message.
	claimFactor = 2
)

// retryDelays are the times between tries; the last one repeats.
var retryDelays = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}

// Run delivers the outbox until ctx is done. Errors are logged and do not stop it.
func (s *Service) Run(ctx context.Context) {
	timer := time.NewTicker(pollInterval)
	defer timer.Stop()
	for {
		if _, err := s.Deliver(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "mail delivery failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wakeups():
		case <-timer.C:
		}
	}
}

// Deliver sends the messages that are due, in the order of their places, and returns the number of mails sent. A mail that
// cannot be sent is retried later and is no error; an error means that the outbox could not be read or written. Mails are sent
// at least once: if a process dies after sending a mail and before marking it, another process sends it again when the claim
// expires.
func (s *Service) Deliver(ctx context.Context) (sent int, err error) {
	now := s.Now()
	expired, err := s.Store.ExpireHeld(ctx, now.Add(-heldFor), now)
	if err != nil {
		return 0, fmt.Errorf("expire held messages: %w", err)
	}
	if expired > 0 {
		s.Log.InfoContext(ctx, "held notices given up: mail was not configured in time", "count", expired)
	}
	for s.Mail && ctx.Err() == nil {
		now := s.Now() // not when the delivery began: a link that was requested since is sent next
		m, claimed, err := s.Store.Claim(ctx, now, now.Add(claimFactor*s.Timeout))
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

// deliver sends one message and stores the result, even if ctx is done in the meantime.
func (s *Service) deliver(ctx context.Context, m Message) (sent bool, err error) {
	sendErr := s.send(ctx, m)
	ctx = context.WithoutCancel(ctx)
	now := s.Now()
	if sendErr == nil {
		if err := s.Store.MarkSent(ctx, m.ID, now); err != nil {
			return true, fmt.Errorf("mark message as sent: %w", err)
		}
		s.Log.DebugContext(ctx, "notice sent", "id", m.ID, "kind", m.Kind, "try", m.Tries)
		return true, nil
	}
	if errors.Is(sendErr, ErrUndeliverable) || now.Sub(m.CreatedAt) >= giveUpAfter {
		return false, s.giveUp(ctx, m, sendErr)
	}
	next := now.Add(retryDelays[min(m.Tries, len(retryDelays))-1])
	s.Log.WarnContext(ctx, "notice not sent yet", "id", m.ID, "kind", m.Kind, "try", m.Tries, "next", next, "error", sendErr)
	if err := s.Store.Retry(ctx, m, next); err != nil {
		return false, fmt.Errorf("schedule retry: %w", err)
	}
	return false, nil
}

// giveUp ends a message that cannot be sent, and records it in the account's activity.
func (s *Service) giveUp(ctx context.Context, m Message, sendErr error) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.GiveUp(ctx, m.ID, s.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.NoticeUndelivered, AccountID: m.AccountID, Subject: m.ID, Reason: string(m.Kind)})
	})
	if err != nil {
		return fmt.Errorf("give message up: %w", err)
	}
	s.Log.ErrorContext(ctx, "notice given up", "id", m.ID, "kind", m.Kind, "try", m.Tries, "error", sendErr)
	return nil
}

// send unseals and renders a message and hands it to the mail server. A panic is returned as an error, so that one bad message
// does not stop the others.
func (s *Service) send(ctx context.Context, m Message) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("panic at %s", debug.Stack())
		}
	}()
	plain, err := s.Sealer.Unseal(ctx, m.Sealed, m.AccountID, m.ID)
	if err != nil {
		return fmt.Errorf("unseal message: %w", err)
	}
	var body payload
	if err := json.Unmarshal(plain, &body); err != nil {
		return fmt.Errorf("parse message: %w", err)
	}
	mail, err := s.render(m.Kind, body)
	if err != nil {
		return err
	}
	mail.ID = m.ID
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	return s.Sender.Send(ctx, mail)
}
