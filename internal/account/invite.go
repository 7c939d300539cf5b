package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"twofold/internal/audit"
	"twofold/internal/maillink"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/stepup"
)

// NewInvitation is an invitation that an administrator or operator sends.
type NewInvitation struct {
	Email    string
	Language string       // of the mail and the account: BCP 47; empty: English
	Actor    string       // id of the administrator's account; empty: an operator's command
	Grant    stepup.Grant // the administrator's step-up; zero if there is no Actor
	// ReturnLink returns the token of the link to an operator instead of mailing it. Administrators never get it, because with
	// it they could choose the password.
	ReturnLink bool
}

// Invitation is a link with which a user sets the first password of an account.
type Invitation struct {
	Account   Account
	Token     secret.Text // empty unless ReturnLink was set
	ExpiresAt time.Time
}

// Invite adds an account without a password and mails its address a link to set the first one. If the account exists and has
// never had a password, it sends a new link and revokes the older one. It consumes the grant. It returns ErrMailUnavailable,
// ErrInvalidEmail, ErrEmailTaken or stepup.ErrRefused; none of them consumes the grant.
func (s *Service) Invite(ctx context.Context, n NewInvitation) (Invitation, error) {
	if !s.Mail && !n.ReturnLink {
		return Invitation{}, ErrMailUnavailable
	}
	n.Email = CanonicalEmail(n.Email)
	if err := checkEmail(n.Email); err != nil {
		return Invitation{}, err
	}
	event := audit.Event{Actor: n.Actor}
	if n.Actor == "" {
		event.Reason = "command"
	}
	var done Invitation
	err := s.Store.InTx(ctx, func(ctx context.Context) error {
		if n.Actor != "" {
			if err := s.StepUps.Consume(ctx, n.Grant); err != nil {
				return err
			}
		}
		a, added, err := s.addInvited(ctx, n)
		if err != nil {
			return err
		}
		event.AccountID = a.ID
		if added {
			event.Kind = audit.AccountCreated
			if err := s.Audit.Record(ctx, event); err != nil {
				return err
			}
		}
		done = Invitation{Account: a, ExpiresAt: s.Now().Add(s.InvitationLifetime)}
		token, err := s.Links.Issue(ctx, a.ID, maillink.ResetPassword, maillink.Invitation, s.InvitationLifetime)
		if err != nil {
			return err
		}
		if n.ReturnLink {
			done.Token = token
		} else if err := s.mailInvitation(ctx, done, token); err != nil {
			return err
		}
		event.Kind = audit.AccountInvited
		return s.Audit.Record(ctx, event)
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite: %w", err)
	}
	return done, nil
}

// addInvited adds the account of an invitation. If its address has an enabled account that has never had a password,
// addInvited revokes that account's links and returns it. For every other account it returns ErrEmailTaken.
func (s *Service) addInvited(ctx context.Context, n NewInvitation) (a Account, added bool, err error) {
	a = Account{ID: s.NewID(), Email: n.Email, Language: cmp.Or(n.Language, "en"), CreatedAt: s.Now()}
	if err := s.Store.Insert(ctx, a); !errors.Is(err, ErrEmailTaken) {
		return a, err == nil, err
	}
	if a, err = s.Store.ByEmail(ctx, n.Email); err != nil {
		return Account{}, false, err
	}
	if err := s.Store.Lock(ctx, a.ID); err != nil {
		return Account{}, false, err
	}
	if a, err = s.Store.ByID(ctx, a.ID); err != nil { // again, because the user may have set the password before the lock
		return Account{}, false, err
	}
	if !a.PasswordChangedAt.IsZero() || a.Disabled() || a.Email != n.Email {
		return Account{}, false, ErrEmailTaken
	}
	return a, false, s.Links.RevokeAll(ctx, a.ID, maillink.ResetPassword, "")
}

// mailInvitation mails the link to the address of the account. The mail does not state where the invitation was sent from,
// because that is the administrator's device.
func (s *Service) mailInvitation(ctx context.Context, i Invitation, token secret.Text) error {
	_, err := s.Notices.Enqueue(audit.WithClient(ctx, audit.Client{}), notify.Notice{
		Kind: notify.Invitation, AccountID: i.Account.ID, To: []string{i.Account.Email}, Until: i.ExpiresAt,
		Links: []notify.Action{{Purpose: maillink.ResetPassword, Token: token, Path: maillink.InvitationPath}},
	})
	return err
}
