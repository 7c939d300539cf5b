package admin

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/receipt"
	"twofold/internal/stepup"
)

// Action is something that is done to an account.
type Action struct {
	Target string       // the account's id
	Actor  string       // the administrator's account; empty: a command
	Grant  stepup.Grant // of the administrator, for this account; without By there is none
	Reason string
}

// event is what is recorded of it.
func (a Action) event(kind audit.Kind) audit.Event {
	return audit.Event{Kind: kind, AccountID: a.Target, Actor: a.Actor, Reason: a.Reason}
}

// EndSessions ends what the account's proofs have opened. Like all that follow it answers ErrOwnAccount, ErrReason,
// ErrNotFound and stepup.ErrRefused; none of them spends or changes anything.
func (s *Service) EndSessions(ctx context.Context, act Action) (receipt.Receipt, error) {
	return s.run(ctx, act, func(ctx context.Context, act Action, _ account.Account, done *receipt.Receipt) (err error) {
		if done.SessionsEnded, err = s.Revoker.RevokeAll(ctx, act.Target); err != nil {
			return err
		}
		return s.Audit.Record(ctx, act.event(audit.SessionEnded))
	})
}

// Disable lets nobody sign in to the account until Enable, and ends what is open: sessions, sign-ins, step-up tokens,
// links that could hand the account over, and a removal of MFA. It answers ErrLastAdministrator too.
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

// Enable undoes Disable: password and methods are what they were.
func (s *Service) Enable(ctx context.Context, act Action) (receipt.Receipt, error) {
	return s.run(ctx, act, func(ctx context.Context, act Action, target account.Account, done *receipt.Receipt) error {
		if !target.Disabled() {
			return nil
		}
		return s.setDisabled(ctx, act, time.Time{}, done)
	})
}

// setDisabled disables the account at a time, or enables it at none, and says so.
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

// ResetMFA takes every method, recovery code and enrollment off an account whose owner has lost everything, and ends what
// is open, as Disable does. The password stays.
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

// endAccess ends whatever is open or under way in an account.
func (s *Service) endAccess(ctx context.Context, accountID string, done *receipt.Receipt) (err error) {
	if done.SessionsEnded, err = s.Revoker.RevokeAll(ctx, accountID); err != nil {
		return err
	}
	if err := s.Accounts.CancelPendingChanges(ctx, accountID); err != nil {
		return err
	}
	return s.Removals.CancelByAdmin(ctx, accountID)
}

// run does something to an account in one transaction, in which nobody else changes its proofs, and spends the grant.
func (s *Service) run(ctx context.Context, act Action, do func(ctx context.Context, act Action, target account.Account, done *receipt.Receipt) error) (receipt.Receipt, error) {
	if act.Target == act.Actor {
		return receipt.Receipt{}, ErrOwnAccount
	}
	var err error
	if act.Reason, err = reason(act.Reason); err != nil {
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
		stock, err := s.Methods.RecoveryCodeStatus(ctx, act.Target)
		done.RecoveryCodesLeft = stock.Left
		return err
	})
	if err != nil {
		return receipt.Receipt{}, fmt.Errorf("look after account: %w", err)
	}
	return done, nil
}
