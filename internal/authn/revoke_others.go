package authn

import (
	"context"

	"twofold/internal/account"
	"twofold/internal/audit"
	"twofold/internal/receipt"
	"twofold/internal/secret"
	"twofold/internal/session"
)

var _ account.Engine = (*Service)(nil)

// RevokeOthers revokes what a replaced password of the account has opened, except for sess: its other sessions, all pending
// sign-ins and step-up tokens, and every known device but the one that sess is used from, which browser, the device token,
// identifies. It returns the new token of sess if that is delivered in a cookie. Call it in the transaction of the change.
func (s *Service) RevokeOthers(ctx context.Context, sess session.Session, browser secret.Text) (receipt.Receipt, secret.Text, error) {
	done, err := s.Methods.RevokeAfterChange(ctx, sess)
	if err != nil {
		return receipt.Receipt{}, secret.Text{}, err
	}
	device, err := s.deviceOf(ctx, sess, browser)
	if err != nil {
		return receipt.Receipt{}, secret.Text{}, err
	}
	if err := s.RevokeTrust(ctx, sess.AccountID, device.ID); err != nil {
		return receipt.Receipt{}, secret.Text{}, err
	}
	return done.Receipt, done.NewToken, nil
}

// deviceOf returns the device that a session is used from: a browser for a cookie session, otherwise a script.
func (s *Service) deviceOf(ctx context.Context, sess session.Session, browser secret.Text) (Device, error) {
	if sess.Delivery == session.Cookie {
		return s.recognize(ctx, sess.AccountID, browser)
	}
	return s.Devices.Find(ctx, sess.AccountID, scriptDigest(audit.ClientOf(ctx)))
}
