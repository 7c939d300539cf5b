package app_test

import (
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestNewDeviceNotice_Browser(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	seen := 0
	is := func(what, want string) {
		t.Helper()
		if got := h.NewSubjects(ada, &seen); got != want {
			t.Errorf("%s: got the notices %q, want %q", what, got, want)
		}
	}
	first, second := h.Browser(), h.Browser()
	first.SignIn(ada).Require(201, "")
	is("the very first sign-in", "")
	second.SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	is("a wrong password", "")
	second.SignIn(ada).Require(201, "")
	is("another browser", apptest.SubjectNewDevice)
	first.SignIn(ada).Require(201, "")
	second.Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
	second.SignIn(ada).Require(201, "")
	is("both again", "")
	second.SignIn(bob).Require(201, "")
	second.SignIn(ada).Require(201, "")
	is("both, with another account in between", "")
	h.Clock.Advance(180 * 24 * time.Hour)
	first.SignIn(ada).Require(201, "")
	is("one that was away for half a year", apptest.SubjectNewDevice)

	m := h.Mail(ada)
	for _, want := range []string{"127.0.0.1", "/not-me#tf_l_"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the mail does not contain %q:\n%s", want, m.Text)
		}
	}
}

func TestNewDeviceNotice_PendingSignIn(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	seen := 0
	h.NewSubjects(ada, &seen)
	browser := h.Browser()
	browser.SignIn(ada).Require(202, "")
	if browser.Cookie("twofold_device") != "" {
		t.Error("a pending sign-in sets a device cookie")
	}
	if got := h.NewSubjects(ada, &seen); got != "" {
		t.Errorf("a pending sign-in sends notices: %q", got)
	}
	browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(201, "")
	if got := h.NewSubjects(ada, &seen); got != apptest.SubjectNewDevice {
		t.Errorf("got the notices %q, want %q", got, apptest.SubjectNewDevice)
	}
}

func TestNewDeviceNotice_Script(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, "TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8")
	h.AddAccount(ada)
	body := apptest.Credentials(ada)
	body["deliver"] = "token"
	seen := 0
	for _, c := range []struct{ ip, agent, want string }{
		{"192.0.2.7", "curl/8.5.0", ""}, // the first sign-in of the account
		{"192.0.2.7", "curl/8.5.0", ""},
		{"192.0.2.250", "curl/8.5.0", ""},
		{"192.0.3.7", "curl/8.5.0", apptest.SubjectNewDevice},
		{"192.0.3.8", "curl/8.5.0", ""},
		{"192.0.2.7", "curl/8.6.0", apptest.SubjectNewDevice},
		{"2001:db8:1:2::3", "curl/8.5.0", apptest.SubjectNewDevice},
		{"2001:db8:1:ffff::9", "curl/8.5.0", ""},
		{"2001:db8:2:2::3", "curl/8.5.0", apptest.SubjectNewDevice},
		{"::ffff:192.0.2.9", "curl/8.5.0", ""},
	} {
		h.Script("").Do("POST", apptest.PathSessions, body, "User-Agent", c.agent, "X-Forwarded-For", c.ip).Require(201, "")
		if got := h.NewSubjects(ada, &seen); got != c.want {
			t.Errorf("%s from %s: got the notices %q, want %q", c.agent, c.ip, got, c.want)
		}
	}
	h.Clock.Advance(180 * 24 * time.Hour)
	h.Script("").Do("POST", apptest.PathSessions, body, "User-Agent", "curl/8.5.0", "X-Forwarded-For", "192.0.2.7").Require(201, "")
	if got := h.NewSubjects(ada, &seen); got != apptest.SubjectNewDevice {
		t.Errorf("half a year later: got the notices %q, want %q", got, apptest.SubjectNewDevice)
	}
}

func TestNotice_SignInAfterFailures(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	seen := 0
	h.NewSubjects(ada, &seen)
	wrongPasswords := func(times int) {
		for range times {
			h.Script("").SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
		}
	}
	signIn := func() string {
		h.Clock.Advance(time.Minute)
		h.SignedIn(ada, JSON{"code": phone.Code()})
		return h.NewSubjects(ada, &seen)
	}
	wrongPasswords(4)
	if got := signIn(); got != "" {
		t.Errorf("after four failures: got the notices %q", got)
	}
	wrongPasswords(4)
	token := h.PendingSignIn(ada) // the correct password alone is no sign-in
	h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
	if got := signIn(); got != apptest.SubjectAfterFailures {
		t.Errorf("after four wrong passwords and a wrong code: got the notices %q, want %q", got, apptest.SubjectAfterFailures)
	}
	if m := h.Mail(ada); !strings.Contains(m.Text, "after 5 failed attempts") {
		t.Errorf("the mail does not have the number:\n%s", m.Text)
	}
	if got := signIn(); got != "" {
		t.Errorf("the next sign-in: got the notices %q", got)
	}
	browser := h.Browser()
	h.Clock.Advance(time.Minute)
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	h.NewSubjects(ada, &seen)
	wrongPasswords(5)
	h.Script("").SignIn(ada).Require(429, "too_many_attempts") // neither checked nor counted
	h.Clock.Advance(30 * time.Second)
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	if got := h.NewSubjects(ada, &seen); got != apptest.SubjectAfterFailures {
		t.Errorf("a known browser after an attacker's failures: got the notices %q, want %q", got, apptest.SubjectAfterFailures)
	}
	if m := h.Mail(ada); !strings.Contains(m.Text, "after 5 failed attempts") {
		t.Errorf("the mail does not have the number:\n%s", m.Text)
	}
}
