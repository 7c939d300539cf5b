package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT20_Fixation_PresetCookies(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	h.AddAccount(bob)
	const preset = "tf_s_cHJlc2V0LWJ5LXNvbWVib2R5LWVsc2UtYmVmb3JlLXNpZ24taW4"
	fixed := func(t *testing.T) *apptest.Client {
		browser := h.Browser().WithT(t)
		browser.SetCookie("twofold_session", preset)
		browser.SetCookie("twofold_signin", preset)
		return browser
	}
	requireRevoked := func(t *testing.T) {
		t.Helper()
		h.Script("").WithT(t).Do("GET", apptest.PathCurrentSession, nil, "Cookie", "twofold_session="+preset).Require(401, "session_required")
		h.Script(preset).WithT(t).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	}
	t.Run("sign-in by password", func(t *testing.T) {
		browser := fixed(t)
		browser.SignIn(bob).Require(201, "")
		if got := browser.Cookie("twofold_session"); got == preset || got == "" {
			t.Errorf("the cookie is %q", got)
		}
		browser.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
		requireRevoked(t)
	})
	t.Run("sign-in with a code", func(t *testing.T) {
		browser := fixed(t)
		browser.SignIn(ada).Require(202, "")
		pending := browser.Cookie("twofold_signin")
		if pending == preset || pending == "" {
			t.Errorf("the sign-in cookie is %q", pending)
		}
		browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(201, "")
		if got := browser.Cookie("twofold_session"); got == preset || got == pending || got == "" {
			t.Errorf("the cookie is %q", got)
		}
		if got := browser.Cookie("twofold_signin"); got != "" {
			t.Errorf("the sign-in cookie stays: %q", got)
		}
		requireRevoked(t)
	})
}

func TestT20_Fixation_NewCookiePerCredential(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser := h.Browser()
	old := make(map[string]string)
	renewed := func(since string) {
		t.Helper()
		now := browser.Cookie("twofold_session")
		browser.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
		for before, token := range old {
			if token == now {
				t.Errorf("the cookie after %s equals that after %s", since, before)
			}
			h.Script("").Do("GET", apptest.PathCurrentSession, nil, "Cookie", "twofold_session="+token).Require(401, "session_required")
		}
		old[since] = now
	}
	browser.SignIn(ada).Require(201, "")
	renewed("sign-in")
	browser.SignIn(ada).Require(201, "")
	renewed("another sign-in")
	id := browser.Do("GET", apptest.PathCurrentSession, nil).Text("id")
	phone := browser.Enroll()
	renewed("the first confirmation")
	second := browser.Enroll(JSON{"code": phone.Code()})
	renewed("the second confirmation")
	token := browser.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	browser.Do("DELETE", apptest.PathMethods+second.ID, nil, "Step-Up-Token", token).Require(200, "")
	renewed("a removal")
	if got := browser.Do("GET", apptest.PathCurrentSession, nil).Text("id"); got != id {
		t.Errorf("the session is %s, want %s, because only the token is rotated", got, id)
	}
	h.Clock.Advance(30 * time.Second)
	browser.SignIn(ada).Require(202, "")
	browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(201, "")
	renewed("a sign-in with a code")
	browser.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
	for _, token := range old {
		h.Script("").Do("GET", apptest.PathCurrentSession, nil, "Cookie", "twofold_session="+token).Require(401, "session_required")
	}
}

func TestT20_Fixation_ScriptTokenKept(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Enroll()
	script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	a := script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})).Require(200, "")
	if set := a.Header.Values("Set-Cookie"); len(set) > 0 {
		t.Errorf("a script got the cookies %q", set)
	}
	script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
}
