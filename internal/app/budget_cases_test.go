package app_test

import (
	"maps"
	"time"

	"twofold/internal/test/apptest"
)

const stepLength = 30 * time.Second

// budgetCases play each operation as it is mostly called, and the ones that are called most in each of their ways.
var budgetCases = func() map[string]func(s *budgetCase) {
	all := maps.Clone(everyday)
	maps.Copy(all, administering)
	return all
}()

var everyday = map[string]func(s *budgetCase){
	"getHealth":    open200("/healthz"),
	"getReadiness": open200("/readyz"),
	"getOpenapi":   open200("/openapi.yaml"),
	"getJwks":      open200("/.well-known/jwks.json"),
	"getService":   open200("/api/v1/service"),

	"getCurrentSession":  signedIn200(current),
	"getAccount":         signedIn200(account),
	"getMfa without MFA": signedIn200("/api/v1/mfa"),
	"listSessions":       signedIn200("/api/v1/sessions"),
	"listActivity":       signedIn200(account + "/activity"),
	"getMfa with MFA": func(s *budgetCase) {
		script, _, _ := s.strong()
		s.counted(script).Do("GET", "/api/v1/mfa", nil).Require(200, "")
	},
	"getCurrentSession used again after a minute": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		s.h.Clock.Advance(3 * time.Minute)
		s.counted(script).Do("GET", current, nil).Require(200, "")
	},
	"getCurrentSession signed out": func(s *budgetCase) {
		s.counted(s.h.Script("tf_s_nobody")).Do("GET", current, nil).Require(401, "session_required")
	},

	"signIn with a password": func(s *budgetCase) {
		script := s.h.Script("").InProcess()
		script.SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
		s.counted(script).SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
	},
	"signIn for the first time": func(s *budgetCase) {
		s.counted(s.h.Script("")).SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
	},
	"signIn in a browser": func(s *budgetCase) {
		s.h.SignedIn(ada)
		s.counted(s.h.Browser()).SignIn(ada).Require(201, "")
	},
	"signIn in a known browser, still signed in": func(s *budgetCase) {
		browser := s.h.Browser()
		browser.SignIn(ada).Require(201, "")
		s.counted(browser).SignIn(ada).Require(201, "")
	},
	"signIn with a wrong password": func(s *budgetCase) {
		s.counted(s.h.Script("")).SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	},
	"signIn to no account": func(s *budgetCase) {
		s.counted(s.h.Script("")).SignIn("nobody@example.com").Require(401, "credentials_rejected")
	},
	"signIn during a wait": func(s *budgetCase) {
		for range 5 {
			s.h.Script("").SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
		}
		s.counted(s.h.Script("")).SignIn(ada).Require(429, "too_many_attempts")
	},
	"signIn as far as the code": func(s *budgetCase) {
		s.strong()
		s.counted(s.h.Script("")).SignIn(ada, JSON{"deliver": "token"}).Require(202, "")
	},
	"signIn with password and code": func(s *budgetCase) {
		_, phone, _ := s.strong()
		s.known(phone)
		s.counted(s.h.Script("")).SignIn(ada, JSON{"code": phone.Code(), "deliver": "token"}).Require(201, "")
	},
	"signIn with password and wrong code": func(s *budgetCase) {
		_, phone, _ := s.strong()
		s.counted(s.h.Script("")).SignIn(ada, JSON{"code": phone.Wrong(), "deliver": "token"}).Require(401, "code_rejected")
	},

	"completeSignIn with a code": func(s *budgetCase) {
		_, phone, _ := s.strong()
		s.known(phone)
		s.secondFactor(pendingSignIn(s.h, ada), JSON{"code": phone.Code()}).Require(201, "")
	},
	"completeSignIn with a code, in a known browser": func(s *budgetCase) {
		_, phone, _ := s.strong()
		browser := s.h.Browser()
		browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
		s.pass()
		browser.SignIn(ada).Require(202, "")
		s.counted(browser).Do("POST", complete, JSON{"code": phone.Code()}).Require(201, "")
	},
	"completeSignIn with a code, in a new browser": func(s *budgetCase) {
		_, phone, _ := s.strong()
		browser := s.h.Browser()
		browser.SignIn(ada).Require(202, "")
		s.counted(browser).Do("POST", complete, JSON{"code": phone.Code()}).Require(201, "")
	},
	"completeSignIn with a code after a wrong one": func(s *budgetCase) {
		_, phone, _ := s.strong()
		s.known(phone)
		token := pendingSignIn(s.h, ada)
		completeSignIn(s.h, token, phone.Wrong()).Require(401, "code_rejected")
		s.secondFactor(token, JSON{"code": phone.Code()}).Require(201, "")
	},
	"completeSignIn with a wrong code": func(s *budgetCase) {
		_, phone, _ := s.strong()
		s.secondFactor(pendingSignIn(s.h, ada), JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
	},
	"completeSignIn with another wrong code": func(s *budgetCase) {
		_, phone, _ := s.strong()
		token := pendingSignIn(s.h, ada)
		completeSignIn(s.h, token, phone.Wrong()).Require(401, "code_rejected")
		s.secondFactor(token, JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
	},
	"completeSignIn with a used code": func(s *budgetCase) {
		_, phone, _ := s.strong()
		completeSignIn(s.h, pendingSignIn(s.h, ada), phone.Code()).Require(201, "")
		s.secondFactor(pendingSignIn(s.h, ada), JSON{"code": phone.Code()}).Require(401, "code_used")
	},
	"completeSignIn during a wait": func(s *budgetCase) {
		_, phone, _ := s.strong()
		for range 5 {
			completeSignIn(s.h, pendingSignIn(s.h, ada), phone.Wrong()).Require(401, "code_rejected")
		}
		s.secondFactor(pendingSignIn(s.h, ada), JSON{"code": phone.Code()}).Require(429, "too_many_attempts")
	},
	"completeSignIn of none": func(s *budgetCase) {
		s.secondFactor("tf_i_none", JSON{"code": "123456"}).Require(410, "sign_in_expired")
	},
	"completeSignIn with a recovery code": func(s *budgetCase) {
		_, phone, codes := s.strong()
		s.known(phone)
		s.secondFactor(pendingSignIn(s.h, ada), JSON{"recovery_code": codes[0]}).Require(201, "")
	},
	"completeSignIn with a wrong recovery code": func(s *budgetCase) {
		s.strong()
		s.secondFactor(pendingSignIn(s.h, ada), JSON{"recovery_code": "0000-0000-0000-0000"}).Require(401, "code_rejected")
	},

	"stepUp with a password": func(s *budgetCase) {
		s.counted(s.h.SignedIn(ada)).StepUp("mfa.enroll").Require(201, "")
	},
	"stepUp with password and code": func(s *budgetCase) {
		script, phone, _ := s.strong()
		s.counted(script).StepUp("mfa.remove", JSON{"code": phone.Code()}).Require(201, "")
	},
	"stepUp with password and wrong code": func(s *budgetCase) {
		script, phone, _ := s.strong()
		s.counted(script).StepUp("mfa.remove", JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
	},
	"stepUp with the code missing": func(s *budgetCase) {
		script, _, _ := s.strong()
		s.counted(script).StepUp("mfa.remove").Require(401, "code_required")
	},

	"signOut": func(s *budgetCase) {
		s.counted(s.h.SignedIn(ada)).Do("DELETE", current, nil).Require(204, "")
	},
	"endSession": func(s *budgetCase) {
		other := s.h.SignedIn(ada).Do("GET", current, nil).Require(200, "").Text("id")
		s.counted(s.h.SignedIn(ada)).Do("DELETE", "/api/v1/sessions/"+other, nil).Require(204, "")
	},
	"endOtherSessions": func(s *budgetCase) {
		s.h.SignedIn(ada)
		s.counted(s.h.SignedIn(ada)).Do("POST", "/api/v1/sessions/end-others", nil).Require(200, "")
	},

	"beginTotpEnrollment refused": func(s *budgetCase) {
		s.counted(s.h.SignedIn(ada)).Do("POST", enrollments, nil).Require(401, "step_up_required")
	},
	"beginTotpEnrollment": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		s.stepped(script, "mfa.enroll", "POST", enrollments, nil).Require(201, "")
	},
	"beginTotpEnrollment again": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		script.Begin()
		s.stepped(script, "mfa.enroll", "POST", enrollments, nil).Require(201, "")
	},
	"beginTotpEnrollment beside a method": func(s *budgetCase) {
		script, phone, _ := s.strong()
		s.stepped(script, "mfa.enroll", "POST", enrollments, nil, JSON{"code": phone.Code()}).Require(201, "")
	},
	"confirmTotpEnrollment of a first method": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		phone := script.Begin()
		s.counted(script).Confirm(phone, phone.Code()).Require(201, "")
	},
	"confirmTotpEnrollment of another method": func(s *budgetCase) {
		script, phone, _ := s.strong()
		next := script.Begin(JSON{"code": phone.Code()})
		s.counted(script).Confirm(next, next.Code()).Require(201, "")
	},
	"confirmTotpEnrollment with a wrong code": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		phone := script.Begin()
		s.counted(script).Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
	},
	"cancelTotpEnrollment": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		s.counted(script).Do("DELETE", enrollments+"/"+script.Begin().ID, nil).Require(204, "")
	},
	"renameMfaMethod": func(s *budgetCase) {
		script, phone, _ := s.strong()
		s.counted(script).Do("PATCH", methods+phone.ID, JSON{"name": "Old phone"}).Require(200, "")
	},
	"removeMfaMethod": func(s *budgetCase) {
		script, phone, _ := s.strong()
		s.stepped(script, "mfa.remove", "DELETE", methods+phone.ID, nil, JSON{"code": phone.Code()}).Require(200, "")
	},
	"generateRecoveryCodes": func(s *budgetCase) {
		script, phone, _ := s.strong()
		s.stepped(script, "mfa.recovery_codes", "POST", recoveryCodes, nil, JSON{"code": phone.Code()}).Require(201, "")
	},

	"requestMfaRemoval": func(s *budgetCase) {
		s.strong()
		s.counted(s.h.Script("")).Do("POST", removal, JSON{"sign_in_token": pendingSignIn(s.h, ada)}).Require(202, "")
	},
	"cancelMfaRemoval": func(s *budgetCase) {
		script, _ := s.removing()
		s.counted(script).Do("DELETE", removal, nil).Require(200, "")
	},
	"cancelMfaRemovalByCode": func(s *budgetCase) {
		_, phone := s.removing()
		body := JSON{"sign_in_token": pendingSignIn(s.h, ada), "code": phone.Code()}
		s.counted(s.h.Script("")).Do("POST", cancelByCode, body).Require(204, "")
	},
	"cancelMfaRemovalByLink": func(s *budgetCase) {
		s.removing()
		s.counted(s.h.Script("")).Do("POST", cancelByLink, JSON{"token": s.link("cancel-removal")}).Require(204, "")
	},
	"completeMfaRemoval": func(s *budgetCase) {
		s.removing()
		s.lost().pass(72 * time.Hour)
		s.counted(s.h.Script("")).Do("POST", completeIt, JSON{"token": s.link("complete-removal")}).Require(200, "")
	},

	"updateAccount": func(s *budgetCase) {
		s.counted(s.h.SignedIn(ada)).Do("PATCH", account, JSON{"display_name": "Ada"}).Require(200, "")
	},
	"changePassword": func(s *budgetCase) {
		s.stepped(s.h.SignedIn(ada), "account.password", "PUT", account+"/password", JSON{"new_password": extraSession}).Require(200, "")
	},
	"changeEmail": func(s *budgetCase) {
		s.stepped(s.h.SignedIn(ada), "account.email", "PUT", email, JSON{"email": newAddress}).Require(202, "")
	},
	"setNoticeEmail": func(s *budgetCase) {
		s.stepped(s.h.SignedIn(ada), "account.email", "PUT", noticeEmail, JSON{"email": newAddress}).Require(202, "")
	},
	"removeNoticeEmail": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		confirm(s.h, confirmToken(s.t, s.h, script, noticeEmail, newAddress)).Require(200, "")
		s.stepped(script, "account.email", "DELETE", noticeEmail, nil).Require(200, "")
	},
	"cancelPendingAddress": func(s *budgetCase) {
		script := s.h.SignedIn(ada)
		changeTo(script, email, newAddress).Require(202, "")
		s.counted(script).Do("DELETE", pending, nil).Require(204, "")
	},
	"confirmAddress": func(s *budgetCase) {
		token := confirmToken(s.t, s.h, s.h.SignedIn(ada), email, newAddress)
		s.counted(s.h.Script("")).Do("POST", confirmations, JSON{"token": token}).Require(200, "")
	},
	"requestPasswordReset": func(s *budgetCase) {
		s.counted(s.h.Script("")).Do("POST", resets, JSON{"email": ada}).Require(202, "")
	},
	"resetPassword": func(s *budgetCase) {
		body := JSON{"token": resetToken(s.t, s.h, ada), "new_password": extraSession}
		s.counted(s.h.Script("")).Do("POST", resetComplete, body).Require(200, "")
	},
	"reportNotMe": func(s *budgetCase) {
		s.strong()
		s.counted(s.h.Script("")).Do("POST", notMe, JSON{"token": s.link("not-me")}).Require(200, "")
	},
}

func open200(path string) func(s *budgetCase) {
	return func(s *budgetCase) { s.counted(s.h.Script("")).Do("GET", path, nil).Require(200, "") }
}

func signedIn200(path string) func(s *budgetCase) {
	return func(s *budgetCase) { s.counted(s.h.SignedIn(ada)).Do("GET", path, nil).Require(200, "") }
}

// wireMFA presents a second proof for a sign-in token.
func (s *budgetCase) secondFactor(token string, proof JSON) apptest.Response {
	proof["sign_in_token"] = token
	return s.counted(s.h.Script("")).Do("POST", complete, proof)
}

// known has the account know the script that counts.
func (s *budgetCase) known(phone *apptest.Phone) {
	s.h.Script("").InProcess().SignIn(ada, JSON{"code": phone.Code(), "deliver": "token"}).Require(201, "")
	s.pass()
}

// stepped sends a request with a step-up token; the step-up itself counts not.
func (s *budgetCase) stepped(c *apptest.Client, purpose, method, path string, body any, proofs ...JSON) apptest.Response {
	return s.counted(c).Do(method, path, body, "Step-Up-Token", stepUp(c, purpose, proofs...))
}

// removing is a removal of MFA under way, the session that can cancel it, and the phone.
func (s *budgetCase) removing() (*apptest.Client, *apptest.Phone) {
	script, phone, _ := s.strong()
	s.h.Script("").Do("POST", removal, JSON{"sign_in_token": pendingSignIn(s.h, ada)}).Require(202, "")
	s.h.Deliver()
	return script, phone
}

// link is the token of the newest link to a page that was mailed to Ada.
func (s *budgetCase) link(page string) string { return s.lost().link(ada, page) }

func (s *budgetCase) lost() *lostFactorFixture { return &lostFactorFixture{Server: s.h, t: s.t} }
