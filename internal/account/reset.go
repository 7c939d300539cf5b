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
	"twofold/internal/receipt"
	"twofold/internal/secret"
)

// ErrMailUnavailable means that this service sends no mail, and therefore no links.
var ErrMailUnavailable = errors.New("no mail is sent")

// ResetRequest is somebody's wish for a new password, sealed: nobody has looked yet whether there is such an account.
type ResetRequest struct {
	ID        string
	Sealed    []byte
	CreatedAt time.Time
}

// ResetStore keeps requests until they are resolved, and counts the mails that came of them.
type ResetStore interface {
	Insert(ctx context.Context, r ResetRequest) error
	// Waiting says whether there is any.
	Waiting(ctx context.Context) (bool, error)
	// TakeOldest takes the oldest request away; found is false where there is none.
	TakeOldest(ctx context.Context) (r ResetRequest, found bool, err error)
	// CountMail counts a mail unless the account had limit of its purpose after since.
	CountMail(ctx context.Context, m SentLink, since time.Time, limit int) (counted bool, err error)
}

// SentLink is a link that is mailed for an account.
type SentLink struct {
	ID, AccountID string
	Purpose       maillink.Purpose
	At            time.Time
}

// countMail counts a link that is to be mailed, and says whether it may be: limit of a purpose in an hour.
func (s *Service) countMail(ctx context.Context, accountID string, p maillink.Purpose, limit int) (bool, error) {
	now := s.Now()
	counted, err := s.Resets.CountMail(ctx, SentLink{ID: s.NewID(), AccountID: accountID, Purpose: p, At: now}, now.Add(-time.Hour), limit)
	if err != nil {
		return false, fmt.Errorf("count mail: %w", err)
	}
	return counted, nil
}

// resetClient is the sealed part of a request: who is asked for, and who asked.
type resetClient struct {
	Email     string
	IP        string
	UserAgent string
	RequestID string
}

// RequestReset keeps a request for a reset link, and does the same for every address: whether there is such an account
// is looked up later, by ResolveResets, so that neither the answer nor its time tells (ASVS 6.3.8). It answers
// ErrMailUnavailable, or ErrEmail for what is no address.
func (s *Service) RequestReset(ctx context.Context, email string) error {
	if !s.Notices.Mail {
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
	if err := s.Resets.Insert(ctx, r); err != nil {
		return fmt.Errorf("keep reset request: %w", err)
	}
	return nil
}

// ResetSealOwner owns the sealed requests: no account does yet.
const ResetSealOwner = "password-reset"

// resetPollInterval is between two looks at the requests. Nothing wakes the one who looks: what a request leads to does not happen
// when its sender could feel it.
const resetPollInterval = 2 * time.Second

// RunResetWorker resolves requests until the context ends, whatever fails.
func (s *Service) RunResetWorker(ctx context.Context, log *slog.Logger) {
	timer := time.NewTicker(resetPollInterval)
	defer timer.Stop()
	for {
		if err := s.ProcessResets(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "reset requests cannot be resolved", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

// ProcessResets mails a link for each request whose address has an account, and drops the others. Its error does not
// stop it: the requests behind a broken one are resolved too.
func (s *Service) ProcessResets(ctx context.Context) error {
	var broken []error
	for {
		waiting, err := s.Resets.Waiting(ctx)
		if err != nil {
			return errors.Join(append(broken, fmt.Errorf("look for reset requests: %w", err))...)
		}
		if !waiting {
			return errors.Join(broken...)
		}
		var unreadable error
		err = s.Store.InTx(ctx, func(ctx context.Context) error {
			r, found, err := s.Resets.TakeOldest(ctx)
			if err != nil || !found {
				return err
			}
			var a resetClient
			plain, err := s.Sealer.Unseal(ctx, r.Sealed, ResetSealOwner, r.ID)
			if err == nil {
				err = json.Unmarshal(plain, &a)
			}
			if err != nil { // it is gone all the same: it would be as unreadable the next time
				unreadable = fmt.Errorf("read reset request %s: %w", r.ID, err)
				return nil
			}
			ctx = audit.WithClient(ctx, audit.Client{IP: a.IP, UserAgent: a.UserAgent, RequestID: a.RequestID})
			return s.processReset(ctx, a.Email)
		})
		if err != nil {
			return errors.Join(append(broken, fmt.Errorf("resolve reset requests: %w", err))...)
		}
		if unreadable != nil {
			broken = append(broken, unreadable)
		}
	}
}

func (s *Service) processReset(ctx context.Context, email string) error {
	a, err := s.Store.ByEmail(ctx, email)
	if errors.Is(err, ErrNotFound) || err == nil && a.Disabled() {
		return nil
	}
	if err != nil {
		return err
	}
	counted, err := s.countMail(ctx, a.ID, maillink.ResetPassword, s.Limits.ResetMails)
	if err != nil || !counted {
		return err
	}
	if err := s.mailReset(ctx, a, notify.PasswordResetLink); err != nil {
		return err
	}
	return s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordResetRequested, AccountID: a.ID})
}

// mailReset mails a reset link, to the address that signs in alone: the second one is for notices.
func (s *Service) mailReset(ctx context.Context, a Account, kind notify.Kind) error {
	token, err := s.Links.Issue(ctx, a.ID, maillink.ResetPassword, "", s.Limits.ResetLifetime)
	if err != nil {
		return err
	}
	_, err = s.Notices.Enqueue(ctx, notify.Notice{
		Kind: kind, AccountID: a.ID, To: []string{a.Email}, Links: []notify.Action{{Purpose: maillink.ResetPassword, Token: token}},
		Until: s.Now().Add(s.Limits.ResetLifetime),
	})
	return err
}

// Reset sets a new password with the token of a mailed link. Everything that the old one opened ends, and nothing
// begins: who signs in next is asked for a code as before (T-24). The token is looked at first, and a password that is
// refused leaves it alive. It answers link.ErrExpired, also for an account that is disabled, and what HashNew answers.
func (s *Service) Reset(ctx context.Context, token, pw secret.Text) (receipt.Receipt, error) {
	l, err := s.Links.Lookup(ctx, maillink.ResetPassword, token)
	if err != nil {
		return receipt.Receipt{}, err
	}
	a, err := s.Store.ByID(ctx, l.AccountID)
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("find account: %w", err)
	}
	if a.Disabled() { // whoever disables it later has ended the link
		return receipt.Receipt{}, maillink.ErrExpired
	}
	hash, err := s.ValidateAndHash(ctx, a, pw)
	if err != nil {
		return receipt.Receipt{}, err
	}
	var done receipt.Receipt
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, a.ID); err != nil {
			return err
		}
		if err := s.Links.Consume(ctx, l); err != nil {
			return err
		}
		if done.SessionsEnded, err = s.replacePassword(ctx, a.ID, hash); err != nil {
			return err
		}
		if err := s.Store.SetResetAt(ctx, a.ID, s.Now()); err != nil {
			return err
		}
		if err := s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordReset, AccountID: a.ID}); err != nil {
			return err
		}
		if done.RecoveryCodesLeft, err = s.Revoker.RecoveryCodesLeft(ctx, a.ID); err != nil {
			return err
		}
		done.NoticesSent, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordResetDone, AccountID: a.ID})
		return err
	})
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("reset password: %w", err)
	}
	return done, nil
}

// ForceReset takes the account's password away and mails a link to set a new one, in the transaction of ctx where there
// is one. Until then nobody signs in: what an attacker knows opens nothing. It ends what the password opened, and says
// how many sessions that were.
func (s *Service) ForceReset(ctx context.Context, accountID string) (sessions int, err error) {
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, accountID); err != nil {
			return err
		}
		a, err := s.Store.ByID(ctx, accountID)
		if err != nil {
			return err
		}
		if sessions, err = s.replacePassword(ctx, a.ID, ""); err != nil {
			return err
		}
		if !a.Disabled() { // a link would lead nowhere
			if err := s.mailReset(ctx, a, notify.PasswordResetForced); err != nil {
				return err
			}
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordResetRequested, AccountID: a.ID, Reason: "forced"})
	})
	if err != nil {
		return 0, fmt.Errorf("force password reset: %w", err)
	}
	return sessions, nil
}

// replacePassword sets a hash, and ends whatever the password before it opened: sessions, sign-ins, step-up tokens, and
// the links by which the account could still be handed over.
func (s *Service) replacePassword(ctx context.Context, accountID, hash string) (sessions int, err error) {
	if err := s.Store.SetPassword(ctx, accountID, hash, s.Now()); err != nil {
		return 0, err
	}
	if err := s.CancelPendingChanges(ctx, accountID); err != nil {
		return 0, err
	}
	if err := s.Revoker.ResetPasswordFailures(ctx, accountID); err != nil {
		return 0, err
	}
	return s.Revoker.RevokeAll(ctx, accountID)
}

// CancelPendingChanges ends the links of mails that could still give the account to whoever reads them: reset links, and an
// address that waits to be confirmed. Call it in the transaction of a change of the password.
func (s *Service) CancelPendingChanges(ctx context.Context, accountID string) error {
	if err := s.Links.RevokeAll(ctx, accountID, maillink.ResetPassword, ""); err != nil {
		return err
	}
	_, err := s.forgetPending(ctx, accountID)
	return err
}
