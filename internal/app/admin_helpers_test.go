package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// adminReason is the body with the reason that an administrator gives.
var adminReason = JSON{"reason": "Ticket 4711: came by with a passport"}

// adminFixture is a server with an administrator, grace, who is signed in with two factors.
type adminFixture struct {
	*apptest.Server
	t     *testing.T
	grace *apptest.Client
	phone *apptest.Phone
}

func newAdminFixture(t *testing.T, h *apptest.Server) *adminFixture {
	t.Helper()
	o := &adminFixture{Server: h, t: t}
	o.grace, o.phone = h.NewUser(grace).WithTOTP().Session()
	h.GrantAdmin(grace)
	return o
}

// path returns the path of an account, or of an action on it.
func (o *adminFixture) path(email, action string) string {
	o.t.Helper()
	if action != "" {
		action = "/" + action
	}
	return apptest.PathAdminAccounts + "/" + o.AccountID(email) + action
}

// stepUp returns a step-up token of grace for an account.
func (o *adminFixture) stepUp(email string) string {
	o.t.Helper()
	code := o.phone.Code()
	o.Clock.Advance(apptest.CodePeriod)
	return o.grace.StepUpToken("admin.account", JSON{"code": code, "target": o.AccountID(email)})
}

// act performs an action on an account, with a step-up for it.
func (o *adminFixture) act(action, email string) apptest.Response {
	o.t.Helper()
	return o.grace.Do("POST", o.path(email, action), adminReason, "Step-Up-Token", o.stepUp(email))
}

// inviteStepUp returns a step-up token of grace for an invitation.
func (o *adminFixture) inviteStepUp() string {
	o.t.Helper()
	code := o.phone.Code()
	o.Clock.Advance(apptest.CodePeriod)
	return o.grace.StepUpToken("admin.invite", JSON{"code": code})
}

// invite invites an address, with a step-up for it.
func (o *adminFixture) invite(email string) apptest.Response {
	o.t.Helper()
	return o.grace.Do("POST", apptest.PathAdminAccounts, JSON{"email": email, "language": "de"}, "Step-Up-Token", o.inviteStepUp())
}
