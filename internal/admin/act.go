package admin

import (
	"context"
	"fmt"
	"time"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/notify"
	"twofold/internal/stepup"
)

// Act is something that is done to an account.
type Act struct {
	On     string       // the account's id
	By     string       // the administrator's account; empty: a command
	Grant  stepup.Grant // of the administrator, for this account; without By there is none
	Reason string
}

// event is what is recorded of it.
func (a Act) event(kind audit.Kind) audit.Event {
	return audit.Event{Kind: kind, AccountID: a.On, Actor: a.By, Reason: a.Reason}
}

// Done is what it did.
type Done struct {
	Methods       int // that were removed
	SessionsEnded int
	NoticesSent   int // mails on their way
	CodesLeft     int // recovery codes
}

// EndSessions ends what the account's proofs have opened. Like all that follow it answers ErrOwnAccount, ErrReason,
// ErrNotFound and stepup.ErrRefused; none of them spends or changes anything.
func (s *Service) EndSessions(ctx context.Context, act Act) (Done, error) {
	return s.do(ctx, act, func(ctx context.Context, act Act, _ account.Account, done *Done) (err error) {
		if done.SessionsEnded, err = s.Access.EndAll(ctx, act.On); err != nil {
			return err
		}
		return s.Audit.Record(ctx, act.event(audit.SessionEnded))
	})
}

// Disable lets nobody sign in to the account until Enable, and ends what is open: sessions, sign-ins, step-up tokens,
// links that could hand the account over, and a removal of MFA. It answers ErrLastAdministrator too.
func (s *Service) Disable(ctx context.Context, act Act) (Done, error) {
	return s.do(ctx, act, func(ctx context.Context, act Act, target account.Account, done *Done) error {
		if target.Role == account.Admin && !target.Disabled() {
			others, err := s.Store.OtherAdministrators(ctx, target.ID)
			if err != nil {
				return err
			}
			if len(others) == 0 {
				return ErrLastAdministrator
			}
		}
		if err := s.close(ctx, target.ID, done); err != nil || target.Disabled() {
			return err
		}
		return s.switchTo(ctx, act, s.Now(), done)
	})
}

// Enable undoes Disable: password and methods are what they were.
func (s *Service) Enable(ctx context.Context, act Act) (Done, error) {
	return s.do(ctx, act, func(ctx context.Context, act Act, target account.Account, done *Done) error {
		if !target.Disabled() {
			return nil
		}
		return s.switchTo(ctx, act, time.Time{}, done)
	})
}

// switchTo disables the account at a time, or enables it at none, and says so.
func (s *Service) switchTo(ctx context.Context, act Act, at time.Time, done *Done) (err error) {
	notice, event := notify.AccountDisabled, audit.AccountDisabled
	if at.IsZero() {
		notice, event = notify.AccountEnabled, audit.AccountEnabled
	}
	if err := s.Store.SetDisabled(ctx, act.On, at); err != nil {
		return err
	}
	if done.NoticesSent, err = s.Notices.Post(ctx, notify.Notice{Kind: notice, AccountID: act.On}); err != nil {
		return err
	}
	return s.Audit.Record(ctx, act.event(event))
}

// ResetMFA takes every method, recovery code and enrollment off an account whose owner has lost everything, and ends what
// is open, as Disable does. The password stays.
func (s *Service) ResetMFA(ctx context.Context, act Act) (Done, error) {
	return s.do(ctx, act, func(ctx context.Context, act Act, target account.Account, done *Done) error {
		if err := s.close(ctx, target.ID, done); err != nil {
			return err
		}
		methods, change, err := s.Methods.Reset(ctx, target.ID, act.By, act.Reason)
		done.Methods, done.NoticesSent = methods, change.NoticesSent
		return err
	})
}

// close ends whatever is open or under way in an account.
func (s *Service) close(ctx context.Context, accountID string, done *Done) (err error) {
	if done.SessionsEnded, err = s.Access.EndAll(ctx, accountID); err != nil {
		return err
	}
	if err := s.Accounts.EndHandover(ctx, accountID); err != nil {
		return err
	}
	return s.Removals.Overruled(ctx, accountID)
}

// do does something to an account in one transaction, in which nobody else changes its proofs, and spends the grant.
func (s *Service) do(ctx context.Context, act Act, do func(ctx context.Context, act Act, target account.Account, done *Done) error) (Done, error) {
	if act.On == act.By {
		return Done{}, ErrOwnAccount
	}
	var err error
	if act.Reason, err = reason(act.Reason); err != nil {
		return Done{}, err
	}
	var done Done
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		done = Done{}
		if err := s.Store.Lock(ctx, act.On); err != nil {
			return err
		}
		target, err := s.find(ctx, act.On)
		if err != nil {
			return err
		}
		if act.By != "" {
			if err := s.StepUps.Spend(ctx, act.Grant); err != nil {
				return err
			}
		}
		if err := do(ctx, act, target, &done); err != nil {
			return err
		}
		stock, err := s.Methods.Stock(ctx, act.On)
		done.CodesLeft = stock.Left
		return err
	})
	if err != nil {
		return Done{}, fmt.Errorf("look after account: %w", err)
	}
	return done, nil
}
