package account

import (
	"context"
	"fmt"

	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/receipt"
	"twofold/internal/secret"
)

// AdminReset is a password reset that an administrator or operator starts.
type AdminReset struct {
	AccountID string
	Actor     string // id of the administrator's account; empty: an operator's command
	Reason    string
	// ReturnLink returns the token of the link to an operator instead of mailing it. Administrators never get it, because with
	// it they could choose the password (ASVS 6.4.6).
	ReturnLink bool
}

// ResetByAdmin removes the account's password and mails a link to set a new one to the address that the user signs in with.
// Until then every sign-in is rejected. MFA stays. It revokes what the old password gave access to, and sends the other
// addresses a notice. A disabled account gets no link, because it could not use one. The returned token is empty unless
// ReturnLink is set. It returns ErrMailUnavailable if the link can be neither mailed nor returned. It runs in the transaction
// of ctx, if there is one.
func (s *Passwords) ResetByAdmin(ctx context.Context, r AdminReset) (token secret.Text, done receipt.Receipt, err error) {
	if !s.Mail && !r.ReturnLink {
		return secret.Text{}, receipt.Receipt{}, ErrMailUnavailable
	}
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		token, done = secret.Text{}, receipt.Receipt{}
		if err := s.Store.Lock(ctx, r.AccountID); err != nil {
			return err
		}
		a, err := s.Store.ByID(ctx, r.AccountID)
		if err != nil {
			return err
		}
		if done.SessionsEnded, err = s.replace(ctx, a.ID, ""); err != nil {
			return err
		}
		// As after a reset that the user requests: the mailbox alone must not be enough to remove MFA as well.
		if !r.ReturnLink && !a.NeedsReset() {
			if err := s.Store.SetResetAt(ctx, a.ID, s.Now()); err != nil {
				return err
			}
		}
		event := audit.Event{Kind: audit.AccountPasswordReset, AccountID: a.ID, Actor: r.Actor, Reason: r.Reason}
		if err := s.Audit.Record(ctx, event); err != nil {
			return err
		}
		withoutLink := addresses(a.Email, a.NoticeEmail)
		switch {
		case a.Disabled():
		case r.ReturnLink:
			token, err = s.issueReset(ctx, a)
		default:
			withoutLink = addresses(a.NoticeEmail)
			done.NoticesSent, err = s.mailReset(ctx, a, notify.PasswordResetByAdmin)
		}
		if err != nil || len(withoutLink) == 0 {
			return err
		}
		mails, err := s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordResetByAdmin, AccountID: a.ID, To: withoutLink})
		done.NoticesSent += mails
		return err
	})
	if err != nil {
		return secret.Text{}, receipt.Receipt{}, fmt.Errorf("reset password: %w", err)
	}
	return token, done, nil
}
