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

// PasswordPolicy validates and hashes new passwords.
type PasswordPolicy interface {
	// ValidateAndHash returns a *password.PolicyError for a password that is not allowed, and password.ErrBusy.
	ValidateAndHash(ctx context.Context, a account.Account, pw secret.Text) (hash string, err error)
	// CancelPendingChanges revokes password reset links and deletes an unconfirmed e-mail address.
	CancelPendingChanges(ctx context.Context, accountID string) error
}

// ChangePassword replaces the account's password and consumes the grant. It ends the account's other sessions and revokes
// all step-up tokens, pending sign-ins and known devices, except the device that the request comes from: the script, or the
// browser with the given device token. It returns stepup.ErrRefused and the errors of PasswordPolicy.ValidateAndHash; none
// of them consumes the grant.
func (s *Service) ChangePassword(ctx context.Context, sess session.Session, grant stepup.Grant, pw, browser secret.Text) (mfa.Receipt, error) {
	a, err := s.Accounts.ByID(ctx, sess.AccountID)
	if err != nil {
		return mfa.Receipt{}, fmt.Errorf("find account: %w", err)
	}
	hash, err := s.PasswordPolicy.ValidateAndHash(ctx, a, pw)
	if err != nil {
		return mfa.Receipt{}, err
	}
	var done mfa.Receipt
	err = s.Store.InTx(ctx, func(ctx context.Context) error {
		if err := s.Accounts.Lock(ctx, a.ID); err != nil {
			return err
		}
		// A concurrent change of the password has revoked the grant.
		if err := s.StepUps.Consume(ctx, grant); err != nil {
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
		device, err := s.deviceOf(ctx, sess, browser)
		if err != nil {
			return err
		}
		if err := s.RevokeTrust(ctx, a.ID, device.ID); err != nil {
			return err
		}
		if done.NoticesSent, err = s.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordChanged, AccountID: a.ID}); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Event{Kind: audit.PasswordChanged, AccountID: a.ID})
	})
	if err != nil {
		return mfa.Receipt{}, fmt.Errorf("change password: %w", err)
	}
	return done, nil
}

// deviceOf returns the device that a session is used from: the browser with the given device token, or the script.
func (s *Service) deviceOf(ctx context.Context, sess session.Session, browser secret.Text) (Device, error) {
	if sess.Delivery == session.Cookie {
		return s.recognize(ctx, sess.AccountID, browser)
	}
	return s.Devices.Find(ctx, sess.AccountID, scriptDigest(audit.ClientOf(ctx)))
}
