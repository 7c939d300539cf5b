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

// exerciseEverything goes through a whole life with a house, right and wrong, and answers every secret that was in it.
func exerciseEverything(t *testing.T, h *apptest.Server) (*apptest.Client, *apptest.Phone, secretMarkers) {
	t.Helper()
	found := secretMarkers{"the password": apptest.Password, "a wrong password": "the wrong canary of passwords"}
	browser, script := h.Browser(), h.Script("")
	script.SignIn(ada, JSON{"password": found["a wrong password"]}).Require(401, "credentials_rejected")
	script.SignIn("nobody@example.com", JSON{"password": found["a wrong password"]}).Require(401, "credentials_rejected")
	browser.SignIn(ada).Require(201, "")
	found["a session cookie"], found["a device cookie"] = browser.Cookie("twofold_session"), browser.Cookie("twofold_device")
	found["a step-up token"] = stepUp(browser, "mfa.enroll")
	begun := browser.Do("POST", enrollments, nil, "Step-Up-Token", found["a step-up token"]).Require(201, "")
	found["the key"], found["the key's URI"], found["the key's picture"] = begun.Text("secret"), begun.Text("otpauth_uri"), png(begun)
	phone := h.PhoneFrom(begun)
	found["a wrong code"], found["the code that confirmed"] = phone.Wrong(), phone.Code()
	browser.Confirm(phone, found["a wrong code"]).Require(422, "code_rejected")
	codes := shownCodes(t, browser.Confirm(phone, found["the code that confirmed"]).Require(201, ""))
	found["a recovery code"], found["a recovery code without dashes"] = codes[0], strings.ReplaceAll(codes[0], "-", "")
	found["an unused recovery code"], found["a wrong recovery code"] = codes[1], "7Z8Y-9XWV-7Z8Y-9XWV"
	found["the renewed session cookie"] = browser.Cookie("twofold_session")
	h.Clock.Advance(30 * time.Second)
	found["a sign-in token"], found["the code that signed in"] = pendingSignIn(h, ada), phone.Code()
	completeSignIn(h, found["a sign-in token"], found["a wrong code"]).Require(401, "code_rejected")
	found["a session token"] = completeSignIn(h, found["a sign-in token"], found["the code that signed in"]).Require(201, "").Text("session_token")
	h.Script(found["a session token"]).Do("DELETE", current, nil).Require(204, "")
	completeSignIn(h, pendingSignIn(h, ada), found["the code that signed in"]).Require(401, "code_used")
	recovering(h, pendingSignIn(h, ada), found["a wrong recovery code"]).Require(401, "code_rejected")
	recovering(h, pendingSignIn(h, ada), found["a recovery code without dashes"]).Require(201, "")
	recovering(h, pendingSignIn(h, ada), found["a recovery code"]).Require(401, "code_used")
	h.Script("").SignIn(ada, recoveryCode(found["an unused recovery code"]+"-9")).Require(400, "invalid_request")
	other := h.Browser()
	other.SignIn(ada).Require(202, "")
	found["a sign-in cookie"] = other.Cookie("twofold_signin")
	h.Clock.Advance(30 * time.Second)
	found["the code that stepped up"] = phone.Code()
	found["a token for removal"] = stepUp(browser, "mfa.remove", JSON{"code": found["the code that stepped up"]})
	found["a step-up token's signature"] = found["a token for removal"][strings.LastIndex(found["a token for removal"], ".")+1:]
	return browser, phone, found
}

// png is the picture in the answer that shows a key, as bytes.
func png(begun apptest.Response) string {
	raw, err := base64.StdEncoding.DecodeString(begun.Text("qr_png"))
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// collide runs into what is there already (409), and guesses until it is told to wait (429).
func collide(h *apptest.Server, browser *apptest.Client, phone *apptest.Phone, found secretMarkers) {
	h.T.Helper()
	h.Clock.Advance(30 * time.Second)
	method, _ := browser.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("methods").([]any)[0].(map[string]any)
	found["a code that collided"] = phone.Code()
	found["a token that collided"] = stepUp(browser, "mfa.enroll", JSON{"code": found["a code that collided"]})
	browser.Do("POST", enrollments, JSON{"name": method["name"]}, "Step-Up-Token", found["a token that collided"]).Require(409, "name_taken")
	for range 5 {
		h.Script("").SignIn(bob, JSON{"password": found["a wrong password"]}).Require(401, "credentials_rejected")
	}
	h.Script("").SignIn(bob, JSON{"password": found["a wrong password"]}).Require(429, "too_many_attempts")
	h.Script("").SignIn(bob).Require(429, "too_many_attempts")
}

// sendMalformed sends what is refused for its shape, with secrets in all the wrong places.
func sendMalformed(c *apptest.Client, found secretMarkers) {
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
		c.Do("POST", complete, body)
	}
	c.Do("POST", "/api/v1/sessions", apptest.Raw("password="+password), "Content-Type", "application/x-www-form-urlencoded; p="+token)
	c.Do("GET", "/api/v1/"+key+"?password="+token, nil)
	c.Do("GET", methods+key+"?code="+code, nil)
	c.Do("GET", "/"+token, nil)
	c.Do("DELETE", methods+token, nil, "Step-Up-Token", remove)
	c.Do("DELETE", methods+unknownID, nil, "Step-Up-Token", remove+"x")
	c.Do("DELETE", methods+unknownID, nil, "Step-Up-Token", remove[:len(remove)-9]+"AAAAAAAAA")
	c.Do("DELETE", methods+unknownID, nil, "Step-Up-Token", token)
	c.Do("POST", "/api/v1/step-up", JSON{"purpose": token, "password": password})
	c.Do("PUT", "/api/v1/mfa?token="+token, nil)
	c.Do("GET", current, nil, "Authorization", "Bearer "+token)
	c.Do("GET", current, nil, "Cookie", "twofold_session="+token+"; twofold_session="+token)
	c.Do("GET", current, nil, "Authorization", "Basic "+token)
}

// presentEnded shows credentials that are over, through every carrier.
func presentEnded(h *apptest.Server, found secretMarkers) {
	for _, what := range []string{"a session cookie", "a sign-in token", "a step-up token", "a session token"} {
		h.Script(found[what]).Do("GET", current, nil).Require(401, "session_required")
		h.Script("").Do("GET", current, nil, "Cookie", "twofold_session="+found[what]).Require(401, "session_required")
		h.Script("").Do("POST", complete, JSON{"sign_in_token": found[what][:48], "code": found["a wrong code"]}).Require(410, "sign_in_expired")
	}
}

func TestT07_Secrets_NotInLogsOrDatabase(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithMail(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	browser, phone, found := exerciseEverything(t, h)
	maps.Copy(found, ofHouse(t, h))
	heard := recordResponses(h)
	sendMalformed(browser, found)
	presentEnded(h, found)
	refused := heard()
	collide(h, browser, phone, found)
	follow(t, h, found)
	failInside(t, h, browser, found)
	execute(t, database(t, h), `UPDATE mfa_methods SET sealed_key = ?`, []byte{0})
	completeSignIn(h, pendingSignIn(h, ada), found["a wrong code"]).Require(500, "internal")

	found.in(t, "a refusal", refused)
	found.in(t, "the log", h.Log.String())
	for _, line := range []string{
		`"msg":"panic"`, `"msg":"request failed"`, `"event":"step_up.refused"`, `"event":"sign_in.failed"`, `"level":"DEBUG"`,
		`"status":400`, `"status":401`, `"status":409`, `"status":429`, `"status":500`,
	} {
		if !strings.Contains(h.Log.String(), line) {
			t.Errorf("the log has no %s: the run proves nothing", line)
		}
	}
	wantNothingKept(t, h, found) // while it runs, with its write-ahead log
	h.App.Close()
	h.Script("").SignIn(ada).Require(503, "unavailable")
	browser.Do("GET", current, nil).Require(503, "unavailable")
	browser.Do("GET", "/readyz", nil).Require(503, "unavailable")
	browser.Do("GET", "/healthz", nil).Require(200, "")
	found.in(t, "the log of a house without its database", h.Log.String())
	for name, text := range files(t, h) {
		found.in(t, name, text)
	}
}

// follow reads the mails. A link's token is in its own mail, and nothing else is in any.
func follow(t *testing.T, h *apptest.Server, found secretMarkers) {
	t.Helper()
	askReset(h, ada)
	askReset(h, bob)
	h.Deliver()
	links := secretMarkers{}
	for i, m := range h.Mailbox.All() {
		text := readings(m)
		found.in(t, "a mail", text)
		links.in(t, "another mail", text)
		for _, l := range m.Links {
			if token := apptest.Token(l); token != "" {
				links[fmt.Sprintf("the token of link %s in mail %d", l, i)] = token
			}
		}
	}
	if len(links) < 5 {
		t.Errorf("the mails have %d links: the run proves little", len(links))
	}
	maps.Copy(found, links)
	for _, token := range links {
		h.Script("").Do("POST", resetComplete, JSON{"token": token, "new_password": "short"})
		h.Script("").Do("POST", "/api/v1/notices/not-me", JSON{"token": token + "x"})
	}
}

// failInside makes requests panic at each place where they ask for the time, with secrets as what they panic with.
func failInside(t *testing.T, h *apptest.Server, browser *apptest.Client, found secretMarkers) {
	t.Helper()
	browser = browser.InProcess()
	requests := map[string]func() apptest.Response{
		"sign-in": func() apptest.Response { return h.Script("").InProcess().SignIn(ada) },
		"step-up": func() apptest.Response { return browser.StepUp("mfa.remove", JSON{"code": found["a wrong code"]}) },
		"removal": func() apptest.Response {
			return browser.Do("DELETE", methods+unknownID, nil, "Step-Up-Token", found["a token for removal"])
		},
		"reading": func() apptest.Response { return browser.Do("GET", "/api/v1/mfa", nil) },
	}
	values := []any{apptest.Password, http.ErrNotSupported, map[string]string(maps.Clone(found)), struct{ Key, Code string }{found["the key"], found["a wrong code"]}}
	for name, request := range requests {
		readings := 0
		h.Clock.Watch(func() { readings++ })
		request()
		// The first reading is before the request is watched over, and the last when it has been answered.
		for n := 2; n < readings; n++ {
			count := 0
			h.Clock.Watch(func() {
				if count++; count == n {
					panic(values[n%len(values)])
				}
			})
			a := request()
			h.Clock.Watch(nil)
			wantInternal(t, name, a)
		}
		h.Clock.Watch(nil)
		if readings < 3 {
			t.Errorf("%s asks for the time %d times: nothing failed inside of it", name, readings)
		}
	}
}

// wantInternal wants a problem that says nothing but where to look.
func wantInternal(t *testing.T, what string, a apptest.Response) {
	t.Helper()
	whole, _ := a.Value().(map[string]any)
	got := slices.Sorted(maps.Keys(whole))
	want := []string{"code", "request_id", "status", "title", "type"}
	if a.Status != 500 || a.Code() != "internal" || !slices.Equal(got, want) {
		t.Errorf("%s: got %d %s, want 500 with %v", what, a.Status, a.Body, want)
	}
	if a.Value("request_id") != a.Header.Get("X-Request-Id") {
		t.Errorf("%s: the problem's request id %v is not the header's, %s", what, a.Value("request_id"), a.Header.Get("X-Request-Id"))
	}
}
