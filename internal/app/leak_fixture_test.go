package app_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// leakFixture is a server on which a user performed every operation, successfully and not, and the secrets that were involved.
type leakFixture struct {
	*apptest.Server
	t       *testing.T
	browser *apptest.Client // signed in as ada, with two factors
	phone   *apptest.Phone
	secrets apptest.Secrets
}

// newLeakFixture adds ada and bob and performs the operations as ada.
func newLeakFixture(t *testing.T, h *apptest.Server) *leakFixture {
	t.Helper()
	found := apptest.Secrets{"the password": apptest.Password, "a wrong password": "the wrong canary of passwords"}
	h.AddAccount(ada)
	h.AddAccount(bob)
	browser, script := h.Browser(), h.Script("")
	script.SignIn(ada, JSON{"password": found["a wrong password"]}).Require(401, "credentials_rejected")
	script.SignIn(unknownEmail, JSON{"password": found["a wrong password"]}).Require(401, "credentials_rejected")
	browser.SignIn(ada).Require(201, "")
	found["a session cookie"], found["a device cookie"] = browser.Cookie("twofold_session"), browser.Cookie("twofold_device")
	found["a step-up token"] = browser.StepUpToken("mfa.enroll")
	begun := browser.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", found["a step-up token"]).Require(201, "")
	png, err := base64.StdEncoding.DecodeString(begun.Text("qr_png"))
	apptest.Must(t, err)
	found["the key"], found["the key's URI"], found["the key's picture"] = begun.Text("secret"), begun.Text("otpauth_uri"), string(png)
	phone := h.PhoneFrom(begun)
	found["a wrong code"], found["the code that confirmed"] = phone.Wrong(), phone.Code()
	browser.Confirm(phone, found["a wrong code"]).Require(422, "code_rejected")
	codes := browser.Confirm(phone, found["the code that confirmed"]).Require(201, "").RecoveryCodes()
	found["a recovery code"], found["a recovery code without dashes"] = codes[0], strings.ReplaceAll(codes[0], "-", "")
	found["an unused recovery code"], found["a wrong recovery code"] = codes[1], "7Z8Y-9XWV-7Z8Y-9XWV"
	found["the renewed session cookie"] = browser.Cookie("twofold_session")
	h.Clock.Advance(30 * time.Second)
	found["a sign-in token"], found["the code that signed in"] = h.PendingSignIn(ada), phone.Code()
	h.CompleteSignIn(found["a sign-in token"], found["a wrong code"]).Require(401, "code_rejected")
	found["a session token"] = h.CompleteSignIn(found["a sign-in token"], found["the code that signed in"]).Require(201, "").Text("session_token")
	h.Script(found["a session token"]).Do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
	h.CompleteSignIn(h.PendingSignIn(ada), found["the code that signed in"]).Require(401, "code_used")
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), found["a wrong recovery code"]).Require(401, "code_rejected")
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), found["a recovery code without dashes"]).Require(201, "")
	h.CompleteWithRecoveryCode(h.PendingSignIn(ada), found["a recovery code"]).Require(401, "code_used")
	h.Script("").SignIn(ada, apptest.RecoveryCode(found["an unused recovery code"]+"-9")).Require(400, "invalid_request")
	other := h.Browser()
	other.SignIn(ada).Require(202, "")
	found["a sign-in cookie"] = other.Cookie("twofold_signin")
	h.Clock.Advance(30 * time.Second)
	found["the code that stepped up"] = phone.Code()
	found["a token for removal"] = browser.StepUpToken("mfa.remove", JSON{"code": found["the code that stepped up"]})
	found["a step-up token's signature"] = found["a token for removal"][strings.LastIndex(found["a token for removal"], ".")+1:]
	return &leakFixture{Server: h, t: t, browser: browser, phone: phone, secrets: found}
}

// sendConflicts sends requests that conflict (409) and that are in backoff (429).
func (f *leakFixture) sendConflicts() {
	f.t.Helper()
	h, browser, found := f.Server, f.browser, f.secrets
	h.Clock.Advance(30 * time.Second)
	method, _ := browser.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any)[0].(map[string]any)
	found["a code that collided"] = f.phone.Code()
	found["a token that collided"] = browser.StepUpToken("mfa.enroll", JSON{"code": found["a code that collided"]})
	browser.Do("POST", apptest.PathEnrollments, JSON{"name": method["name"]}, "Step-Up-Token", found["a token that collided"]).Require(409, "name_taken")
	for range 5 {
		h.Script("").SignIn(bob, JSON{"password": found["a wrong password"]}).Require(401, "credentials_rejected")
	}
	h.Script("").SignIn(bob, JSON{"password": found["a wrong password"]}).Require(429, "too_many_attempts")
	h.Script("").SignIn(bob).Require(429, "too_many_attempts")
}

// sendMalformed sends malformed requests with secrets in the wrong places.
func (f *leakFixture) sendMalformed() {
	f.t.Helper()
	c, found := f.browser, f.secrets
	password, code, token := found["the password"], found["a wrong code"], found["a session token"]
	key, remove := found["the key"], found["a token for removal"]
	for _, body := range []apptest.Raw{
		apptest.Raw(`{"email":"` + ada + `","password":"` + password + `","password":"` + password + `"}`),
		apptest.Raw(`{"email":"` + ada + `","password":"` + password),
		apptest.Raw(`{"email":"` + ada + `","password":"` + password + `"} ` + password),
		apptest.Raw(`{"email":"` + ada + `","password":["` + password + `"]}`),
		apptest.Raw(`{"email":{"` + ada + `":"` + password + `"},"password":"` + password + `"}`),
		apptest.Raw(`{"email":"` + ada + `","password":"` + password + `","code":` + "1" + code + `}`),
		apptest.Raw(`{"email":"` + ada + `","password":"` + password + `","code":"` + code + code + `"}`),
		apptest.Raw(`{"email":"` + ada + `","Password":"` + password + `"}`),
		apptest.Raw(`{"email":"` + ada + `","password":"` + password + "\xff" + `"}`),
		apptest.Raw(`"` + password + `"`),
		apptest.Raw(`{"email":"` + ada + `","password":"` + password + `","deliver":"` + token + `"}`),
		apptest.Raw(`{"email":"` + ada + `","password":"` + strings.Repeat(password, 1000) + `"}`),
	} {
		c.Do("POST", "/api/v1/sessions", body)
		c.Do("POST", "/api/v1/step-up", body)
		c.Do("POST", apptest.PathSecondFactor, body)
	}
	c.Do("POST", "/api/v1/sessions", apptest.Raw("password="+password), "Content-Type", "application/x-www-form-urlencoded; p="+token)
	c.Do("GET", "/api/v1/"+key+"?password="+token, nil)
	c.Do("GET", apptest.PathMethods+key+"?code="+code, nil)
	c.Do("GET", "/"+token, nil)
	c.Do("DELETE", apptest.PathMethods+token, nil, "Step-Up-Token", remove)
	c.Do("DELETE", apptest.PathMethods+apptest.UnknownID, nil, "Step-Up-Token", remove+"x")
	c.Do("DELETE", apptest.PathMethods+apptest.UnknownID, nil, "Step-Up-Token", remove[:len(remove)-9]+"AAAAAAAAA")
	c.Do("DELETE", apptest.PathMethods+apptest.UnknownID, nil, "Step-Up-Token", token)
	c.Do("POST", "/api/v1/step-up", JSON{"purpose": token, "password": password})
	c.Do("PUT", "/api/v1/mfa?token="+token, nil)
	c.Do("GET", apptest.PathCurrentSession, nil, "Authorization", "Bearer "+token)
	c.Do("GET", apptest.PathCurrentSession, nil, "Cookie", "twofold_session="+token+"; twofold_session="+token)
	c.Do("GET", apptest.PathCurrentSession, nil, "Authorization", "Basic "+token)
}

// sendExpired presents expired and revoked credentials in every place that takes credentials.
func (f *leakFixture) sendExpired() {
	f.t.Helper()
	h, found := f.Server, f.secrets
	for _, what := range []string{"a session cookie", "a sign-in token", "a step-up token", "a session token"} {
		h.Script(found[what]).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
		h.Script("").Do("GET", apptest.PathCurrentSession, nil, "Cookie", "twofold_session="+found[what]).Require(401, "session_required")
		h.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": found[what][:48], "code": found["a wrong code"]}).Require(410, "sign_in_expired")
	}
}

// followMails reads the mails and presents their links. Each token must be in its own mail only, and no other secret in any.
func (f *leakFixture) followMails() {
	f.t.Helper()
	t, h, found := f.t, f.Server, f.secrets
	h.RequestPasswordReset(ada)
	h.RequestPasswordReset(bob)
	h.Deliver()
	links := apptest.Secrets{}
	for i, m := range h.Mailbox.All() {
		text := m.Readable()
		found.WantAbsent(t, "a mail", text)
		links.WantAbsent(t, "another mail", text)
		for _, l := range m.Links {
			if token := apptest.Token(l); token != "" {
				links[fmt.Sprintf("the token of link %s in mail %d", l, i)] = token
			}
		}
	}
	if len(links) < 5 {
		t.Errorf("the mails have only %d links", len(links))
	}
	maps.Copy(found, links)
	for _, token := range links {
		h.Script("").Do("POST", apptest.PathCompletePasswordReset, JSON{"token": token, "new_password": "short"})
		h.Script("").Do("POST", "/api/v1/notices/not-me", JSON{"token": token + "x"})
	}
}

// panicInside makes requests panic at each reading of the clock, with secrets as the panic value.
func (f *leakFixture) panicInside() {
	f.t.Helper()
	t, h, found := f.t, f.Server, f.secrets
	browser := f.browser.InProcess()
	wantInternal := func(what string, a apptest.Response) { // a problem without details
		whole, _ := a.Value().(map[string]any)
		got := slices.Sorted(maps.Keys(whole))
		want := []string{"code", "request_id", "status", "title", "type"}
		if a.Status != 500 || a.Code() != "internal" || !slices.Equal(got, want) {
			t.Errorf("%s: got %d %s, want 500 with %v", what, a.Status, a.Body, want)
		}
		if a.Value("request_id") != a.Header.Get("X-Request-Id") {
			t.Errorf("%s: the request id is %v in the problem and %s in the header", what, a.Value("request_id"), a.Header.Get("X-Request-Id"))
		}
	}
	requests := map[string]func() apptest.Response{
		"sign-in": func() apptest.Response { return h.Script("").InProcess().SignIn(ada) },
		"step-up": func() apptest.Response { return browser.StepUp("mfa.remove", JSON{"code": found["a wrong code"]}) },
		"removal": func() apptest.Response {
			return browser.Do("DELETE", apptest.PathMethods+apptest.UnknownID, nil, "Step-Up-Token", found["a token for removal"])
		},
		"reading": func() apptest.Response { return browser.Do("GET", "/api/v1/mfa", nil) },
	}
	values := []any{apptest.Password, http.ErrNotSupported, map[string]string(maps.Clone(found)), struct{ Key, Code string }{found["the key"], found["a wrong code"]}}
	for name, request := range requests {
		readings := 0
		h.Clock.Watch(func() { readings++ })
		request()
		// The first reading is before the recovery middleware, and the last is after the response.
		for n := 2; n < readings; n++ {
			count := 0
			h.Clock.Watch(func() {
				if count++; count == n {
					panic(values[n%len(values)])
				}
			})
			a := request()
			h.Clock.Watch(nil)
			wantInternal(name, a)
		}
		h.Clock.Watch(nil)
		if readings < 3 {
			t.Errorf("%s reads the clock only %d times, so that no panic happened in the handler", name, readings)
		}
	}
}
