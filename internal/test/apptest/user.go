package apptest

import (
	"context"

	accounts "twofold/internal/account"
)

// User is an account whose owner is signed in.
type User struct {
	Email    string
	Password string
	Client   *Client  // signed in with a bearer token
	Phone    *Phone   // the enrolled method; nil without WithTOTP
	Codes    []string // the recovery codes that came with the method
}

// NewUser adds an account and signs in to it with the password alone.
func (h *Server) NewUser(email string) *User {
	h.T.Helper()
	h.AddAccount(email)
	return &User{Email: email, Password: Password, Client: h.SignedIn(email)}
}

// WithTOTP enrolls a phone, which brings the recovery codes too, and advances the clock to the phone's next code.
func (u *User) WithTOTP() *User {
	u.Client.t.Helper()
	u.Phone = u.Client.Begin()
	u.Codes = u.Client.Confirm(u.Phone, u.Phone.Code()).Require(201, "").RecoveryCodes()
	u.Client.h.Clock.Advance(CodePeriod)
	return u
}

// Session returns the signed-in client and the phone.
func (u *User) Session() (*Client, *Phone) { return u.Client, u.Phone }

// SessionAndCodes returns the signed-in client, the phone and the recovery codes.
func (u *User) SessionAndCodes() (*Client, *Phone, []string) { return u.Client, u.Phone, u.Codes }

// AccountID returns the id of the account with an address.
func (h *Server) AccountID(email string) string {
	h.T.Helper()
	a, err := h.App.Accounts.ByEmail(context.Background(), email)
	h.must(err)
	return a.ID
}

// GrantAdmin makes an account an administrator.
func (h *Server) GrantAdmin(email string) {
	h.T.Helper()
	h.must(h.App.SetRole(context.Background(), email, accounts.Admin))
}

// SessionID returns the id of the client's session.
func (c *Client) SessionID() string {
	c.t.Helper()
	return c.Do("GET", PathCurrentSession, nil).Require(200, "").Text("id")
}

// RecoveryCodesLeft returns how many unused recovery codes the account has; -1 if it has no set.
func (c *Client) RecoveryCodesLeft() int {
	c.t.Helper()
	a := c.Do("GET", "/api/v1/mfa", nil).Require(200, "")
	if a.Value("recovery_codes") == nil {
		return -1
	}
	return a.Int("recovery_codes", "remaining")
}

// MethodNames returns the names of the account's methods, in order.
func (c *Client) MethodNames() []string {
	c.t.Helper()
	var names []string
	list, _ := c.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any)
	for _, m := range list {
		method, _ := m.(map[string]any)
		name, _ := method["name"].(string)
		names = append(names, name)
	}
	return names
}
