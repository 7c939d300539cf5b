package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// jar is a cookie jar filled from the raw header lines. A real one would not send Secure cookies over plain http.
type jar map[string]string

func (j jar) take(a apptest.Response) {
	for _, c := range a.SetCookies() {
		if j[c.Name] = c.Value; c.MaxAge < 0 {
			delete(j, c.Name)
		}
	}
}

func (j jar) header() string {
	var pairs []string
	for name, value := range j {
		pairs = append(pairs, name+"="+value)
	}
	return strings.Join(pairs, "; ")
}

func TestCookies_StrictAndHostBound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, prefix, secure string
		settings             []string
	}{
		{"on http", "", "", nil},
		{"on https", "__Host-", " Secure;", []string{"TWOFOLD_PUBLIC_URL=https://account.example.com"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t, c.settings...)
			h.AddAccount(ada)
			cookies := jar{}
			do := func(method, path string, body any, headers ...string) apptest.Response {
				if len(cookies) > 0 {
					headers = append(headers, "Cookie", cookies.header())
				}
				a := h.Script("").WithT(t).Do(method, path, body, headers...)
				cookies.take(a)
				return a
			}
			session := c.prefix + "twofold_session=…; Path=/; HttpOnly;" + c.secure + " SameSite=Strict"
			signIn := c.prefix + "twofold_signin=…; Path=/; Max-Age=300; HttpOnly;" + c.secure + " SameSite=Strict"
			device := c.prefix + "twofold_device=…; Path=/; Max-Age=15552000; HttpOnly;" + c.secure + " SameSite=Strict"
			noSession := c.prefix + "twofold_session=; Path=/; Max-Age=0; HttpOnly;" + c.secure + " SameSite=Strict"
			noSignIn := c.prefix + "twofold_signin=; Path=/; Max-Age=0; HttpOnly;" + c.secure + " SameSite=Strict"
			sets := func(what string, a apptest.Response, want ...string) {
				t.Helper()
				if got := a.CookieLines(); !slices.Equal(got, want) {
					t.Errorf("%s set\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
			step := func(purpose string, credentials ...JSON) string {
				body := JSON{"purpose": purpose, "password": apptest.Password}
				for _, p := range credentials {
					body["code"] = p["code"]
				}
				a := do("POST", "/api/v1/step-up", body).Require(201, "")
				sets("a step-up", a)
				return a.Text("step_up_token")
			}

			sets("a sign-in", do("POST", "/api/v1/sessions", apptest.Credentials(ada)).Require(201, ""), device, session, noSignIn)
			begun := do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", step("mfa.enroll")).Require(201, "")
			sets("a beginning", begun)
			phone := h.PhoneFrom(begun)
			sets("a confirmation", do("POST", apptest.PathEnrollments+"/"+phone.ID+"/confirm", JSON{"code": phone.Code()}).Require(201, ""), session)
			sets("a reading", do("GET", apptest.PathCurrentSession, nil).Require(200, ""))
			h.Clock.Advance(30 * time.Second)
			before := cookies[c.prefix+"twofold_session"]
			sets("the first half of a sign-in", do("POST", "/api/v1/sessions", apptest.Credentials(ada)).Require(202, ""), signIn)
			if cookies[c.prefix+"twofold_session"] != before {
				t.Error("the other session cookie changed")
			}
			sets("a wrong code", do("POST", apptest.PathSecondFactor, JSON{"code": phone.Wrong()}).Require(401, "code_rejected"))
			sets("the second half", do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code()}).Require(201, ""), device, session, noSignIn)
			h.Clock.Advance(30 * time.Second)
			token := step("mfa.remove", JSON{"code": phone.Code()})
			sets("a removal", do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(200, ""), session)
			sets("a sign-out", do("DELETE", apptest.PathCurrentSession, nil).Require(204, ""), noSession)
		})
	}
}

// A subdomain or a plain http response can only plant cookies of other names.
func TestCookies_OtherNamesIgnored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings    []string
		ours, other string
	}{
		"on https": {[]string{"TWOFOLD_PUBLIC_URL=https://account.example.com"}, "__Host-twofold_session", "twofold_session"},
		"on http":  {nil, "twofold_session", "__Host-twofold_session"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t, c.settings...)
			h.AddAccount(ada)
			anyone := h.Script("").WithT(t)
			cookies := anyone.Do("POST", "/api/v1/sessions", apptest.Credentials(ada)).Require(201, "").SetCookies()
			i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Value != "" })
			for cookie, want := range map[string]int{
				c.ours: 200, c.other: 401, "__Secure-twofold_session": 401, strings.ToUpper(c.ours): 401, c.ours + "2": 401,
			} {
				anyone.Do("GET", apptest.PathCurrentSession, nil, "Cookie", cookie+"="+cookies[i].Value).Require(want, "")
			}
		})
	}
}

// Browsers send the cookies of a host to all of its ports.
func TestCookies_OwnNamePerPort(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://account.example.com":      "__Host-twofold_session",
		"https://account.example.com:443":  "__Host-twofold_session",
		"https://account.example.com:8443": "__Host-twofold_session_8443",
		"http://localhost":                 "twofold_session",
		"http://localhost:8355":            "twofold_session_8355",
		"http://[::1]:8356":                "twofold_session_8356",
	} {
		h := apptest.Start(t, "TWOFOLD_PUBLIC_URL="+url)
		h.AddAccount(ada)
		body := strings.NewReader(`{"email":"` + ada + `","password":"` + apptest.Password + `"}`)
		response, err := http.Post(h.URL+apptest.PathSessions, "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		named := func(c *http.Cookie) bool { return c.Name == want && c.Value != "" }
		if cookies := response.Cookies(); !slices.ContainsFunc(cookies, named) {
			t.Errorf("%s sets %v, want %s", url, cookies, want)
		}
	}
}

func TestSignIn_PendingSetsNoSessionCookie(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	h.AddAccount(bob)
	browser := h.Browser()
	browser.SignIn(bob).Require(201, "")
	before := browser.Cookie("twofold_session")
	for name, a := range map[string]apptest.Response{
		"the password":              browser.SignIn(ada),
		"the password, as a script": browser.SignIn(ada, JSON{"deliver": "token"}),
		"a wrong code":              browser.SignIn(ada, JSON{"code": phone.Wrong()}),
		"a wrong code after that":   browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Wrong()}),
		"a wrong password":          browser.SignIn(ada, JSON{"password": "certainly not this one"}),
	} {
		for _, line := range a.Header.Values("Set-Cookie") {
			if strings.Contains(line, "session") {
				t.Errorf("%s returned %d and set %s", name, a.Status, line)
			}
		}
		if a.Value("session_token") != nil || a.Value("id") != nil {
			t.Errorf("%s returned a session: %s", name, a.Body)
		}
	}
	if browser.Cookie("twofold_session") != before {
		t.Error("the other session cookie changed")
	}
	if got := browser.Do("GET", "/api/v1/account", nil).Require(200, "").Text("email"); got != bob {
		t.Errorf("the browser is signed in as %s, want %s", got, bob)
	}
}
