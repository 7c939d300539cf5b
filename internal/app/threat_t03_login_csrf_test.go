package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

func TestT03_LoginCSRF_ForeignOrigin(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(bob).WithTOTP().Session()
	h.AddAccount(ada)
	for whence, headers := range map[string][]string{
		"another site":             {"Sec-Fetch-Site", "cross-site"},
		"a sibling site":           {"Sec-Fetch-Site", "same-site"},
		"an old browser":           {"Origin", "https://evil.example"},
		"a form with a body":       {"Content-Type", "text/plain"},
		"a form, from a sandbox":   {"Content-Type", "text/plain", "Origin", "null"},
		"a form with a scheme set": {"Sec-Fetch-Site", "cross-site", "Authorization", "Bearer "},
	} {
		t.Run(whence, func(t *testing.T) {
			victim := h.Browser().WithT(t)
			signIn := func(email string) apptest.Response {
				return victim.Do("POST", "/api/v1/sessions", JSON{"email": email, "password": apptest.Password}, headers...)
			}
			for _, a := range []apptest.Response{
				signIn(ada),
				signIn(bob),
				victim.Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": h.PendingSignIn(bob), "code": phone.Code()}, headers...),
			} {
				if set := a.Header.Values("Set-Cookie"); a.Status < 400 || len(set) > 0 {
					t.Errorf("got %d and the cookies %q, want a refusal and none", a.Status, set)
				}
			}
		})
	}
}

func TestT03_LoginCSRF_OtherCarrier(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(bob).WithTOTP().Session()

	t.Run("token of a cookie in the body", func(t *testing.T) {
		attacker, victim := h.Browser().WithT(t), h.Browser().WithT(t)
		attacker.SignIn(bob).Require(202, "")
		body := JSON{"sign_in_token": attacker.Cookie("twofold_signin"), "code": phone.Code()}
		victim.Do("POST", apptest.PathSecondFactor, body).Require(410, "sign_in_expired")
		h.Script("").WithT(t).Do("POST", apptest.PathSecondFactor, body).Require(410, "sign_in_expired")
		if got := victim.Cookie("twofold_session"); got != "" {
			t.Error("the victim is signed in to the attacker's account")
		}
	})
	t.Run("token of a body as a cookie", func(t *testing.T) {
		victim := h.Browser().WithT(t)
		victim.SetCookie("twofold_signin", h.PendingSignIn(bob))
		victim.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(410, "sign_in_expired")
	})
	t.Run("token in the body sets no cookie", func(t *testing.T) {
		victim := h.Browser().WithT(t)
		a := victim.Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": h.PendingSignIn(bob), "code": phone.Code()}).Require(201, "")
		if set := a.Header.Values("Set-Cookie"); len(set) > 0 {
			t.Errorf("got the cookies %q, want none", set)
		}
		victim.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	})
	t.Run("no token", func(t *testing.T) {
		h.Browser().WithT(t).Do("POST", apptest.PathSecondFactor, JSON{"code": phone.CodeIn(1)}).Require(410, "sign_in_expired")
	})
}

func TestT03_LoginCSRF_TwoSignInCookies(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(bob).WithTOTP().Session()
	victim, attacker := h.Browser(), h.Browser()
	victim.SignIn(bob).Require(202, "")
	attacker.SignIn(bob).Require(202, "")
	both := "twofold_signin=" + attacker.Cookie("twofold_signin") + "; twofold_signin=" + victim.Cookie("twofold_signin")
	h.Script("").Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}, "Cookie", both).Require(410, "sign_in_expired")
}
