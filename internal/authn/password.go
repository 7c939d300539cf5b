package authn

import (
	"context"
	"fmt"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
)

// Rules say what may be an account's next password, and hash it.
type Rules interface {
	// HashNew answers an *password.UnacceptableError for one that may not, and password.ErrBusy.
	HashNew(ctx context.Context, a account.Account, pw secret.Text) (hash string, err error)
	// EndHandover ends reset links, and an address that waits to be confirmed.
	EndHandover(ctx context.Context, accountID string) error
}

// ChangePassword gives the account another password and spends the grant with it. It ends the account's other sessions,
// all step-up tokens, the sign-ins that wait for a code, and the recognition of other devices than the one it is called
// from, which the token of a browser tells. It answers stepup.ErrRefused and the errors of Rules; none of them spends
// anything.
func (s *Service) ChangePassword(ctx context.Context, sess session.Session, grant stepup.Grant, pw, browser secret.Text) (mfa.Change, error) {
	a, err := s.Accounts.ByID(ctx, sess.AccountID)
	if err != nil {
		return mfa.Change{}, fmt.Errorf("find account: %w", err)
	}
	hash, err := s.Rules.HashNew(ctx, a, pw)
	if err != nil {
		return mfa.Change{}, err
	}
	var done mfa.Change
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, a.ID); err != nil {
			return err
		}
		if err := s.StepUps.Spend(ctx, grant); err != nil { // whoever changed it in between has ended this grant
			return err
		}
		if err := s.Accounts.SetPassword(ctx, a.ID, hash, s.Now()); err != nil {
			return err
		}
		if err := s.Rules.EndHandover(ctx, a.ID); err != nil {
			return err
		}
		if done, err = s.Methods.ProofsChanged(ctx, sess); err != nil {
			return err
		}
		here, err := s.deviceOf(ctx, sess, browser)
		if err != nil {
			return err
		}
		if err := s.Forget(ctx, a.ID, here.ID); err != nil {
			return err
		}
		if done.NoticesSent, err = s.Notices.Post(ctx, notify.Notice{Kind: notify.PasswordChanged, AccountID: a.ID}); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordChanged, AccountID: a.ID})
	})
	if err != nil {
		return mfa.Change{}, fmt.Errorf("change password: %w", err)
	}
	return done, nil
}

// deviceOf is the device that a session is used from: the browser's, or the script's.
func (s *Service) deviceOf(ctx context.Context, sess session.Session, browser secret.Text) (Device, error) {
	if sess.Delivery == session.Cookie {
		return s.recognize(ctx, sess.AccountID, browser)
	}
	return s.Devices.Find(ctx, sess.AccountID, scriptDigest(audit.ClientOf(ctx)))
}
