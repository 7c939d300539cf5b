package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/secret"
)

// ErrMailUnavailable means that mail is not configured, so that no link can be sent.
var ErrMailUnavailable = errors.New("mail is not configured")

// ResetRequest is a request for a password reset link. Whether its address has an account is not known yet.
type ResetRequest struct {
	ID        string
	Sealed    []byte // a resetClient
	CreatedAt time.Time
}

// ResetStore queues reset requests and counts the mails that result from them.
type ResetStore interface {
	SentLinks
	Insert(ctx context.Context, r ResetRequest) error
	// Waiting reports whether a request is queued.
	Waiting(ctx context.Context) (bool, error)
	// TakeOldest removes and returns the oldest request; found is false if there is none.
	TakeOldest(ctx context.Context) (r ResetRequest, found bool, err error)
}

// resetClient is the sealed part of a request: the address and the client that sent it.
type resetClient struct {
	Email     string
	IP        string
	UserAgent string
	RequestID string
}

// ResetSealOwner is the owner under which reset requests are sealed, because they belong to no account yet.
const ResetSealOwner = "password-reset"

// RequestReset queues a request for a reset link. It does the same work for every address; ProcessResets looks up the
// account later, so that neither the response nor its timing reveals whether there is one (ASVS 6.3.8). It returns
// ErrMailUnavailable and ErrInvalidEmail.
func (s *Passwords) RequestReset(ctx context.Context, email string) error {
	if !s.Mail {
		return ErrMailUnavailable
	}
	email = CanonicalEmail(email)
	if err := checkEmail(email); err != nil {
		return err
	}
	client := audit.ClientOf(ctx)
	plain, err := json.Marshal(resetClient{Email: email, IP: client.IP, UserAgent: client.UserAgent, RequestID: client.RequestID})
	if err != nil {
		return err
	}
	r := ResetRequest{ID: s.NewID(), CreatedAt: s.Now()}
	if r.Sealed, err = s.Sealer.Seal(plain, ResetSealOwner, r.ID); err != nil {
		return err
	}
	if err := s.Requests.Insert(ctx, r); err != nil {
		return fmt.Errorf("queue reset request: %w", err)
	}
	return nil
}

// resetPollInterval is the time between two polls of the queue. A request does not wake the worker, because its sender
// could then measure the work that follows.
const resetPollInterval = 2 * time.Second

// RunResetWorker processes queued requests until ctx is done. Errors are logged and do not stop it.
func (s *Passwords) RunResetWorker(ctx context.Context, log *slog.Logger) {
	timer := time.NewTicker(resetPollInterval)
	defer timer.Stop()
	for {
		if err := s.ProcessResets(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "password reset requests failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

// ProcessResets mails a link for each queued request whose address has an account, and drops the others. An unreadable
// request is dropped too and does not stop the ones after it; the returned error joins what failed.
func (s *Passwords) ProcessResets(ctx context.Context) error {
	var failed []error
	for {
		waiting, err := s.Requests.Waiting(ctx)
		if err != nil {
			return errors.Join(append(failed, fmt.Errorf("poll reset requests: %w", err))...)
		}
		if !waiting {
			return errors.Join(failed...)
		}
		var unreadable error
		err = s.Store.InTx(ctx, func(ctx context.Context) error {
			r, found, err := s.Requests.TakeOldest(ctx)
			if err != nil || !found {
				return err
			}
			var client resetClient
			plain, err := s.Sealer.Unseal(ctx, r.Sealed, ResetSealOwner, r.ID)
			if err == nil {
				err = json.Unmarshal(plain, &client)
			}
			if err != nil { // commit the removal: the request would be just as unreadable next time
				unreadable = fmt.Errorf("read reset request %s: %w", r.ID, err)
				return nil
			}
			ctx = audit.WithClient(ctx, audit.Client{IP: client.IP, UserAgent: client.UserAgent, RequestID: client.RequestID})
			return s.processReset(ctx, client.Email)
		})
		if err != nil {
			return errors.Join(append(failed, fmt.Errorf("process reset request: %w", err))...)
		}
		if unreadable != nil {
			failed = append(failed, unreadable)
		}
	}
}

// processReset mails a link if the address has an enabled account that is within its limit of mails. It reads the account
// again once it is locked: a concurrent change of its address, of its password or of its state has revoked the links that it
// found, and a link that is issued from an older read would outlive it.
func (s *Passwords) processReset(ctx context.Context, email string) error {
	email = CanonicalEmail(email) // an earlier version may have queued it
	a, err := s.Store.ByEmail(ctx, email)
	if err == nil {
		if err = s.Store.Lock(ctx, a.ID); err == nil {
			a, err = s.Store.ByID(ctx, a.ID)
		}
	}
	if errors.Is(err, ErrNotFound) || err == nil && (a.Disabled() || a.Email != email) {
		return nil
	}
	if err != nil {
		return err
	}
	link := SentLink{ID: s.NewID(), AccountID: a.ID, Purpose: maillink.ResetPassword, At: s.Now()}
	counted, err := countLink(ctx, s.Requests, link, s.ResetLinks)
	if err != nil || !counted {
		return err
	}
	if _, err := s.mailReset(ctx, a, notify.PasswordResetLink); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordResetRequested, AccountID: a.ID})
}

// mailReset mails a reset link to the address that the user signs in with, and returns the number of mails. The notice
// address gets none, because it is for notices only.
func (s *Passwords) mailReset(ctx context.Context, a Account, kind notify.Kind) (mails int, err error) {
	token, err := s.issueReset(ctx, a)
	if err != nil {
		return 0, err
	}
	return s.Notices.Enqueue(ctx, notify.Notice{
		Kind: kind, AccountID: a.ID, To: []string{a.Email}, Links: []notify.Action{{Purpose: maillink.ResetPassword, Token: token}},
		Until: s.Now().Add(s.ResetLinks.Lifetime),
	})
}

// issueReset stores a new reset link and returns its token.
func (s *Passwords) issueReset(ctx context.Context, a Account) (secret.Text, error) {
	return s.Links.Issue(ctx, a.ID, maillink.ResetPassword, "", s.ResetLinks.Lifetime)
}
