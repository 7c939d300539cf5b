package app_test

import (
	"twofold/internal/test/apptest"
)

// adminPlanCases cover each operation of administrators, and those that depend on the MFA policy.
var adminPlanCases = func() map[string]func(s *queryCase) {
	action := func(name string) func(s *queryCase) { // on ada, who has MFA
		return func(s *queryCase) {
			s.withMFA()
			o := newAdminFixture(s.t, s.h)
			token := o.stepUp(ada)
			s.counted(o.grace).Do("POST", o.path(ada, name), adminReason, "Step-Up-Token", token).Require(200, "")
		}
	}
	return map[string]func(s *queryCase){
		"findAccounts": func(s *queryCase) {
			s.admin().grace.Do("GET", apptest.PathAdminAccounts+"?email=ad", nil).Require(200, "")
		},
		"findAccounts, next page": func(s *queryCase) {
			o := s.admin()
			o.grace.Do("GET", apptest.PathAdminAccounts+"?cursor="+o.AccountID(ada), nil).Require(200, "")
		},
		"findAccounts without the role": func(s *queryCase) {
			s.counted(s.h.SignedIn(ada)).Do("GET", apptest.PathAdminAccounts, nil).Require(404, "not_found")
		},
		"inspectAccount": func(s *queryCase) {
			s.withMFA()
			o := s.admin()
			o.grace.Do("GET", o.path(ada, ""), nil).Require(200, "")
		},
		"listAccountActivity": func(s *queryCase) {
			o := s.admin()
			o.grace.Do("GET", o.path(ada, "activity"), nil).Require(200, "")
		},
		"endAccountSessions": action("end-sessions"),
		"disableAccount":     action("disable"),
		"resetAccountMfa":    action("reset-mfa"),

		"resetAccountPassword": action("reset-password"),
		"inviteAccount": func(s *queryCase) {
			o := newAdminFixture(s.t, s.h)
			token := o.inviteStepUp()
			s.counted(o.grace).Do("POST", apptest.PathAdminAccounts, JSON{"email": newAddress}, "Step-Up-Token", token).Require(201, "")
		},
		"inviteAccount again": func(s *queryCase) {
			o := newAdminFixture(s.t, s.h)
			o.invite(newAddress).Require(201, "")
			token := o.inviteStepUp()
			s.counted(o.grace).Do("POST", apptest.PathAdminAccounts, JSON{"email": newAddress}, "Step-Up-Token", token).Require(201, "")
		},
		"enableAccount": func(s *queryCase) {
			o := newAdminFixture(s.t, s.h)
			o.act("disable", ada).Require(200, "")
			token := o.stepUp(ada)
			s.counted(o.grace).Do("POST", o.path(ada, "enable"), adminReason, "Step-Up-Token", token).Require(200, "")
		},
		"disableAccount of an administrator": func(s *queryCase) {
			o := newAdminFixture(s.t, s.h)
			s.h.GrantAdmin(ada)
			token := o.stepUp(ada)
			s.counted(o.grace).Do("POST", o.path(ada, "disable"), adminReason, "Step-Up-Token", token).Require(200, "")
		},
		"getCurrentSession before MFA is required": func(s *queryCase) {
			script := s.requires("2027-01-01").h.SignedIn(ada)
			s.counted(script).Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
		},
		"getCurrentSession from before MFA was required": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			s.requires("2026-01-01")
			s.counted(script.OnServer(s.h)).Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
		},
		"listSessions from before MFA was required": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			s.requires("2026-01-01")
			s.counted(script.OnServer(s.h)).Do("GET", "/api/v1/sessions", nil).Require(403, "enrollment_required")
		},
		"signIn where MFA is required": func(s *queryCase) {
			s.requires("2026-01-01")
			s.counted(s.h.Script("")).SignIn(ada, JSON{"deliver": "token"}).Require(202, "")
		},
		"beginSignInEnrollment": func(s *queryCase) {
			body := JSON{"sign_in_token": s.requires("2026-01-01").h.SignInToEnroll(ada)}
			s.counted(s.h.Script("")).Do("POST", apptest.PathSignInEnrollment, body).Require(201, "")
		},
		"confirmSignInEnrollment": func(s *queryCase) {
			body := JSON{"sign_in_token": s.requires("2026-01-01").h.SignInToEnroll(ada)}
			body["code"] = s.h.PhoneFrom(s.h.Script("").Do("POST", apptest.PathSignInEnrollment, body).Require(201, "")).Code()
			s.counted(s.h.Script("")).Do("POST", apptest.PathConfirmSignInEnrollment, body).Require(201, "")
		},
		"confirmSignInEnrollment with a wrong code": func(s *queryCase) {
			body := JSON{"sign_in_token": s.requires("2026-01-01").h.SignInToEnroll(ada)}
			body["code"] = s.h.PhoneFrom(s.h.Script("").Do("POST", apptest.PathSignInEnrollment, body).Require(201, "")).Wrong()
			s.counted(s.h.Script("")).Do("POST", apptest.PathConfirmSignInEnrollment, body).Require(422, "code_rejected")
		},
	}
}()
