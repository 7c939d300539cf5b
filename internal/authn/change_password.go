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

// PasswordPolicy say what may be an account's next password, and hash it.
type PasswordPolicy interface {
	// ValidateAndHash answers an *password.PolicyError for one that may not, and password.ErrBusy.
	ValidateAndHash(ctx context.Context, a account.Account, pw secret.Text) (hash string, err error)
	// CancelPendingChanges ends reset links, and an address that waits to be confirmed.
	CancelPendingChanges(ctx context.Context, accountID string) error
}

// ChangePassword gives the account another password and spends the grant with it. It ends the account's other sessions,
// all step-up tokens, the sign-ins that wait for a code, and the recognition of other devices than the one it is called
// from, which the token of a browser tells. It answers stepup.ErrRefused and the errors of Rules; none of them spends
// anything.
func (s *Service) ChangePassword(ctx context.Context, sess session.Session, grant stepup.Grant, pw, browser secret.Text) (mfa.ChangeResult, error) {
	a, err := s.Accounts.ByID(ctx, sess.AccountID)
	if err != nil {
		return mfa.ChangeResult{}, fmt.Errorf("find account: %w", err)
	}
	hash, err := s.PasswordPolicy.ValidateAndHash(ctx, a, pw)
	if err != nil {
		return mfa.ChangeResult{}, err
	}
	var done mfa.ChangeResult
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, a.ID); err != nil {
			return err
		}
		if err := s.StepUps.Consume(ctx, grant); err != nil { // whoever changed it in between has ended this grant
			return err
		}
		if err := s.Accounts.SetPassword(ctx, a.ID, hash, s.Now()); err != nil {
			return err
		}
		if err := s.PasswordPolicy.CancelPendingChanges(ctx, a.ID); err != nil {
			return err
		}
		if done, err = s.Methods.RevokeAfterChange(ctx, sess); err != nil {
			return err
		}
		here, err := s.deviceOf(ctx, sess, browser)
		if err != nil {
			return err
		}
		if err := s.RevokeTrust(ctx, a.ID, here.ID); err != nil {
			return err
		}
		if done.NoticesSent, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordChanged, AccountID: a.ID}); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordChanged, AccountID: a.ID})
	})
	if err != nil {
		return mfa.ChangeResult{}, fmt.Errorf("change password: %w", err)
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
