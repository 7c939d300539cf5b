package app_test

import (
	"time"

	"twofold/internal/test/apptest"
)

// planCases cover each operation of users, and every path of the most frequent ones.
var planCases = func() map[string]func(s *queryCase) {
	public := func(path string) func(s *queryCase) {
		return func(s *queryCase) { s.counted(s.h.Script("")).Do("GET", path, nil).Require(200, "") }
	}
	signedIn := func(path string) func(s *queryCase) {
		return func(s *queryCase) { s.counted(s.h.SignedIn(ada)).Do("GET", path, nil).Require(200, "") }
	}
	return map[string]func(s *queryCase){
		"getHealth":    public("/healthz"),
		"getReadiness": public("/readyz"),
		"getOpenapi":   public("/openapi.yaml"),
		"getJwks":      public("/.well-known/jwks.json"),
		"getService":   public("/api/v1/service"),

		"getCurrentSession":  signedIn(apptest.PathCurrentSession),
		"getAccount":         signedIn(apptest.PathAccount),
		"exportAccount":      signedIn(apptest.PathAccount + "/export"),
		"getMfa without MFA": signedIn("/api/v1/mfa"),
		"listSessions":       signedIn("/api/v1/sessions"),
		"listActivity":       signedIn(apptest.PathAccount + "/activity"),
		"getMfa with MFA": func(s *queryCase) {
			script, _, _ := s.withMFA()
			s.counted(script).Do("GET", "/api/v1/mfa", nil).Require(200, "")
		},
		"getCurrentSession used again after a minute": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			s.h.Clock.Advance(3 * time.Minute)
			s.counted(script).Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
		},
		"getCurrentSession signed out": func(s *queryCase) {
			s.counted(s.h.Script("tf_s_unknown")).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
		},

		"signIn with a password": func(s *queryCase) {
			script := s.h.Script("").InProcess()
			script.SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
			s.counted(script).SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
		},
		"signIn for the first time": func(s *queryCase) {
			s.counted(s.h.Script("")).SignIn(ada, JSON{"deliver": "token"}).Require(201, "")
		},
		"signIn in a browser": func(s *queryCase) {
			s.h.SignedIn(ada)
			s.counted(s.h.Browser()).SignIn(ada).Require(201, "")
		},
		"signIn in a known browser, still signed in": func(s *queryCase) {
			browser := s.h.Browser()
			browser.SignIn(ada).Require(201, "")
			s.counted(browser).SignIn(ada).Require(201, "")
		},
		"signIn with a wrong password": func(s *queryCase) {
			s.counted(s.h.Script("")).SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
		},
		"signIn to an unknown account": func(s *queryCase) {
			s.counted(s.h.Script("")).SignIn(unknownEmail).Require(401, "credentials_rejected")
		},
		"signIn during backoff": func(s *queryCase) {
			for range 5 {
				s.h.Script("").SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
			}
			s.counted(s.h.Script("")).SignIn(ada).Require(429, "too_many_attempts")
		},
		"signIn with a password, MFA enabled": func(s *queryCase) {
			s.withMFA()
			s.counted(s.h.Script("")).SignIn(ada, JSON{"deliver": "token"}).Require(202, "")
		},
		"signIn with password and code": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			s.known(phone)
			s.counted(s.h.Script("")).SignIn(ada, JSON{"code": phone.Code(), "deliver": "token"}).Require(201, "")
		},
		"signIn with password and wrong code": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			s.counted(s.h.Script("")).SignIn(ada, JSON{"code": phone.Wrong(), "deliver": "token"}).Require(401, "code_rejected")
		},

		"completeSignIn with a code": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			s.known(phone)
			s.secondFactor(s.h.PendingSignIn(ada), JSON{"code": phone.Code()}).Require(201, "")
		},
		"completeSignIn with a code, in a known browser": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			browser := s.h.Browser()
			browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
			s.pass()
			browser.SignIn(ada).Require(202, "")
			s.counted(browser).Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(201, "")
		},
		"completeSignIn with a code, in a new browser": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			browser := s.h.Browser()
			browser.SignIn(ada).Require(202, "")
			s.counted(browser).Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(201, "")
		},
		"completeSignIn with a code after a wrong one": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			s.known(phone)
			token := s.h.PendingSignIn(ada)
			s.h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
			s.secondFactor(token, JSON{"code": phone.Code()}).Require(201, "")
		},
		"completeSignIn with a wrong code": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			s.secondFactor(s.h.PendingSignIn(ada), JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
		},
		"completeSignIn with another wrong code": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			token := s.h.PendingSignIn(ada)
			s.h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
			s.secondFactor(token, JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
		},
		"completeSignIn with a used code": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			s.h.CompleteSignIn(s.h.PendingSignIn(ada), phone.Code()).Require(201, "")
			s.secondFactor(s.h.PendingSignIn(ada), JSON{"code": phone.Code()}).Require(401, "code_used")
		},
		"completeSignIn during backoff": func(s *queryCase) {
			_, phone, _ := s.withMFA()
			for range 5 {
				s.h.CompleteSignIn(s.h.PendingSignIn(ada), phone.Wrong()).Require(401, "code_rejected")
			}
			s.secondFactor(s.h.PendingSignIn(ada), JSON{"code": phone.Code()}).Require(429, "too_many_attempts")
		},
		"completeSignIn without a pending one": func(s *queryCase) {
			s.secondFactor("tf_i_none", JSON{"code": "123456"}).Require(410, "sign_in_expired")
		},
		"completeSignIn with a recovery code": func(s *queryCase) {
			_, phone, codes := s.withMFA()
			s.known(phone)
			s.secondFactor(s.h.PendingSignIn(ada), JSON{"recovery_code": codes[0]}).Require(201, "")
		},
		"completeSignIn with a wrong recovery code": func(s *queryCase) {
			s.withMFA()
			s.secondFactor(s.h.PendingSignIn(ada), JSON{"recovery_code": "0000-0000-0000-0000"}).Require(401, "code_rejected")
		},

		"stepUp with a password": func(s *queryCase) {
			s.counted(s.h.SignedIn(ada)).StepUp("mfa.enroll").Require(201, "")
		},
		"stepUp with password and code": func(s *queryCase) {
			script, phone, _ := s.withMFA()
			s.counted(script).StepUp("mfa.remove", JSON{"code": phone.Code()}).Require(201, "")
		},
		"stepUp with password and wrong code": func(s *queryCase) {
			script, phone, _ := s.withMFA()
			s.counted(script).StepUp("mfa.remove", JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
		},
		"stepUp with the code missing": func(s *queryCase) {
			script, _, _ := s.withMFA()
			s.counted(script).StepUp("mfa.remove").Require(401, "code_required")
		},

		"signOut": func(s *queryCase) {
			s.counted(s.h.SignedIn(ada)).Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
		},
		"endSession": func(s *queryCase) {
			other := s.h.SignedIn(ada).Do("GET", apptest.PathCurrentSession, nil).Require(200, "").Text("id")
			s.counted(s.h.SignedIn(ada)).Do("DELETE", "/api/v1/sessions/"+other, nil).Require(204, "")
		},
		"endOtherSessions": func(s *queryCase) {
			s.h.SignedIn(ada)
			s.counted(s.h.SignedIn(ada)).Do("POST", "/api/v1/sessions/end-others", nil).Require(200, "")
		},

		"beginTotpEnrollment refused": func(s *queryCase) {
			s.counted(s.h.SignedIn(ada)).Do("POST", apptest.PathEnrollments, nil).Require(401, "step_up_required")
		},
		"beginTotpEnrollment": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			s.withStepUp(script, "mfa.enroll", "POST", apptest.PathEnrollments, nil).Require(201, "")
		},
		"beginTotpEnrollment again": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			script.Begin()
			s.withStepUp(script, "mfa.enroll", "POST", apptest.PathEnrollments, nil).Require(201, "")
		},
		"beginTotpEnrollment beside a method": func(s *queryCase) {
			script, phone, _ := s.withMFA()
			s.withStepUp(script, "mfa.enroll", "POST", apptest.PathEnrollments, nil, JSON{"code": phone.Code()}).Require(201, "")
		},
		"confirmTotpEnrollment of a first method": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			phone := script.Begin()
			s.counted(script).Confirm(phone, phone.Code()).Require(201, "")
		},
		"confirmTotpEnrollment of another method": func(s *queryCase) {
			script, phone, _ := s.withMFA()
			next := script.Begin(JSON{"code": phone.Code()})
			s.counted(script).Confirm(next, next.Code()).Require(201, "")
		},
		"confirmTotpEnrollment with a wrong code": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			phone := script.Begin()
			s.counted(script).Confirm(phone, phone.Wrong()).Require(422, "code_rejected")
		},
		"cancelTotpEnrollment": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			s.counted(script).Do("DELETE", apptest.PathEnrollments+"/"+script.Begin().ID, nil).Require(204, "")
		},
		"renameMfaMethod": func(s *queryCase) {
			script, phone, _ := s.withMFA()
			s.counted(script).Do("PATCH", apptest.PathMethods+phone.ID, JSON{"name": "Old phone"}).Require(200, "")
		},
		"removeMfaMethod": func(s *queryCase) {
			script, phone, _ := s.withMFA()
			s.withStepUp(script, "mfa.remove", "DELETE", apptest.PathMethods+phone.ID, nil, JSON{"code": phone.Code()}).Require(200, "")
		},
		"generateRecoveryCodes": func(s *queryCase) {
			script, phone, _ := s.withMFA()
			s.withStepUp(script, "mfa.recovery_codes", "POST", apptest.PathRecoveryCodes, nil, JSON{"code": phone.Code()}).Require(201, "")
		},

		"requestMfaRemoval": func(s *queryCase) {
			s.withMFA()
			s.counted(s.h.Script("")).Do("POST", apptest.PathRemoval, JSON{"sign_in_token": s.h.PendingSignIn(ada)}).Require(202, "")
		},
		"cancelMfaRemoval": func(s *queryCase) {
			script, _ := s.removing()
			s.counted(script).Do("DELETE", apptest.PathRemoval, nil).Require(200, "")
		},
		"cancelMfaRemovalByCode": func(s *queryCase) {
			_, phone := s.removing()
			body := JSON{"sign_in_token": s.h.PendingSignIn(ada), "code": phone.Code()}
			s.counted(s.h.Script("")).Do("POST", apptest.PathCancelRemovalByCode, body).Require(204, "")
		},
		"cancelMfaRemovalByLink": func(s *queryCase) {
			s.removing()
			s.counted(s.h.Script("")).Do("POST", apptest.PathCancelRemovalByLink, JSON{"token": s.link("cancel-removal")}).Require(204, "")
		},
		"completeMfaRemoval": func(s *queryCase) {
			s.removing()
			s.lost().pass(72 * time.Hour)
			s.counted(s.h.Script("")).Do("POST", apptest.PathCompleteRemoval, JSON{"token": s.link("complete-removal")}).Require(200, "")
		},

		"updateAccount": func(s *queryCase) {
			s.counted(s.h.SignedIn(ada)).Do("PATCH", apptest.PathAccount, JSON{"display_name": "Ada"}).Require(200, "")
		},
		"changePassword": func(s *queryCase) {
			s.withStepUp(s.h.SignedIn(ada), "account.password", "PUT", apptest.PathAccount+"/password", JSON{"new_password": apptest.NewPassword}).Require(200, "")
		},
		"changeEmail": func(s *queryCase) {
			s.withStepUp(s.h.SignedIn(ada), "account.email", "PUT", apptest.PathEmail, JSON{"email": newAddress}).Require(202, "")
		},
		"setNoticeEmail": func(s *queryCase) {
			s.withStepUp(s.h.SignedIn(ada), "account.email", "PUT", apptest.PathNoticeEmail, JSON{"email": newAddress}).Require(202, "")
		},
		"removeNoticeEmail": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			s.h.ConfirmAddress(script.AddressToken(apptest.PathNoticeEmail, newAddress)).Require(200, "")
			s.withStepUp(script, "account.email", "DELETE", apptest.PathNoticeEmail, nil).Require(200, "")
		},
		"cancelPendingAddress": func(s *queryCase) {
			script := s.h.SignedIn(ada)
			script.ChangeAddress(apptest.PathEmail, newAddress).Require(202, "")
			s.counted(script).Do("DELETE", apptest.PathPendingAddress, nil).Require(204, "")
		},
		"confirmAddress": func(s *queryCase) {
			token := s.h.SignedIn(ada).AddressToken(apptest.PathEmail, newAddress)
			s.counted(s.h.Script("")).Do("POST", apptest.PathConfirmAddress, JSON{"token": token}).Require(200, "")
		},
		"requestPasswordReset": func(s *queryCase) {
			s.counted(s.h.Script("")).Do("POST", apptest.PathPasswordResets, JSON{"email": ada}).Require(202, "")
		},
		"resetPassword": func(s *queryCase) {
			body := JSON{"token": s.h.PasswordResetToken(ada), "new_password": apptest.NewPassword}
			s.counted(s.h.Script("")).Do("POST", apptest.PathCompletePasswordReset, body).Require(200, "")
		},
		"reportNotMe": func(s *queryCase) {
			s.withMFA()
			s.counted(s.h.Script("")).Do("POST", apptest.PathNotMe, JSON{"token": s.link("not-me")}).Require(200, "")
		},
	}
}()
