package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"twofold/internal/audit"
	"twofold/internal/mailaddr"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/receipt"
	"twofold/internal/stepup"
)

// AddressKind is one of an account's two addresses: the one that the user signs in with, or the notice address.
type AddressKind string

const (
	Email       AddressKind = "email"
	NoticeEmail AddressKind = "notice_email"
)

// PendingAddress is an address that its link has not confirmed yet. An account has at most one.
type PendingAddress struct {
	ID        string
	AccountID string
	Kind      AddressKind
	Email     string // canonical
	CreatedAt time.Time
	ExpiresAt time.Time
}

var (
	// ErrSameAddress means that the account already has the address.
	ErrSameAddress = errors.New("the account has this address")
	// ErrTooManyMails means that the hour's limit of mails to new addresses is used up.
	ErrTooManyMails = errors.New("too many mails to new addresses")
	// ErrNoPendingAddress means that the account has no unconfirmed address, or no notice address to remove.
	ErrNoPendingAddress = errors.New("no such address")
)

// PendingStore persists unconfirmed addresses.
type PendingStore interface {
	// Replace stores the account's unconfirmed address in place of an older one.
	Replace(ctx context.Context, p PendingAddress) error
	// Of returns the account's unconfirmed address, which may have expired, or ErrNoPendingAddress.
	Of(ctx context.Context, accountID string) (PendingAddress, error)
	// Delete deletes the account's unconfirmed address and reports whether there was one that had not expired at that time.
	Delete(ctx context.Context, accountID string, at time.Time) (deleted bool, err error)
}

// PendingAddress returns the account's unconfirmed address. It returns ErrNoPendingAddress if there is none or it has
// expired.
func (s *Service) PendingAddress(ctx context.Context, accountID string) (PendingAddress, error) {
	p, err := s.Pending.Addresses.Of(ctx, accountID)
	if err == nil && !s.Now().Before(p.ExpiresAt) {
		return PendingAddress{}, ErrNoPendingAddress
	}
	p.Email = CanonicalEmail(p.Email) // it may have been stored by an earlier version
	return p, err
}

// ChangeAddress requests a change of address: it mails a link to the new address, and to no other, and following the link
// makes the change. It consumes the grant. If another account signs in with the address, that address gets a mail saying so
// and no link; the result and the work are the same, so that the caller does not learn of the other account. It returns
// ErrMailUnavailable, ErrInvalidEmail, ErrSameAddress, ErrTooManyMails or stepup.ErrRefused; none of them consumes the grant.
func (s *Service) ChangeAddress(ctx context.Context, accountID string, kind AddressKind, email string, grant stepup.Grant) (PendingAddress, error) {
	if !s.Mail {
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
		now := s.Now()
		link := SentLink{ID: s.NewID(), AccountID: a.ID, Purpose: maillink.ConfirmAddress, At: now}
		counted, err := countLink(ctx, s.SentLinks, link, s.AddressLinks)
		if err != nil {
			return err
		}
		if !counted {
			return ErrTooManyMails
		}
		p = PendingAddress{
			ID: s.NewID(), AccountID: a.ID, Kind: kind, Email: email, CreatedAt: now, ExpiresAt: now.Add(s.AddressLinks.Lifetime),
		}
		if err := s.Links.RevokeAll(ctx, a.ID, maillink.ConfirmAddress, ""); err != nil {
			return err
		}
		if err := s.Pending.Addresses.Replace(ctx, p); err != nil {
			return fmt.Errorf("store address: %w", err)
		}
		return s.notifyAndRecord(ctx, a, p)
	})
	if err != nil {
		return PendingAddress{}, fmt.Errorf("change address: %w", err)
	}
	return p, nil
}

// notifyAndRecord mails the link to the new address, notifies the current addresses of the requested change, and records it.
func (s *Service) notifyAndRecord(ctx context.Context, a Account, p PendingAddress) error {
	token, err := s.Links.Issue(ctx, a.ID, maillink.ConfirmAddress, p.ID, s.AddressLinks.Lifetime)
	if err != nil {
		return err
	}
	confirmation := notify.Notice{
		Kind: notify.ConfirmEmail, AccountID: a.ID, Name: p.Email, To: []string{p.Email},
		Links: []notify.Action{{Purpose: maillink.ConfirmAddress, Token: token}}, Until: p.ExpiresAt,
	}
	requested := audit.Event{Kind: audit.EmailChangeRequested, AccountID: a.ID, Subject: p.ID, Name: mailaddr.ToUnicode(p.Email)}
	if p.Kind == NoticeEmail {
		confirmation.Kind, requested.Kind = notify.ConfirmNoticeEmail, audit.NoticeEmailRequested
	}
	other, err := s.Store.ByEmail(ctx, p.Email)
	switch {
	case err == nil && p.Kind == Email:
		confirmation = notify.Notice{Kind: notify.AddressInUse, AccountID: other.ID, Name: p.Email, To: []string{p.Email}}
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	}
	if _, err := s.Notices.Enqueue(ctx, confirmation); err != nil {
		return err
	}
	if p.Kind == Email {
		if _, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.EmailChangeRequested, AccountID: a.ID, Name: p.Email}); err != nil {
			return err
		}
	}
	return s.Audit.Record(ctx, requested)
}

// CancelAddress deletes the account's unconfirmed address and revokes its link. It returns ErrNoPendingAddress.
func (s *Service) CancelAddress(ctx context.Context, accountID string) error {
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, accountID); err != nil {
			return err
		}
		pending, err := s.Pending.cancelAddress(ctx, accountID)
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

// RemoveNoticeEmail removes the notice address and consumes the grant. The notice of the removal still goes there, without
// a dispute link. It returns ErrNoPendingAddress and stepup.ErrRefused.
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
		if err := s.Audit.Record(ctx, audit.Event{Kind: audit.NoticeEmailRemoved, AccountID: a.ID, Name: mailaddr.ToUnicode(a.NoticeEmail)}); err != nil {
			return err
		}
		if done.RecoveryCodesLeft, err = s.RecoveryCodes.RecoveryCodesLeft(ctx, a.ID); err != nil {
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

// addresses returns the distinct addresses of all that are not empty, in order.
func addresses(all ...string) []string {
	var distinct []string
	for _, address := range all {
		if address != "" && !slices.Contains(distinct, address) {
			distinct = append(distinct, address)
		}
	}
	return distinct
}
