package app_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/test/apptest"
)

func TestChangePassword_EndsOtherSessions(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, apptest.TenRecoveryCodes)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	h.AddAccount(bob)
	other := h.SignedIn(bob)
	browser := h.Browser()
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	pending := h.PendingSignIn(ada)
	seen := 0
	h.NewSubjects(ada, &seen)
	id, cookie := browser.SessionID(), browser.Cookie("twofold_session")
	h.Clock.Advance(30 * time.Second)

	a := browser.ChangePassword(apptest.NewPassword, browser.StepUpToken("account.password", JSON{"code": phone.Code()})).Require(200, "")
	if a.Int("sessions_ended") != 1 || a.Int("notices_sent") != 1 || a.Int("recovery_codes_left") != 10 {
		t.Errorf("the receipt is %s, want one session, one notice, ten codes", a.Body)
	}
	if got := h.NewSubjects(ada, &seen); got != "Your password was changed" {
		t.Errorf("got the notices %q", got)
	}
	if m := h.Mail(ada); m.Link("/not-me") == "" || strings.Contains(m.Raw, apptest.NewPassword) {
		t.Errorf("the mail is\n%s", m.Raw)
	}
	if browser.SessionID() != id || browser.Cookie("twofold_session") == cookie {
		t.Error("want the same session with a new token")
	}
	h.Script("").Do("GET", apptest.PathCurrentSession, nil, "Cookie", "twofold_session="+cookie).Require(401, "session_required")
	script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	other.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	h.CompleteSignIn(pending, phone.Code()).Require(410, "sign_in_expired")
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	h.Script("").SignIn(ada, JSON{"password": apptest.NewPassword}).Require(202, "")
	if at := browser.Do("GET", "/api/v1/account", nil).Text("password_changed_at"); at != h.Clock.Now().Format(time.RFC3339) {
		t.Errorf("password_changed_at is %s, want now", at)
	}
	if n := strings.Count(h.Log.String(), `"password.changed"`); n != 1 {
		t.Errorf("%d log lines of the change, want 1", n)
	}
}

func TestChangePassword_ScriptKeepsToken(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	a := script.ChangePassword(apptest.NewPassword, script.StepUpToken("account.password")).Require(200, "")
	if set := a.Header.Values("Set-Cookie"); len(set) > 0 || a.Int("notices_sent") != 0 {
		t.Errorf("set %q and returned %s, want no mail", set, a.Body)
	}
	script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
}

func TestChangePassword_Unacceptable(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, apptest.TenRecoveryCodes, "TWOFOLD_ISSUER=Lamp Post Ltd")
	h.AddAccount(ada)
	mine, other := h.SignedIn(ada), h.SignedIn(ada)
	seen := 0
	token := mine.StepUpToken("account.password")
	for pw, reason := range map[string]string{
		"fourteen chars":                "too_short",
		"":                              "too_short",
		strings.Repeat("otter ", 22):    "too_long",
		"passwordpassword":              "common",
		"QWERTYUIOPASDFGHJKL":           "common",
		"ada@example.com":               "context",
		"Ada Ada Ada Ada Ada":           "context",
		"ada@example.com ada":           "context",
		"Lamp Post Ltd. Lamp Post Ltd.": "context",
		"twofold-twofold":               "context",
		apptest.Password:                "unchanged",
	} {
		a := mine.ChangePassword(pw, token)
		if pw == "" && a.Status == 400 { // refused by the schema
			continue
		}
		a.Require(422, "password_unacceptable")
		if got := a.Text("reason"); got != reason {
			t.Errorf("%q: rejected as %s, want %s", pw, got, reason)
		}
		if pw != "" && strings.Contains(string(a.Body), pw) {
			t.Errorf("the response repeats the password: %s", a.Body)
		}
	}
	mine.Do("PUT", apptest.PathPassword, JSON{"new_password": 7}, "Step-Up-Token", token).Require(400, "invalid_request")
	mine.Do("PUT", apptest.PathPassword, JSON{}, "Step-Up-Token", token).Require(400, "invalid_request")
	other.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if got := h.NewSubjects(ada, &seen); got != "" {
		t.Errorf("got the notices %q", got)
	}
	mine.ChangePassword(apptest.NewPassword, token).Require(200, "")
	other.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}

func TestChangePassword_Concurrent(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	h.AddAccount(ada)
	var clients []*apptest.Client
	var tokens, words []string
	for i := range 8 {
		c := h.SignedIn(ada)
		clients, tokens = append(clients, c), append(tokens, c.StepUpToken("account.password"))
		words = append(words, strings.Repeat("otter ", i+3))
	}
	responses := apptest.Concurrently(len(clients), func(i int) apptest.Response { return clients[i].ChangePassword(words[i], tokens[i]) })
	changed := 0
	for i, a := range responses {
		if a.Status == 200 {
			changed++
			h.Script("").SignIn(ada, JSON{"password": words[i]}).Require(201, "")
			clients[i].Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
			continue
		}
		if a.Code() != "step_up_required" && a.Code() != "session_required" {
			t.Errorf("the losing change got %d %s", a.Status, a.Code())
		}
		clients[i].Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	}
	if changed != 1 {
		t.Errorf("%d changes happened, want 1", changed)
	}
}

func TestChangePassword_ForgetsOtherDevices(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, apptest.TenRecoveryCodes)
	h.AddAccount(ada)
	mine, other := h.Browser(), h.Browser()
	mine.SignIn(ada).Require(201, "")
	other.SignIn(ada).Require(201, "")
	h.SignedIn(ada)
	mine.ChangePassword(apptest.NewPassword, mine.StepUpToken("account.password")).Require(200, "")
	seen := 0
	h.NewSubjects(ada, &seen)
	with := JSON{"password": apptest.NewPassword}

	h.GuessPasswords(ada, 5)
	mine.SignIn(ada, with).Require(201, "")
	other.SignIn(ada, with).Require(429, "too_many_attempts")
	h.Clock.Advance(30 * time.Second)
	if got := h.NewSubjects(ada, &seen); got != apptest.SubjectAfterFailures {
		t.Errorf("this browser: got the notices %q, want no new device", got)
	}
	for what, signIn := range map[string]func(){
		"the other browser": func() { other.SignIn(ada, with).Require(201, "") },
		"the script":        func() { h.Script("").SignIn(ada, with, JSON{"deliver": "token"}).Require(201, "") },
	} {
		if signIn(); h.NewSubjects(ada, &seen) != apptest.SubjectNewDevice {
			t.Errorf("%s: no notice of a new device", what)
		}
		if signIn(); h.NewSubjects(ada, &seen) != "" {
			t.Errorf("%s: second notice of a new device", what)
		}
	}
}

func TestT17_StepUpReplay_AfterPasswordChange(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	var older []string
	for _, purpose := range []string{"mfa.remove", "account.password"} {
		older = append(older, script.StepUpToken(purpose, JSON{"code": phone.Code()}))
		h.Clock.Advance(30 * time.Second)
	}
	token := script.StepUpToken("account.password", JSON{"code": phone.Code()})
	script.ChangePassword(apptest.NewPassword, token).Require(200, "")
	for _, used := range []string{token, older[1]} {
		script.ChangePassword("yet another otter there", used).Require(401, "step_up_required")
	}
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", older[0]).Require(401, "step_up_required")
}

func TestT16_PasswordVariants(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.TenRecoveryCodes)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	const word = "Äpfel zählen Öltanks früh"
	script.ChangePassword(norm.NFD.String(word), script.StepUpToken("account.password")).Require(200, "")
	for _, spelling := range []string{norm.NFC.String(word), norm.NFD.String(word)} {
		h.Script("").SignIn(ada, JSON{"password": spelling}).Require(201, "")
		token := script.StepUp("account.password", JSON{"password": spelling}).Require(201, "").Text("step_up_token")
		if reason := script.ChangePassword(spelling, token).Require(422, "password_unacceptable").Text("reason"); reason != "unchanged" {
			t.Errorf("%+q: rejected as %s, want unchanged", spelling, reason)
		}
	}
	// Passwords are neither trimmed nor case-folded nor normalized to NFKC.
	for _, other := range []string{" " + word, word + " ", strings.ToUpper(word), strings.ReplaceAll(word, "Ö", "O"), norm.NFKC.String(word[:1]) + word} {
		h.Script("").SignIn(ada, JSON{"password": other}).Require(401, "credentials_rejected")
		h.Clock.Advance(2 * time.Hour)
	}
}
