package authn

import (
	"context"

	"twofold/internal/account"
	"twofold/internal/receipt"
	"twofold/internal/secret"
	"twofold/internal/session"
)

var _ account.Engine = (*Service)(nil)

// RevokeOthers revokes what a replaced password of the account has given access to, except for sess: its other sessions, all
// pending sign-ins and step-up tokens, and every known device but the one that sess is used from, which browser, the device
// token, identifies. It returns the new token of sess if that is delivered in a cookie. Call it in the transaction of the
// change.
func (s *Service) RevokeOthers(ctx context.Context, sess session.Session, browser secret.Text) (receipt.Receipt, secret.Text, error) {
	done, err := s.Methods.RevokeAfterChange(ctx, sess)
	if err != nil {
		return receipt.Receipt{}, secret.Text{}, err
	}
	if err := s.trust().RevokeOthers(ctx, sess, browser); err != nil {
		return receipt.Receipt{}, secret.Text{}, err
	}
	return done.Receipt, done.NewToken, nil
}
