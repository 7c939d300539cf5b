package admin

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/receipt"
	"twofold/internal/secret"
	"twofold/internal/stepup"
)

// Action is the target, actor and reason of an administrative action.
type Action struct {
	Target string       // id of the account that is changed
	Actor  string       // id of the administrator's account; empty: an operator's command
	Grant  stepup.Grant // the administrator's step-up for the target; zero if there is no Actor
	Reason string
}

// event returns the audit event of the action.
func (a Action) event(kind audit.Kind) audit.Event {
	return audit.Event{Kind: kind, AccountID: a.Target, Actor: a.Actor, Reason: a.Reason}
}

// EndSessions ends the account's sessions, pending sign-ins and step-up tokens and forgets its devices. Like every action
// below it returns ErrOwnAccount, ErrReasonRequired, ErrNotFound and stepup.ErrRefused; none of them changes anything or
// consumes the grant.
func (s *Service) EndSessions(ctx context.Context, act Action) (receipt.Receipt, error) {
	return s.run(ctx, act, func(ctx context.Context, act Action, _ account.Account, done *receipt.Receipt) (err error) {
		if done.SessionsEnded, err = s.Revoker.RevokeAll(ctx, act.Target); err != nil {
			return err
		}
		return s.Audit.Record(ctx, act.event(audit.SessionEnded))
	})
}

// Disable rejects every sign-in to the account until Enable. It revokes sessions, pending sign-ins, step-up tokens, devices
// and pending changes, and cancels an MFA removal. It also returns ErrLastAdministrator.
func (s *Service) Disable(ctx context.Context, act Action) (receipt.Receipt, error) {
	return s.run(ctx, act, func(ctx context.Context, act Action, target account.Account, done *receipt.Receipt) error {
		if target.Role == account.Admin && !target.Disabled() {
			others, err := s.Store.OtherAdministrators(ctx, target.ID)
			if err != nil {
				return err
			}
			if len(others) == 0 {
				return ErrLastAdministrator
			}
		}
		if err := s.endAccess(ctx, target.ID, done); err != nil || target.Disabled() {
			return err
		}
		return s.setDisabled(ctx, act, s.Now(), done)
	})
}

// Enable lets the account sign in again, with the password and methods that it had before.
func (s *Service) Enable(ctx context.Context, act Action) (receipt.Receipt, error) {
	return s.run(ctx, act, func(ctx context.Context, act Action, target account.Account, done *receipt.Receipt) error {
		if !target.Disabled() {
			return nil
		}
		return s.setDisabled(ctx, act, time.Time{}, done)
	})
}

// setDisabled disables the account at a time, or enables it if at is zero, and notifies the owner.
func (s *Service) setDisabled(ctx context.Context, act Action, at time.Time, done *receipt.Receipt) (err error) {
	notice, event := notify.AccountDisabled, audit.AccountDisabled
	if at.IsZero() {
		notice, event = notify.AccountEnabled, audit.AccountEnabled
	}
	if err := s.Store.SetDisabled(ctx, act.Target, at); err != nil {
		return err
	}
	if done.NoticesSent, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notice, AccountID: act.Target}); err != nil {
		return err
	}
	return s.Audit.Record(ctx, act.event(event))
}

// ResetMFA removes every method, recovery code and enrollment of an account whose owner has lost all of them, and revokes
// what Disable revokes. The password stays. It returns the number of methods removed.
func (s *Service) ResetMFA(ctx context.Context, act Action) (methods int, done receipt.Receipt, err error) {
	done, err = s.run(ctx, act, func(ctx context.Context, act Action, target account.Account, done *receipt.Receipt) error {
		if err := s.endAccess(ctx, target.ID, done); err != nil {
			return err
		}
		removed, reset, err := s.Methods.Reset(ctx, target.ID, act.Actor, act.Reason)
		methods, done.NoticesSent = removed, reset.NoticesSent
		return err
	})
	if err != nil {
		return 0, receipt.Receipt{}, err
	}
	return methods, done, nil
}

// ResetPassword removes the account's password and mails its owner a link to set a new one; see
// [account.Passwords.ResetByAdmin]. MFA stays. If an operator calls it with returnLink, it returns the link's token instead of
// mailing the link. It also returns account.ErrMailUnavailable.
func (s *Service) ResetPassword(ctx context.Context, act Action, returnLink bool) (link secret.Text, done receipt.Receipt, err error) {
	done, err = s.run(ctx, act, func(ctx context.Context, act Action, target account.Account, done *receipt.Receipt) (err error) {
		if err := s.Removals.CancelByAdmin(ctx, target.ID); err != nil {
			return err
		}
		link, *done, err = s.Passwords.ResetByAdmin(ctx, account.AdminReset{
			AccountID: target.ID, Actor: act.Actor, Reason: act.Reason, ReturnLink: returnLink && act.Actor == "",
		})
		return err
	})
	if err != nil {
		return secret.Text{}, receipt.Receipt{}, err
	}
	return link, done, nil
}

// endAccess revokes what the account's credentials have given access to, its pending changes, and an MFA removal in progress.
func (s *Service) endAccess(ctx context.Context, accountID string, done *receipt.Receipt) (err error) {
	if done.SessionsEnded, err = s.Revoker.RevokeAll(ctx, accountID); err != nil {
		return err
	}
	if err := s.Pending.CancelPendingChanges(ctx, accountID); err != nil {
		return err
	}
	return s.Removals.CancelByAdmin(ctx, accountID)
}

// run calls do in one transaction, with the target account locked and the grant consumed, and completes the receipt.
func (s *Service) run(ctx context.Context, act Action, do func(ctx context.Context, act Action, target account.Account, done *receipt.Receipt) error) (receipt.Receipt, error) {
	if act.Target == act.Actor {
		return receipt.Receipt{}, ErrOwnAccount
	}
	var err error
	if act.Reason, err = parseReason(act.Reason); err != nil {
		return receipt.Receipt{}, err
	}
	var done receipt.Receipt
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		done = receipt.Receipt{}
		if err := s.Store.Lock(ctx, act.Target); err != nil {
			return err
		}
		target, err := s.find(ctx, act.Target)
		if err != nil {
			return err
		}
		if act.Actor != "" {
			if err := s.StepUps.Consume(ctx, act.Grant); err != nil {
				return err
			}
		}
		if err := do(ctx, act, target, &done); err != nil {
			return err
		}
		done.RecoveryCodesLeft, err = s.Methods.RecoveryCodesLeft(ctx, act.Target)
		return err
	})
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("act on account: %w", err)
	}
	return done, nil
}
