package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT14_LockoutDoS_KnownBrowserPasswords(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(bob)
	browser := h.Browser()
	browser.SignIn(bob).Require(201, "")
	browser.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "") // the device stays known after sign-out
	h.GuessPasswords(bob, 50)
	h.Browser().SignIn(bob).Require(429, "too_many_attempts")
	browser.SignIn(bob).Require(201, "")
	h.Script("").SignIn(bob).Require(429, "too_many_attempts") // other devices stay in backoff

	t.Run("step-up allowed", func(t *testing.T) {
		browser.WithT(t).StepUp("mfa.enroll").Require(201, "")
	})
	t.Run("failures counted separately", func(t *testing.T) {
		if got := browser.WithT(t).SignIn(bob, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected").Int("attempts_left"); got != 4 {
			t.Errorf("attempts_left is %d, want 4: a budget of its own", got)
		}
	})
	t.Run("device expires half a year after its last sign-in", func(t *testing.T) {
		for range 2 {
			h.Clock.Advance(179 * 24 * time.Hour)
			browser.WithT(t).SignIn(bob).Require(201, "")
		}
		h.GuessPasswords(bob, 10)
		browser.WithT(t).SignIn(bob).Require(201, "")
		h.Clock.Advance(180 * 24 * time.Hour)
		h.GuessPasswords(bob, 10)
		browser.WithT(t).SignIn(bob).Require(429, "too_many_attempts") // the device has expired
	})
}

func TestT14_LockoutDoS_KnownBrowserCodes(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	browser := h.Browser()
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	browser.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
	h.Clock.Advance(30 * time.Second)
	for range 5 { // an attacker with the password
		h.Script("").SignIn(ada, JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
		h.Script("").SignIn(ada, JSON{"recovery_code": "0000-0000-0000-0000"}).Require(401, "code_rejected")
	}
	h.Script("").SignIn(ada, JSON{"code": phone.Code()}).Require(429, "too_many_attempts")
	h.Script("").SignIn(ada, JSON{"recovery_code": "0000-0000-0000-0000"}).Require(429, "too_many_attempts")

	if got := browser.SignIn(ada, JSON{"recovery_code": "0000-0000-0000-0000"}).Require(401, "code_rejected").Int("attempts_left"); got != 4 {
		t.Errorf("attempts_left of recovery codes is %d, want 4: a budget of its own", got)
	}
	browser.SignIn(ada).Require(202, "")
	if got := browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Wrong()}).Require(401, "code_rejected").Int("attempts_left"); got != 4 {
		t.Errorf("attempts_left of codes is %d, want 4: a budget of its own", got)
	}
	browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(201, "")
}

func TestT14_LockoutDoS_StolenDeviceCookie(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	browser := h.Browser()
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	stolen := "twofold_device=" + browser.Cookie("twofold_device")
	attacker := h.Script("")
	try := func(path string, body JSON) apptest.Response {
		return attacker.Do("POST", path, body, "Cookie", stolen)
	}
	const cookieName = "twofold_session="

	try(apptest.PathSessions, JSON{"email": ada, "password": "certainly not this one"}).Require(401, "credentials_rejected")
	if a := try(apptest.PathSessions, apptest.Credentials(ada)).Require(202, ""); slices.ContainsFunc(a.CookieLines(), func(line string) bool { return strings.HasPrefix(line, cookieName) }) {
		t.Errorf("the password alone signs in: %v", a.CookieLines())
	}
	try(apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(410, "sign_in_expired")
	for _, path := range []string{apptest.PathCurrentSession, apptest.PathSessions, "/api/v1/account", "/api/v1/mfa"} {
		attacker.Do("GET", path, nil, "Cookie", stolen).Require(401, "session_required")
		attacker.Do("GET", path, nil, "Cookie", cookieName+browser.Cookie("twofold_device")).Require(401, "session_required")
		h.Script(browser.Cookie("twofold_device")).Do("GET", path, nil).Require(401, "session_required")
	}
	for range 5 { // it has a budget of its own, nothing else
		try(apptest.PathSessions, JSON{"email": ada, "password": "certainly not this one"}).Require(401, "credentials_rejected")
	}
	apptest.WantWait(t, try(apptest.PathSessions, apptest.Credentials(ada)), 30)

	h.Clock.Advance(30 * time.Second)
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	h.GuessPasswords(ada, 5)
	try(apptest.PathSessions, apptest.Credentials(ada)).Require(429, "too_many_attempts") // the cookie was replaced when the owner signed in
	browser.SignIn(ada).Require(202, "")
}

func TestT14_LockoutDoS_OtherAccountsBrowser(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	bobs := h.Browser()
	bobs.SignIn(bob).Require(201, "")
	h.GuessPasswords(ada, 5)
	for range 3 {
		bobs.SignIn(ada).Require(429, "too_many_attempts")
	}
	h.Clock.Advance(30 * time.Second)
	bobs.SignIn(ada).Require(201, "") // from now on both accounts know the browser
	h.GuessPasswords(ada, 5)
	h.GuessPasswords(bob, 5)
	for range 2 {
		bobs.SignIn(ada).Require(201, "")
		bobs.SignIn(bob).Require(201, "")
	}
}

func TestT14_LockoutDoS_Script(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := func() apptest.Response {
		body := apptest.Credentials(ada)
		body["deliver"] = "token"
		return h.Script("").Do("POST", apptest.PathSessions, body, "User-Agent", "backup/1.0")
	}
	script().Require(201, "")
	h.GuessPasswords(ada, 5)
	a := script().Require(429, "too_many_attempts") // an attacker can send the same User-Agent from the same network
	if set := a.Header.Values("Set-Cookie"); len(set) > 0 {
		t.Errorf("a script got the cookies %q", set)
	}
}

func TestT14_LockoutDoS_PendingSignInKept(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	browser := h.Browser()
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	browser.SignIn(ada).Require(202, "")
	first := h.PendingSignIn(ada)
	for range 5 {
		h.PendingSignIn(ada)
	}
	h.CompleteSignIn(first, phone.Code()).Require(410, "sign_in_expired")
	browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(201, "")
}

func TestT15_Enumeration_DeviceCookie(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.NewUser(ada).WithTOTP()
	h.AddAccount(bob)
	h.AddAccount("eve@example.com")
	eves := h.Browser()
	eves.SignIn("eve@example.com").Require(201, "")
	for try := range 7 {
		var responses []string
		for _, email := range []string{unknownEmail, bob, ada} {
			responses = append(responses, eves.SignIn(email, JSON{"password": "certainly not this one"}).Comparable())
		}
		if responses[0] != responses[1] || responses[0] != responses[2] {
			t.Fatalf("attempt %d is distinguishable:\n%s\n\n%s\n\n%s", try+1, responses[0], responses[1], responses[2])
		}
	}
}

func TestT20_Fixation_DeviceCookie(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.AddAccount("eve@example.com")
	eves := h.Browser()
	eves.SignIn("eve@example.com").Require(201, "")
	for what, planted := range map[string]string{
		"made up": "tf_d_cHJlc2V0LWJ5LXNvbWVib2R5LWVsc2UtYmVmb3JlLXNpZ24taW4", "short": "x", "the attacker's own": eves.Cookie("twofold_device"),
	} {
		browser := h.Browser()
		browser.SetCookie("twofold_device", planted)
		browser.SignIn(ada).Require(201, "")
		if got := browser.Cookie("twofold_device"); got == planted || len(got) < 40 {
			t.Errorf("%s: the cookie is %q", what, got)
		}
		h.GuessPasswords(ada, 5)
		h.Script("").Do("POST", apptest.PathSessions, apptest.Credentials(ada), "Cookie", "twofold_device="+planted).Require(429, "too_many_attempts")
		browser.SignIn(ada).Require(201, "")
		h.Clock.Advance(time.Hour)
		h.Script("").SignIn(ada).Require(201, "")
	}
}
