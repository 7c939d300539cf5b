package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/receipt"
	"twofold/internal/stepup"
)

// AddressKind tells the address that signs in from the second one.
type AddressKind string

const (
	Email       AddressKind = "email"
	NoticeEmail AddressKind = "notice_email"
)

// PendingAddress is an address whose link was not followed yet. An account has one at most.
type PendingAddress struct {
	ID        string
	AccountID string
	Kind      AddressKind
	Email     string // canonical
	CreatedAt time.Time
	ExpiresAt time.Time
}

var (
	// ErrSameAddress means that the account has the address already.
	ErrSameAddress = errors.New("the account has this address")
	// ErrTooManyMails means that an hour's invitations to new addresses were sent.
	ErrTooManyMails = errors.New("too many mails to new addresses")
	// ErrNoPendingAddress means that there is no such address on the account.
	ErrNoPendingAddress = errors.New("no such address")
)

// PendingStore keeps the addresses that wait.
type PendingStore interface {
	// Replace puts the account's one pending address in place of an older one.
	Replace(ctx context.Context, p PendingAddress) error
	// Of answers ErrNoAddress where nothing is pending; what it answers may be past its end.
	Of(ctx context.Context, accountID string) (PendingAddress, error)
	// Delete says whether there was one that was not past its end.
	Delete(ctx context.Context, accountID string, at time.Time) (deleted bool, err error)
}

// PendingAddress answers the address that waits to be confirmed, or ErrNoAddress.
func (s *Service) PendingAddress(ctx context.Context, accountID string) (PendingAddress, error) {
	p, err := s.Pending.Of(ctx, accountID)
	if err == nil && !s.Now().Before(p.ExpiresAt) {
		return PendingAddress{}, ErrNoPendingAddress
	}
	return p, err
}

// ChangeAddress mails a link to the new address, and to no other; following it makes the change. An address that
// another account signs in with gets a mail that says so instead, and nobody gets its link: the answer and the work are
// the same. It answers ErrMailUnavailable, ErrEmail, ErrSameAddress, ErrTooManyMails or stepup.ErrRefused; none of them
// spends anything.
func (s *Service) ChangeAddress(ctx context.Context, accountID string, kind AddressKind, email string, grant stepup.Grant) (PendingAddress, error) {
	if !s.Notices.Mail {
		return PendingAddress{}, ErrMailUnavailable
	}
	email = CanonicalEmail(email)
	if err := checkEmail(email); err != nil {
		return PendingAddress{}, err
	}
	var p PendingAddress
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, accountID); err != nil {
			return err
		}
		a, err := s.Store.ByID(ctx, accountID)
		if err != nil {
			return err
		}
		if email == a.Email || (kind == NoticeEmail && email == a.NoticeEmail) {
			return ErrSameAddress
		}
		if err := s.StepUps.Consume(ctx, grant); err != nil {
			return err
		}
		counted, err := s.countMail(ctx, a.ID, maillink.ConfirmAddress, s.Limits.AddressMails)
		if err != nil {
			return err
		}
		if !counted {
			return ErrTooManyMails
		}
		now := s.Now()
		p = PendingAddress{
			ID: s.NewID(), AccountID: a.ID, Kind: kind, Email: email, CreatedAt: now, ExpiresAt: now.Add(s.Limits.AddressLifetime),
		}
		if err := s.Links.RevokeAll(ctx, a.ID, maillink.ConfirmAddress, ""); err != nil {
			return err
		}
		if err := s.Pending.Replace(ctx, p); err != nil {
			return fmt.Errorf("keep address: %w", err)
		}
		return s.notifyAndRecord(ctx, a, p)
	})
	if err != nil {
		return PendingAddress{}, fmt.Errorf("change address: %w", err)
	}
	return p, nil
}

// notifyAndRecord mails the link to the new address, tells the old ones where the account is to go, and records it.
func (s *Service) notifyAndRecord(ctx context.Context, a Account, p PendingAddress) error {
	token, err := s.Links.Issue(ctx, a.ID, maillink.ConfirmAddress, p.ID, s.Limits.AddressLifetime)
	if err != nil {
		return err
	}
	invitation := notify.Notice{
		Kind: notify.ConfirmEmail, AccountID: a.ID, Name: p.Email, To: []string{p.Email},
		Links: []notify.Action{{Purpose: maillink.ConfirmAddress, Token: token}}, Until: p.ExpiresAt,
	}
	requested := audit.Event{Kind: audit.EmailChangeRequested, AccountID: a.ID, Subject: p.ID, Name: p.Email}
	if p.Kind == NoticeEmail {
		invitation.Kind, requested.Kind = notify.ConfirmNoticeEmail, audit.NoticeEmailRequested
	}
	other, err := s.Store.ByEmail(ctx, p.Email)
	switch {
	case err == nil && p.Kind == Email:
		invitation = notify.Notice{Kind: notify.AddressInUse, AccountID: other.ID, Name: p.Email, To: []string{p.Email}}
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	}
	if _, err := s.Notices.Enqueue(ctx, invitation); err != nil {
		return err
	}
	if p.Kind == Email {
		if _, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.EmailChangeRequested, AccountID: a.ID, Name: p.Email}); err != nil {
			return err
		}
	}
	return s.Audit.Record(ctx, requested)
}

// CancelAddress forgets the address that waits, and its link. It answers ErrNoAddress.
func (s *Service) CancelAddress(ctx context.Context, accountID string) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		pending, err := s.forgetPending(ctx, accountID)
		if err == nil && !pending {
			err = ErrNoPendingAddress
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("cancel address: %w", err)
	}
	return nil
}

// forgetPending ends the address that waits, and says whether there was one.
func (s *Service) forgetPending(ctx context.Context, accountID string) (bool, error) {
	if err := s.Links.RevokeAll(ctx, accountID, maillink.ConfirmAddress, ""); err != nil {
		return false, err
	}
	return s.Pending.Delete(ctx, accountID, s.Now())
}

// RemoveNoticeEmail takes the second address away; the last notice still goes there. It answers ErrNoAddress or
// stepup.ErrRefused.
func (s *Service) RemoveNoticeEmail(ctx context.Context, accountID string, grant stepup.Grant) (receipt.Receipt, error) {
	var done receipt.Receipt
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, accountID); err != nil {
			return err
		}
		a, err := s.Store.ByID(ctx, accountID)
		if err != nil {
			return err
		}
		if a.NoticeEmail == "" {
			return ErrNoPendingAddress
		}
		if err := s.StepUps.Consume(ctx, grant); err != nil {
			return err
		}
		if err := s.Store.SetNoticeEmail(ctx, a.ID, ""); err != nil {
			return err
		}
		if err := s.Audit.Record(ctx, audit.Event{Kind: audit.NoticeEmailRemoved, AccountID: a.ID, Name: a.NoticeEmail}); err != nil {
			return err
		}
		if done.RecoveryCodesLeft, err = s.Revoker.RecoveryCodesLeft(ctx, a.ID); err != nil {
			return err
		}
		done.NoticesSent, err = s.Notices.Enqueue(ctx, notify.Notice{
			Kind: notify.NoticeEmailRemoved, AccountID: a.ID, Subject: a.NoticeEmail, Name: a.NoticeEmail,
			To: addresses(a.Email, a.NoticeEmail), NoDisputeLink: addresses(a.NoticeEmail),
		})
		return err
	})
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("remove notice address: %w", err)
	}
	return done, nil
}

// addresses are those that are there, each once.
func addresses(all ...string) []string {
	var each []string
	for _, one := range all {
		if one != "" && !slices.Contains(each, one) {
			each = append(each, one)
		}
	}
	return each
}
