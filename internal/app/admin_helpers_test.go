package app_test

import (
	"context"
	"testing"

	accounts "twofold/internal/account"
	"twofold/internal/test/apptest"
)

const (
	administration = "/api/v1/admin/accounts"
	grace          = "grace@example.com"
)

// adminReason is a reason that an administrator gives.
var adminReason = JSON{"reason": "Ticket 4711: came by with a passport"}

// grantAdmin makes an account an administrator.
func grantAdmin(h *apptest.Server, email string) {
	h.T.Helper()
	if err := h.App.SetRole(context.Background(), email, accounts.Admin); err != nil {
		h.T.Fatal(err)
	}
}

// adminFixture is a house with somebody who looks after accounts: Grace, signed in with her phone.
type adminFixture struct {
	*apptest.Server
	t     *testing.T
	grace *apptest.Client
	phone *apptest.Phone
}

func newAdminFixture(t *testing.T, h *apptest.Server) *adminFixture {
	t.Helper()
	o := &adminFixture{Server: h, t: t}
	o.grace, o.phone = withMFA(h, grace)
	grantAdmin(h, grace)
	return o
}

// id is an account's.
func (o *adminFixture) id(email string) string {
	o.t.Helper()
	a, err := o.App.Accounts.ByEmail(context.Background(), email)
	if err != nil {
		o.t.Fatal(err)
	}
	return a.ID
}

// at is the address of an account, or of what can be done to it.
func (o *adminFixture) at(email, deed string) string {
	if deed != "" {
		deed = "/" + deed
	}
	return administration + "/" + o.id(email) + deed
}

// adminStepUp is Grace's step-up for an account.
func (o *adminFixture) adminStepUp(email string) string {
	o.t.Helper()
	code := o.phone.Code()
	o.Clock.Advance(stepLength)
	return stepUp(o.grace, "admin.account", JSON{"code": code, "target": o.id(email)})
}

// adminAction something to an account, with a step-up for it.
func (o *adminFixture) adminAction(deed, email string) apptest.Response {
	o.t.Helper()
	return o.grace.Do("POST", o.at(email, deed), adminReason, "Step-Up-Token", o.adminStepUp(email))
}

// adminFixture is that of a stage. What it asks counts from then on.
func (s *budgetCase) office() *adminFixture {
	o := newAdminFixture(s.t, s.h)
	o.grace = s.counted(o.grace)
	return o
}

// deed plays what an administrator does to Ada, who has MFA.
func deed(name string) func(s *budgetCase) {
	return func(s *budgetCase) {
		s.strong()
		o := newAdminFixture(s.t, s.h)
		token := o.adminStepUp(ada)
		s.counted(o.grace).Do("POST", o.at(ada, name), adminReason, "Step-Up-Token", token).Require(200, "")
	}
}

var administering = map[string]func(s *budgetCase){
	"findAccounts": func(s *budgetCase) {
		s.office().grace.Do("GET", administration+"?email=ad", nil).Require(200, "")
	},
	"findAccounts further on": func(s *budgetCase) {
		o := s.office()
		o.grace.Do("GET", administration+"?cursor="+o.id(ada), nil).Require(200, "")
	},
	"findAccounts for nobody who may": func(s *budgetCase) {
		s.counted(s.h.SignedIn(ada)).Do("GET", administration, nil).Require(404, "not_found")
	},
	"inspectAccount": func(s *budgetCase) {
		s.strong()
		o := s.office()
		o.grace.Do("GET", o.at(ada, ""), nil).Require(200, "")
	},
	"listAccountActivity": func(s *budgetCase) {
		o := s.office()
		o.grace.Do("GET", o.at(ada, "activity"), nil).Require(200, "")
	},
	"endAccountSessions": deed("end-sessions"),
	"disableAccount":     deed("disable"),
	"resetAccountMfa":    deed("reset-mfa"),
	"enableAccount": func(s *budgetCase) {
		o := newAdminFixture(s.t, s.h)
		o.adminAction("disable", ada).Require(200, "")
		token := o.adminStepUp(ada)
		s.counted(o.grace).Do("POST", o.at(ada, "enable"), adminReason, "Step-Up-Token", token).Require(200, "")
	},
	"disableAccount of an administrator": func(s *budgetCase) {
		o := newAdminFixture(s.t, s.h)
		grantAdmin(s.h, ada)
		token := o.adminStepUp(ada)
		s.counted(o.grace).Do("POST", o.at(ada, "disable"), adminReason, "Step-Up-Token", token).Require(200, "")
	},
	"getCurrentSession before MFA is required": func(s *budgetCase) {
		script := s.requires("2027-01-01").h.SignedIn(ada)
		s.counted(script).Do("GET", current, nil).Require(200, "")
	},
	"getCurrentSession from before MFA was required": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		s.requires("2026-01-01")
		s.counted(script.OnServer(s.h)).Do("GET", current, nil).Require(200, "")
	},
	"listSessions from before MFA was required": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		s.requires("2026-01-01")
		s.counted(script.OnServer(s.h)).Do("GET", "/api/v1/sessions", nil).Require(403, "enrollment_required")
	},
	"signIn where MFA is required": func(s *budgetCase) {
		s.requires("2026-01-01")
		s.counted(s.h.Script("")).SignIn(ada, JSON{"deliver": "token"}).Require(202, "")
	},
	"beginSignInEnrollment": func(s *budgetCase) {
		body := JSON{"sign_in_token": mustEnroll(s.requires("2026-01-01").h, ada)}
		s.counted(s.h.Script("")).Do("POST", enrollment, body).Require(201, "")
	},
	"confirmSignInEnrollment": func(s *budgetCase) {
		body := JSON{"sign_in_token": mustEnroll(s.requires("2026-01-01").h, ada)}
		body["code"] = s.h.PhoneFrom(s.h.Script("").Do("POST", enrollment, body).Require(201, "")).Code()
		s.counted(s.h.Script("")).Do("POST", enrolled, body).Require(201, "")
	},
	"confirmSignInEnrollment with a wrong code": func(s *budgetCase) {
		body := JSON{"sign_in_token": mustEnroll(s.requires("2026-01-01").h, ada)}
		body["code"] = s.h.PhoneFrom(s.h.Script("").Do("POST", enrollment, body).Require(201, "")).Wrong()
		s.counted(s.h.Script("")).Do("POST", enrolled, body).Require(422, "code_rejected")
	},
}

// requires starts the house anew, with MFA required from a day on.
func (s *budgetCase) requires(from string) *budgetCase {
	h := apptest.StartIn(s.t, s.h.Dir, s.h.Clock, "TWOFOLD_MFA_POLICY=required", "TWOFOLD_MFA_REQUIRED_FROM="+from, "TWOFOLD_SMTP_URL=smtp://127.0.0.1:1")
	h.OnStatement = s.h.OnStatement
	s.h = h
	return s
}
