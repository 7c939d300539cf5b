package app_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"twofold/internal/test/apptest"
)

const password = "/api/v1/account/password"

// change changes the password, for whatever comes of it.
func change(c *apptest.Client, to, token string) apptest.Response {
	return c.Do("PUT", password, JSON{"new_password": to}, "Step-Up-Token", token)
}

func TestChangingThePassword(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, tenCodes)
	script, phone := withMFA(h, ada)
	h.AddAccount(bob)
	stranger := h.SignedIn(bob)
	browser := h.Browser()
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	pending := pendingSignIn(h, ada)
	seen := 0
	heard(h, ada, &seen)
	id, cookie := sessionID(browser), browser.Cookie("twofold_session")
	h.Clock.Advance(30 * time.Second)

	a := change(browser, extraSession, stepUp(browser, "account.password", JSON{"code": phone.Code()})).Require(200, "")
	if a.Int("sessions_ended") != 1 || a.Int("notices_sent") != 1 || a.Int("recovery_codes_left") != 10 {
		t.Errorf("the receipt is %s, want one session, one notice, ten codes", a.Body)
	}
	if got := heard(h, ada, &seen); got != "Your password was changed" {
		t.Errorf("told %q", got)
	}
	if m := h.Mail(ada); m.Link("/not-me") == "" || strings.Contains(m.Raw, extraSession) {
		t.Errorf("the mail is\n%s", m.Raw)
	}
	if sessionID(browser) != id || browser.Cookie("twofold_session") == cookie {
		t.Error("want the same session with a new token")
	}
	h.Script("").Do("GET", current, nil, "Cookie", "twofold_session="+cookie).Require(401, "session_required")
	script.Do("GET", current, nil).Require(401, "session_required")
	stranger.Do("GET", current, nil).Require(200, "")
	completeSignIn(h, pending, phone.Code()).Require(410, "sign_in_expired")
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
	h.Script("").SignIn(ada, JSON{"password": extraSession}).Require(202, "")
	if at := browser.Do("GET", "/api/v1/account", nil).Text("password_changed_at"); at != h.Clock.Now().Format(time.RFC3339) {
		t.Errorf("password_changed_at is %s, want now", at)
	}
	if n := strings.Count(h.Log.String(), `"password.changed"`); n != 1 {
		t.Errorf("%d entries say that the password changed, want 1", n)
	}
}

func TestAScriptThatChangesThePasswordKeepsItsToken(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	a := change(script, extraSession, stepUp(script, "account.password")).Require(200, "")
	if set := a.Header.Values("Set-Cookie"); len(set) > 0 || a.Int("notices_sent") != 0 {
		t.Errorf("it sets %q and says %s; no mail is sent here", set, a.Body)
	}
	script.Do("GET", current, nil).Require(200, "")
}

func TestAPasswordThatCannotBeOneSpendsNothing(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, tenCodes, "TWOFOLD_ISSUER=Lamp Post Ltd")
	h.AddAccount(ada)
	mine, other := h.SignedIn(ada), h.SignedIn(ada)
	seen := 0
	token := stepUp(mine, "account.password")
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
		a := change(mine, pw, token)
		if pw == "" && a.Status == 400 { // the schema's own
			continue
		}
		a.Require(422, "password_unacceptable")
		if got := a.Text("reason"); got != reason {
			t.Errorf("%q is refused as %s, want %s", pw, got, reason)
		}
		if pw != "" && strings.Contains(string(a.Body), pw) {
			t.Errorf("the answer repeats the password: %s", a.Body)
		}
	}
	mine.Do("PUT", password, JSON{"new_password": 7}, "Step-Up-Token", token).Require(400, "invalid_request")
	mine.Do("PUT", password, JSON{}, "Step-Up-Token", token).Require(400, "invalid_request")
	other.Do("GET", current, nil).Require(200, "")
	if got := heard(h, ada, &seen); got != "" {
		t.Errorf("told %q", got)
	}
	change(mine, extraSession, token).Require(200, "")
	other.Do("GET", current, nil).Require(401, "session_required")
}

func TestOfTwoChangesAtOnceOneHappens(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, tenCodes)
	h.AddAccount(ada)
	var clients []*apptest.Client
	var tokens, words []string
	for i := range 8 {
		c := h.SignedIn(ada)
		clients, tokens = append(clients, c), append(tokens, stepUp(c, "account.password"))
		words = append(words, strings.Repeat("otter ", i+3))
	}
	answers := apptest.Concurrently(len(clients), func(i int) apptest.Response { return change(clients[i], words[i], tokens[i]) })
	changed := 0
	for i, a := range answers {
		if a.Status == 200 {
			changed++
			h.Script("").SignIn(ada, JSON{"password": words[i]}).Require(201, "")
			clients[i].Do("GET", current, nil).Require(200, "")
			continue
		}
		if a.Code() != "step_up_required" && a.Code() != "session_required" {
			t.Errorf("a change that came too late is %d %s", a.Status, a.Code())
		}
		clients[i].Do("GET", current, nil).Require(401, "session_required")
	}
	if changed != 1 {
		t.Errorf("%d changes happened, want 1", changed)
	}
}

func TestANewPasswordMakesOtherDevicesStrangers(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t, tenCodes)
	h.AddAccount(ada)
	mine, other := h.Browser(), h.Browser()
	mine.SignIn(ada).Require(201, "")
	other.SignIn(ada).Require(201, "")
	h.SignedIn(ada)
	change(mine, extraSession, stepUp(mine, "account.password")).Require(200, "")
	seen := 0
	heard(h, ada, &seen)
	with := JSON{"password": extraSession}

	guess(h, ada, 5)
	mine.SignIn(ada, with).Require(201, "")
	other.SignIn(ada, with).Require(429, "too_many_attempts")
	h.Clock.Advance(30 * time.Second)
	if got := heard(h, ada, &seen); got != afterFailures {
		t.Errorf("this browser: told %q, want no new device", got)
	}
	for what, signIn := range map[string]func(){
		"the other browser": func() { other.SignIn(ada, with).Require(201, "") },
		"the script":        func() { h.Script("").SignIn(ada, with, JSON{"deliver": "token"}).Require(201, "") },
	} {
		if signIn(); heard(h, ada, &seen) != newDevice {
			t.Errorf("%s is no new device", what)
		}
		if signIn(); heard(h, ada, &seen) != "" {
			t.Errorf("%s is a new device once more", what)
		}
	}
}

func TestT17_AChangeOfPasswordEndsOlderStepUpTokens(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	script, phone := withMFA(h, ada)
	var older []string
	for _, purpose := range []string{"mfa.remove", "account.password"} {
		older = append(older, stepUp(script, purpose, JSON{"code": phone.Code()}))
		h.Clock.Advance(30 * time.Second)
	}
	token := stepUp(script, "account.password", JSON{"code": phone.Code()})
	change(script, extraSession, token).Require(200, "")
	for _, spent := range []string{token, older[1]} {
		change(script, "yet another otter there", spent).Require(401, "step_up_required")
	}
	script.Do("DELETE", methods+phone.ID, nil, "Step-Up-Token", older[0]).Require(401, "step_up_required")
}

func TestT16_APasswordIsOneInEverySpelling(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, tenCodes)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	const word = "Äpfel zählen Öltanks früh"
	change(script, norm.NFD.String(word), stepUp(script, "account.password")).Require(200, "")
	for _, spelling := range []string{norm.NFC.String(word), norm.NFD.String(word)} {
		h.Script("").SignIn(ada, JSON{"password": spelling}).Require(201, "")
		token := script.StepUp("account.password", JSON{"password": spelling}).Require(201, "").Text("step_up_token")
		if reason := change(script, spelling, token).Require(422, "password_unacceptable").Text("reason"); reason != "unchanged" {
			t.Errorf("%+q is refused as %s, want unchanged", spelling, reason)
		}
	}
	// Otherwise exactly as received: neither trimmed, nor of another case, nor NFKC.
	for _, other := range []string{" " + word, word + " ", strings.ToUpper(word), strings.ReplaceAll(word, "Ö", "O"), norm.NFKC.String(word[:1]) + word} {
		h.Script("").SignIn(ada, JSON{"password": other}).Require(401, "credentials_rejected")
		h.Clock.Advance(2 * time.Hour)
	}
}
