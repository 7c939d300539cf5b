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

// because is a reason that an administrator gives.
var because = JSON{"reason": "Ticket 4711: came by with a passport"}

// appoint makes an account an administrator.
func appoint(h *apptest.House, email string) {
	h.T.Helper()
	if err := h.App.SetRole(context.Background(), email, accounts.Admin); err != nil {
		h.T.Fatal(err)
	}
}

// office is a house with somebody who looks after accounts: Grace, signed in with her phone.
type office struct {
	*apptest.House
	t     *testing.T
	grace *apptest.Client
	phone *apptest.Phone
}

func openOffice(t *testing.T, h *apptest.House) *office {
	t.Helper()
	o := &office{House: h, t: t}
	o.grace, o.phone = withMFA(h, grace)
	appoint(h, grace)
	return o
}

// id is an account's.
func (o *office) id(email string) string {
	o.t.Helper()
	a, err := o.App.Accounts.ByEmail(context.Background(), email)
	if err != nil {
		o.t.Fatal(err)
	}
	return a.ID
}

// at is the address of an account, or of what can be done to it.
func (o *office) at(email, deed string) string {
	if deed != "" {
		deed = "/" + deed
	}
	return administration + "/" + o.id(email) + deed
}

// permit is Grace's step-up for an account.
func (o *office) permit(email string) string {
	o.t.Helper()
	code := o.phone.Code()
	o.Clock.Advance(stepLength)
	return stepUp(o.grace, "admin.account", JSON{"code": code, "target": o.id(email)})
}

// does something to an account, with a step-up for it.
func (o *office) does(deed, email string) apptest.Answer {
	o.t.Helper()
	return o.grace.Do("POST", o.at(email, deed), because, "Step-Up-Token", o.permit(email))
}

// office is that of a stage. What it asks counts from then on.
func (s *stage) office() *office {
	o := openOffice(s.t, s.h)
	o.grace = s.counted(o.grace)
	return o
}

// deed plays what an administrator does to Ada, who has MFA.
func deed(name string) func(s *stage) {
	return func(s *stage) {
		s.strong()
		o := openOffice(s.t, s.h)
		token := o.permit(ada)
		s.counted(o.grace).Do("POST", o.at(ada, name), because, "Step-Up-Token", token).Want(200, "")
	}
}

var administering = map[string]func(s *stage){
	"findAccounts": func(s *stage) {
		s.office().grace.Do("GET", administration+"?email=ad", nil).Want(200, "")
	},
	"findAccounts further on": func(s *stage) {
		o := s.office()
		o.grace.Do("GET", administration+"?cursor="+o.id(ada), nil).Want(200, "")
	},
	"findAccounts for nobody who may": func(s *stage) {
		s.counted(s.h.SignedIn(ada)).Do("GET", administration, nil).Want(404, "not_found")
	},
	"inspectAccount": func(s *stage) {
		s.strong()
		o := s.office()
		o.grace.Do("GET", o.at(ada, ""), nil).Want(200, "")
	},
	"listAccountActivity": func(s *stage) {
		o := s.office()
		o.grace.Do("GET", o.at(ada, "activity"), nil).Want(200, "")
	},
	"endAccountSessions": deed("end-sessions"),
	"disableAccount":     deed("disable"),
	"resetAccountMfa":    deed("reset-mfa"),
	"enableAccount": func(s *stage) {
		o := openOffice(s.t, s.h)
		o.does("disable", ada).Want(200, "")
		token := o.permit(ada)
		s.counted(o.grace).Do("POST", o.at(ada, "enable"), because, "Step-Up-Token", token).Want(200, "")
	},
	"disableAccount of an administrator": func(s *stage) {
		o := openOffice(s.t, s.h)
		appoint(s.h, ada)
		token := o.permit(ada)
		s.counted(o.grace).Do("POST", o.at(ada, "disable"), because, "Step-Up-Token", token).Want(200, "")
	},
	"getCurrentSession before MFA is required": func(s *stage) {
		script := s.requires("2027-01-01").h.SignedIn(ada)
		s.counted(script).Do("GET", current, nil).Want(200, "")
	},
	"getCurrentSession from before MFA was required": func(s *stage) {
		script := s.h.SignedIn(ada)
		s.requires("2026-01-01")
		s.counted(script.At(s.h)).Do("GET", current, nil).Want(200, "")
	},
	"listSessions from before MFA was required": func(s *stage) {
		script := s.h.SignedIn(ada)
		s.requires("2026-01-01")
		s.counted(script.At(s.h)).Do("GET", "/api/v1/sessions", nil).Want(403, "enrollment_required")
	},
	"signIn where MFA is required": func(s *stage) {
		s.requires("2026-01-01")
		s.counted(s.h.Script("")).SignIn(ada, JSON{"deliver": "token"}).Want(202, "")
	},
	"beginSignInEnrollment": func(s *stage) {
		body := JSON{"sign_in_token": mustEnroll(s.requires("2026-01-01").h, ada)}
		s.counted(s.h.Script("")).Do("POST", enrollment, body).Want(201, "")
	},
	"confirmSignInEnrollment": func(s *stage) {
		body := JSON{"sign_in_token": mustEnroll(s.requires("2026-01-01").h, ada)}
		body["code"] = s.h.Scan(s.h.Script("").Do("POST", enrollment, body).Want(201, "")).Code()
		s.counted(s.h.Script("")).Do("POST", enrolled, body).Want(201, "")
	},
	"confirmSignInEnrollment with a wrong code": func(s *stage) {
		body := JSON{"sign_in_token": mustEnroll(s.requires("2026-01-01").h, ada)}
		body["code"] = s.h.Scan(s.h.Script("").Do("POST", enrollment, body).Want(201, "")).Wrong()
		s.counted(s.h.Script("")).Do("POST", enrolled, body).Want(422, "code_rejected")
	},
}

// requires starts the house anew, with MFA required from a day on.
func (s *stage) requires(from string) *stage {
	h := apptest.StartIn(s.t, s.h.Dir, s.h.Clock, "TWOFOLD_MFA_POLICY=required", "TWOFOLD_MFA_REQUIRED_FROM="+from, "TWOFOLD_SMTP_URL=smtp://127.0.0.1:1")
	h.Hears = s.h.Hears
	s.h = h
	return s
}
