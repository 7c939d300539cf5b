package account

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/maillink"
)

// PendingChanges cancels requests that could transfer the account: password reset links and an unconfirmed email address.
type PendingChanges struct {
	Addresses PendingStore
	Links     *maillink.Service
	Now       func() time.Time
}

// CancelPendingChanges revokes the account's password reset links and its unconfirmed email address. Call it in the
// transaction of the change that makes them unsafe.
func (p *PendingChanges) CancelPendingChanges(ctx context.Context, accountID string) error {
	if err := p.Links.RevokeAll(ctx, accountID, maillink.ResetPassword, ""); err != nil {
		return err
	}
	_, err := p.cancelAddress(ctx, accountID)
	return err
}

// cancelAddress deletes the unconfirmed address and its link, and reports whether there was one that had not expired.
func (p *PendingChanges) cancelAddress(ctx context.Context, accountID string) (bool, error) {
	if err := p.Links.RevokeAll(ctx, accountID, maillink.ConfirmAddress, ""); err != nil {
		return false, err
	}
	return p.Addresses.Delete(ctx, accountID, p.Now())
}

// LinkLimits bound the links of one purpose that are mailed for an account.
type LinkLimits struct {
	PerHour  int           // mails per account and hour
	Lifetime time.Duration // of each link
}

// SentLink is a link that was mailed for an account.
type SentLink struct {
	ID, AccountID string
	Purpose       maillink.Purpose
	At            time.Time
}

// SentLinks counts mailed links.
type SentLinks interface {
	// CountMail records a mail and reports true, unless limit mails of its account and purpose were sent after since.
	CountMail(ctx context.Context, m SentLink, since time.Time, limit int) (counted bool, err error)
}

// countLink records a link that is about to be mailed, and reports whether it is within the hour's limit.
func countLink(ctx context.Context, sent SentLinks, l SentLink, limits LinkLimits) (bool, error) {
	counted, err := sent.CountMail(ctx, l, l.At.Add(-time.Hour), limits.PerHour)
	if err != nil {
		return false, fmt.Errorf("count mail: %w", err)
	}
	return counted, nil
}
