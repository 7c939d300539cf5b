package apptest

import (
	"maps"
	"time"

	"twofold/internal/totp"
)

// CodePeriod is how long a TOTP code is shown (RFC 6238, the time step X).
const CodePeriod = totp.Period * time.Second

const (
	// NewPassword is an acceptable password other than Password.
	NewPassword = "an otter counts nine lamps"
	// WrongRecoveryCode is well-formed. The chance that it is one of a user's codes is negligible (2^-80).
	WrongRecoveryCode = "0000-0000-0000-0000"
)

// TenRecoveryCodes is the setting for recovery code sets of the default size. Tests use smaller ones otherwise.
const TenRecoveryCodes = "TWOFOLD_RECOVERY_CODES=10"

// LongSignIns are settings with which one pending sign-in outlives many attempts and long backoffs.
var LongSignIns = []string{"TWOFOLD_SIGN_IN_LIFETIME=10000h", "TWOFOLD_SIGN_IN_TRIES=1000"}

// Credentials returns the body that signs a user in.
func Credentials(email string) JSON { return JSON{"email": email, "password": Password} }

// Code returns a TOTP code as a member of a body.
func Code(code string) JSON { return JSON{"code": code} }

// RecoveryCode returns a recovery code as a member of a body.
func RecoveryCode(code string) JSON { return JSON{"recovery_code": code} }

// With returns a copy with changes; a nil value deletes the member.
func (j JSON) With(changes JSON) JSON {
	changed := maps.Clone(j)
	for name, value := range changes {
		if changed[name] = value; value == nil {
			delete(changed, name)
		}
	}
	return changed
}

// PendingSignIn signs in with the password of an account with MFA and returns the sign-in token.
func (h *Server) PendingSignIn(email string) string {
	h.T.Helper()
	return h.Script("").SignIn(email, JSON{"deliver": "token"}).Require(202, "").Text("sign_in_token")
}

// SecondFactor completes a pending sign-in with a TOTP or recovery code and returns the response, whatever its status.
func (h *Server) SecondFactor(token string, factor JSON) Response {
	h.T.Helper()
	return h.Script("").Do("POST", PathSecondFactor, factor.With(JSON{"sign_in_token": token}))
}

// CompleteSignIn is SecondFactor with a TOTP code.
func (h *Server) CompleteSignIn(token, code string) Response {
	h.T.Helper()
	return h.SecondFactor(token, Code(code))
}

// CompleteWithRecoveryCode is SecondFactor with a recovery code.
func (h *Server) CompleteWithRecoveryCode(token, code string) Response {
	h.T.Helper()
	return h.SecondFactor(token, RecoveryCode(code))
}

// SignInWith signs in a script with this password and returns the response, whatever its status.
func (h *Server) SignInWith(email, password string) Response {
	h.T.Helper()
	return h.Script("").SignIn(email, JSON{"password": password, "deliver": "token"})
}

// GuessPasswords tries wrong passwords until backoff has begun. It fails the test if it has not after this many.
func (h *Server) GuessPasswords(email string, times int) {
	h.T.Helper()
	for range times {
		if a := h.Script("").SignIn(email, JSON{"password": "certainly not this one"}); a.Status != 401 && a.Status != 429 {
			h.T.Fatalf("got %d, want 401 or 429", a.Status)
		}
	}
	h.Script("").SignIn(email).Require(429, "too_many_attempts")
}

// SignInToEnroll signs in to an account without MFA where policy requires it, and returns the sign-in token for enrolling.
func (h *Server) SignInToEnroll(email string, members ...JSON) string {
	h.T.Helper()
	a := h.Script("").SignIn(email, append(members, JSON{"deliver": "token"})...).Require(202, "")
	if a.Text("state") != "enrollment_required" || a.Value("session_token") != nil {
		h.T.Fatalf("got %s", a.Body)
	}
	return a.Text("sign_in_token")
}

// EnrollAtSignIn enrolls a phone with the token of SignInToEnroll and returns the new session.
func (h *Server) EnrollAtSignIn(token string) (*Client, *Phone) {
	h.T.Helper()
	phone := h.PhoneFrom(h.Script("").Do("POST", PathSignInEnrollment, JSON{"sign_in_token": token}).Require(201, ""))
	a := h.Script("").Do("POST", PathConfirmSignInEnrollment, JSON{"sign_in_token": token, "code": phone.Code()}).Require(201, "")
	h.Clock.Advance(CodePeriod)
	return h.Script(a.Text("session", "session_token")), phone
}

// StepUpToken steps up and returns the step-up token.
func (c *Client) StepUpToken(purpose string, credentials ...JSON) string {
	c.t.Helper()
	return c.StepUp(purpose, credentials...).Require(201, "").Text("step_up_token")
}

// BeginEnrollment begins an enrollment with a step-up token and returns the response, whatever its status.
func (c *Client) BeginEnrollment(token string) Response {
	c.t.Helper()
	return c.Do("POST", PathEnrollments, nil, "Step-Up-Token", token)
}

// BeginWith begins an enrollment with these members of the body, after a step-up with a second factor.
func (c *Client) BeginWith(body, factor JSON) *Phone {
	c.t.Helper()
	return c.h.PhoneFrom(c.Do("POST", PathEnrollments, body, "Step-Up-Token", c.StepUpToken("mfa.enroll", factor)).Require(201, ""))
}

// ChangePassword changes the password with a step-up token and returns the response, whatever its status.
func (c *Client) ChangePassword(password, token string) Response {
	c.t.Helper()
	return c.Do("PUT", PathPassword, JSON{"new_password": password}, "Step-Up-Token", token)
}

// RequireMFA are settings with which every account must have MFA from the day after NewClock on.
var RequireMFA = []string{"TWOFOLD_MFA_POLICY=required", "TWOFOLD_MFA_REQUIRED_FROM=2026-11-24"}
