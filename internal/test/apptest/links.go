package apptest

import (
	"context"

	"twofold/internal/notify"
	"twofold/internal/secret"
)

// RequestPasswordReset requests a password reset link.
func (h *Server) RequestPasswordReset(address string) {
	h.T.Helper()
	h.Script("").Do("POST", PathPasswordResets, JSON{"email": address}).Require(202, "")
}

// PasswordResetToken requests a password reset link and returns its token.
func (h *Server) PasswordResetToken(address string) string {
	h.T.Helper()
	h.RequestPasswordReset(address)
	return h.Queued("password_reset_link", address).Token("reset_password")
}

// ResetPassword sets a password with a link's token and returns the response, whatever its status.
func (h *Server) ResetPassword(token, password string) Response {
	h.T.Helper()
	return h.Script("").Do("POST", PathCompletePasswordReset, JSON{"token": token, "new_password": password})
}

// ForceReset removes an account's password, as a dispute does.
func (h *Server) ForceReset(accountID string) {
	h.T.Helper()
	_, err := h.App.Passwords.ForceReset(context.Background(), accountID)
	h.must(err)
}

// ChangeAddress requests a new address at PathEmail or PathNoticeEmail, after a step-up, and returns the response.
func (c *Client) ChangeAddress(path, address string, credentials ...JSON) Response {
	c.t.Helper()
	return c.Do("PUT", path, JSON{"email": address}, "Step-Up-Token", c.StepUpToken("account.email", credentials...))
}

// AddressToken requests a new address and returns the token of the link that was mailed to it.
func (c *Client) AddressToken(path, address string, credentials ...JSON) string {
	c.t.Helper()
	c.ChangeAddress(path, address, credentials...).Require(202, "")
	kind := map[string]string{PathEmail: "confirm_email", PathNoticeEmail: "confirm_notice_email"}[path]
	return c.h.Queued(kind, address).Token("confirm_address")
}

// ConfirmAddress confirms an address with a link's token and returns the response, whatever its status.
func (h *Server) ConfirmAddress(token string) Response {
	h.T.Helper()
	return h.Script("").Do("POST", PathConfirmAddress, JSON{"token": token})
}

// MoveAddress requests a new address and confirms it.
func (c *Client) MoveAddress(path, address string, credentials ...JSON) {
	c.t.Helper()
	c.h.ConfirmAddress(c.AddressToken(path, address, credentials...)).Require(200, "")
}

// Dispute follows the "this was not me" link of the newest mail of a kind and returns the response.
func (h *Server) Dispute(kind, to string) Response {
	h.T.Helper()
	return h.Script("").Do("POST", PathNotMe, JSON{"token": h.Queued(kind, to).Token("not_me")})
}

// Enqueue puts a notice into the outbox in a transaction of its own, as a change made with Firefox on Linux would.
func (h *Server) Enqueue(n notify.Notice) {
	h.T.Helper()
	ctx := firefox(context.Background())
	h.must(h.App.Notices.Store.InTx(ctx, func(ctx context.Context) error {
		_, err := h.App.Notices.Enqueue(ctx, n)
		return err
	}))
}

// ChangePasswordWithNotice changes a password and enqueues its notice in one transaction, as a service does.
func (h *Server) ChangePasswordWithNotice(accountID, password string) error {
	return h.App.Notices.Store.InTx(context.Background(), func(ctx context.Context) error {
		if err := h.App.Passwords.Set(ctx, accountID, secret.New(password)); err != nil {
			return err
		}
		_, err := h.App.Notices.Enqueue(ctx, notify.Notice{Kind: notify.PasswordChanged, AccountID: accountID})
		return err
	})
}
