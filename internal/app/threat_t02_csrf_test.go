package app_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT02_CSRF_ForeignOrigin(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	phone := browser.Enroll()
	browser.Begin(JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)
	token := browser.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	before := browser.Do("GET", "/api/v1/mfa", nil).Require(200, "").Body
	cookie := browser.Cookie("twofold_session")

	host := strings.TrimPrefix(h.URL, "http://")
	// The headers that a browser adds to a request that another site caused.
	foreign := map[string][]string{
		"another site":                           {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		"another site, without an origin":        {"Sec-Fetch-Site", "cross-site"},
		"a sibling site":                         {"Sec-Fetch-Site", "same-site", "Origin", "http://sibling." + host},
		"a sibling site, without an origin":      {"Sec-Fetch-Site", "same-site"},
		"another site, in an old browser":        {"Origin", "https://evil.example"},
		"a sibling site, in an old browser":      {"Origin", "http://sibling." + host},
		"another port, in an old browser":        {"Origin", "http://127.0.0.1:1"},
		"a name that ends like the origin":       {"Origin", "http://evil" + host},
		"a name that begins like the origin":     {"Origin", h.URL + ".evil.example"},
		"a sandboxed frame":                      {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
		"a sandboxed frame, in an old browser":   {"Origin", "null"},
		"a form":                                 {"Sec-Fetch-Site", "cross-site", "Content-Type", "application/x-www-form-urlencoded"},
		"a form with a file":                     {"Sec-Fetch-Site", "cross-site", "Content-Type", "multipart/form-data; boundary=x"},
		"a form of plain text":                   {"Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"},
		"a form of plain text, in an old one":    {"Origin", "https://evil.example", "Content-Type", "text/plain"},
		"a value that no browser sends":          {"Sec-Fetch-Site", "SAME-ORIGIN"},
		"a bearer of nothing, from another site": {"Sec-Fetch-Site", "cross-site", "Authorization", "Bearer "},
		"another scheme, from another site":      {"Sec-Fetch-Site", "cross-site", "Authorization", "Basic YTpi"},
	}
	for _, op := range apptest.Operations(t) {
		if !op.Writes() {
			continue
		}
		for whence, headers := range foreign {
			t.Run(op.ID+" from "+whence, func(t *testing.T) {
				r := browser.WithT(t).Request(op.Method, op.PathWith(phone.ID), strings.NewReader(`{"code":"000000"}`), headers...)
				r.Header.Set("Step-Up-Token", token)
				a := browser.WithT(t).Send(r).Require(403, "cross_origin_refused")
				if set := a.Header.Values("Set-Cookie"); len(set) > 0 {
					t.Errorf("a refused request set %q", set)
				}
			})
		}
	}
	after := browser.Do("GET", "/api/v1/mfa", nil).Require(200, "").Body
	if !bytes.Equal(before, after) || browser.Cookie("twofold_session") != cookie {
		t.Errorf("the data changed:\n%s\n%s", before, after)
	}
}

func TestT02_CSRF_FormContentType(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	for _, op := range apptest.Operations(t) {
		if !op.Writes() {
			continue
		}
		for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "", "application/jsonp"} {
			t.Run(op.ID+" as "+kind, func(t *testing.T) {
				r := browser.WithT(t).Request(op.Method, op.PathWith(apptest.UnknownID), strings.NewReader(`{"code":"000000"}`), "Content-Type", kind)
				browser.WithT(t).Send(r).Require(415, "unsupported_media_type")
			})
		}
	}
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
}

func TestT02_CSRF_SameOriginAndScript(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	for whence, headers := range map[string][]string{
		"our page":                          {"Sec-Fetch-Site", "same-origin", "Origin", h.URL},
		"our page, in an old browser":       {"Origin", h.URL},
		"a typed address":                   {"Sec-Fetch-Site", "none"},
		"our page behind a proxy":           {"Sec-Fetch-Site", "same-site", "Origin", h.URL},
		"a program without these headers":   {},
		"a program with a browser's header": {"Sec-Fetch-Site", "same-origin"},
	} {
		t.Run(whence, func(t *testing.T) {
			browser := h.Browser().WithT(t)
			browser.Do("POST", "/api/v1/sessions", JSON{"email": ada, "password": apptest.Password}, headers...).Require(201, "")
			browser.Do("DELETE", apptest.PathCurrentSession, nil, headers...).Require(204, "")
		})
	}
	script := h.SignedIn(ada)
	t.Run("bearer token without a cookie", func(t *testing.T) {
		headers := []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://partner.example"}
		step := script.WithT(t).Do("POST", "/api/v1/step-up", JSON{"purpose": "mfa.enroll", "password": apptest.Password}, headers...)
		headers = append(headers, "Step-Up-Token", step.Require(201, "").Text("step_up_token"))
		script.WithT(t).Do("POST", apptest.PathEnrollments, nil, headers...).Require(201, "")
	})
	t.Run("bearer token with a cookie", func(t *testing.T) {
		script.WithT(t).Do("DELETE", apptest.PathCurrentSession, nil, "Sec-Fetch-Site", "cross-site", "Cookie", "theme=dark").Require(403, "cross_origin_refused")
	})
}

// An attacker can point a domain at the server. The browser then sends a page's requests there as same-origin.
func TestT02_CSRF_ReboundHost(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	public := strings.TrimPrefix(h.URL, "http://")
	for name, c := range map[string]struct {
		host, origin string
		want         int
	}{
		"a foreign domain":                  {"evil.example", "http://evil.example", 403},
		"a foreign domain with a port":      {"evil.example:8080", "http://evil.example:8080", 403},
		"a foreign domain on https":         {"evil.example", "https://evil.example", 403},
		"a foreign domain, hidden":          {"evil.example", "null", 403},
		"a domain that looks like loopback": {"127.0.0.1.evil.example", "http://127.0.0.1.evil.example", 403},
		"an address behind another Host":    {"evil.example", "http://127.0.0.1", 403},
		"another port of this machine":      {public, "http://127.0.0.1:1", 403},
		"the public URL":                    {public, h.URL, 201},
		"the public URL, hidden":            {public, "null", 201},
		"a proxy that rewrites Host":        {"backend.internal.example", h.URL, 201},
		"a published port":                  {"localhost:9000", "http://localhost:9000", 201},
		"an address":                        {"192.0.2.7:8080", "http://192.0.2.7:8080", 201},
		"an IPv6 address":                   {"[2001:db8::7]", "http://[2001:db8::7]", 201},
		"a name without a domain":           {"nas:8080", "http://nas:8080", 201},
		"a program":                         {"evil.example", "", 201},
	} {
		t.Run(name, func(t *testing.T) {
			script := h.Script("").WithT(t)
			for _, site := range []string{"same-origin", ""} {
				headers := []string{"Content-Type", "application/json"}
				if c.origin != "" {
					headers = append(headers, "Origin", c.origin)
				}
				if site != "" {
					headers = append(headers, "Sec-Fetch-Site", site)
				} else if c.origin == "null" {
					continue // a sandboxed frame in an old browser
				}
				r := script.Request("POST", apptest.PathSessions, apptest.Body(apptest.Credentials(ada)), headers...)
				r.Host = c.host
				script.Send(r).Require(c.want, "")
			}
		})
	}
}

func TestT02_CSRF_PublicOriginBehindProxy(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_PUBLIC_URL=https://account.example.com")
	h.AddAccount(ada)
	for origin, want := range map[string]int{
		"https://account.example.com":      201,
		"http://account.example.com":       403,
		"https://account.example.com:8443": 403,
		"https://evil.example.com":         403,
	} {
		t.Run(origin, func(t *testing.T) {
			a := h.Script("").WithT(t).Do("POST", "/api/v1/sessions", JSON{"email": ada, "password": apptest.Password}, "Origin", origin)
			a.Require(want, "")
		})
	}
}
