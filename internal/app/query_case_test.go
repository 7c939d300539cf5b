package app_test

import (
	"testing"

	"twofold/internal/store"
	"twofold/internal/test/apptest"
)

// queryCase is a server on which ada has an account, and statistics of the requests that the case is about.
type queryCase struct {
	t     *testing.T
	h     *apptest.Server
	stats store.QueryStats
}

// counted returns a client whose requests are counted.
func (s *queryCase) counted(c *apptest.Client) *apptest.Client { return c.WithStats(&s.stats) }

// withMFA enrolls a phone and returns the session, the phone and the recovery codes.
func (s *queryCase) withMFA() (*apptest.Client, *apptest.Phone, []string) {
	script := s.h.SignedIn(ada)
	phone := script.Begin()
	codes := script.Confirm(phone, phone.Code()).Require(201, "").RecoveryCodes()
	s.pass()
	return script, phone, codes
}

// pass advances the clock to the next code and delivers the mails that are due.
func (s *queryCase) pass() {
	s.h.Clock.Advance(apptest.CodePeriod)
	s.h.Deliver()
}

// requires restarts the server with MFA required from a date on.
func (s *queryCase) requires(from string) *queryCase {
	h := apptest.StartIn(s.t, s.h.Dir, s.h.Clock, "TWOFOLD_MFA_POLICY=required", "TWOFOLD_MFA_REQUIRED_FROM="+from, "TWOFOLD_SMTP_URL=smtp://127.0.0.1:1")
	h.OnStatement = s.h.OnStatement
	s.h = h
	return s
}

// secondFactor completes a pending sign-in, counted.
func (s *queryCase) secondFactor(token string, factor JSON) apptest.Response {
	factor["sign_in_token"] = token
	return s.counted(s.h.Script("")).Do("POST", apptest.PathSecondFactor, factor)
}

// known makes the counted script a known device of the account.
func (s *queryCase) known(phone *apptest.Phone) {
	s.h.Script("").InProcess().SignIn(ada, JSON{"code": phone.Code(), "deliver": "token"}).Require(201, "")
	s.pass()
}

// withStepUp sends a counted request with a step-up token. The step-up itself is not counted.
func (s *queryCase) withStepUp(c *apptest.Client, purpose, method, path string, body any, credentials ...JSON) apptest.Response {
	return s.counted(c).Do(method, path, body, "Step-Up-Token", c.StepUpToken(purpose, credentials...))
}

// removing requests an MFA removal and returns the session that can cancel it, and the phone.
func (s *queryCase) removing() (*apptest.Client, *apptest.Phone) {
	script, phone, _ := s.withMFA()
	s.h.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": s.h.PendingSignIn(ada)}).Require(202, "")
	s.h.Deliver()
	return script, phone
}

// link returns the token of the newest mailed link to a page.
func (s *queryCase) link(page string) string { return s.lost().link(ada, page) }

func (s *queryCase) lost() *lostFactorFixture { return &lostFactorFixture{Server: s.h, t: s.t} }

// admin adds an administrator whose requests are counted.
func (s *queryCase) admin() *adminFixture {
	o := newAdminFixture(s.t, s.h)
	o.grace = s.counted(o.grace)
	return o
}
