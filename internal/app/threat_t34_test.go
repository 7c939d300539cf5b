package app_test

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"twofold/internal/app/apptest"
)

// Who frames, sniffs, embeds or caches an answer gets nothing (security.md §1, HTTP).
var everywhere = map[string]string{
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Access-Control-Allow-Origin":  "",
	"Access-Control-Allow-Headers": "",
	"Server":                       "",
	"X-Powered-By":                 "",
	"Location":                     "",
	"Refresh":                      "",
}

var ofAPI = map[string]string{
	"Content-Security-Policy": "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
	"Cache-Control":           "no-store",
}

// ofKeys are of the public keys, which anybody may keep for a while.
var ofKeys = map[string]string{
	"Content-Security-Policy": ofAPI["Content-Security-Policy"],
	"Cache-Control":           "public, max-age=300",
}

var ofPage = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'",
	"Cache-Control": "no-cache",
}

var ofAssets = map[string]string{
	"Content-Security-Policy": ofAPI["Content-Security-Policy"],
	"Cache-Control":           "public, max-age=31536000, immutable",
}

// wantHeaders holds an answer's headers against the table, and HSTS against the scheme.
func wantHeaders(t *testing.T, a apptest.Answer, secure bool, more map[string]string) {
	t.Helper()
	want := maps.Clone(everywhere)
	maps.Copy(want, more)
	if want["Strict-Transport-Security"] = ""; secure {
		want["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
	}
	for name, value := range want {
		if got := strings.Join(a.Header.Values(name), " | "); got != value {
			t.Errorf("%d: %s is %q, want %q", a.Status, name, got, value)
		}
	}
	policy := a.Header.Get("Permissions-Policy")
	for _, power := range []string{"camera=()", "geolocation=()", "microphone=()", "payment=()", "usb=()"} {
		if !strings.Contains(policy, power) {
			t.Errorf("%d: Permissions-Policy is %q, without %s", a.Status, policy, power)
		}
	}
	if a.Header.Get("X-Request-Id") == "" {
		t.Errorf("%d: no X-Request-Id", a.Status)
	}
}

func TestT34_EveryAnswerCarriesTheHeaders(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{"on http": nil, "on https": {"TWOFOLD_PUBLIC_URL=https://account.example.com"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t, settings...)
			h.AddAccount(ada)
			script, secure := h.SignedIn(ada), settings != nil
			ask := func(c *apptest.Client, method, path string, body io.Reader, headers ...string) apptest.Answer {
				return c.For(t).Inside().Send(c.For(t).Request(method, path, body, headers...))
			}
			asJSON := []string{"Content-Type", "application/json"}
			for _, op := range apptest.Operations(t) {
				path := op.At(nowhere)
				answers := []apptest.Answer{
					ask(h.Script(""), op.Method, path, nil),
					ask(script, op.Method, path, nil),
					ask(script, op.Method, op.At("nonsense"), nil),
					ask(script, "PROPFIND", path, nil).Want(405, "method_not_allowed"),
					ask(script, op.Method, path, strings.NewReader("x")).Want(415, ""),
					ask(script, op.Method, path, strings.NewReader(strings.Repeat(" ", 20000)), asJSON...).Want(413, ""),
				}
				if strings.HasPrefix(path, "/api/") {
					answers = append(answers, ask(script, op.Method, path+"/no/such/thing", nil).Want(404, "not_found"))
				}
				if op.ID == "signOut" {
					script = h.SignedIn(ada)
				}
				if op.Writes() {
					answers = append(answers, ask(h.Browser(), op.Method, path, nil, "Sec-Fetch-Site", "cross-site").Want(403, ""))
				}
				if op.Session || op.Writes() {
					answers = append(answers, ask(script, op.Method, path, nil, "Cookie", cookieOf(secure)+"=x").Want(400, ""))
				}
				if op.Method == http.MethodGet {
					answers = append(answers, ask(script, "HEAD", path, nil))
				}
				for _, a := range answers {
					if op.ID == "getJwks" && a.Status == http.StatusOK {
						wantHeaders(t, a, secure, ofKeys)
						continue
					}
					wantHeaders(t, a, secure, ofAPI)
				}
			}
			for _, path := range []string{"/api", "/api/", "/api/v2/mfa", "/.well-known/nothing", "/missing.js", "/assets/missing.js"} {
				wantHeaders(t, ask(script, "GET", path, nil).Want(404, "not_found"), secure, ofAPI)
			}
			for _, path := range []string{"/", "/index.html", "/settings/account", "/no/such/page"} {
				wantHeaders(t, ask(script, "GET", path, nil).Want(200, ""), secure, ofPage)
				wantHeaders(t, ask(script, "HEAD", path, nil).Want(200, ""), secure, ofPage)
			}
			wantHeaders(t, ask(script, "GET", "/assets/app-1234.js", nil).Want(200, ""), secure, ofAssets)
			wantHeaders(t, ask(script, "OPTIONS", "/api/v1/mfa", nil), secure, ofAPI)
			wantHeaders(t, ask(script, "POST", "/settings", nil).Want(404, "not_found"), secure, ofAPI)

			readings := 0
			h.Clock.Watch(func() {
				if readings++; readings == 2 {
					panic("a bug")
				}
			})
			wantHeaders(t, ask(script, "GET", current, nil).Want(500, "internal"), secure, ofAPI)
			h.Clock.Watch(nil)
			if err := h.App.Close(); err != nil {
				t.Fatal(err)
			}
			wantHeaders(t, ask(script, "GET", current, nil).Want(503, "unavailable"), secure, ofAPI)
			wantHeaders(t, ask(script, "GET", "/readyz", nil).Want(503, "unavailable"), secure, ofAPI)
		})
	}
}

func cookieOf(secure bool) string {
	if secure {
		return "__Host-twofold_session"
	}
	return "twofold_session"
}

func TestT31_NothingLeavesTheOrigin(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, path := range []string{
		"//evil.example", "//evil.example/", "///evil.example", "/%2f%2fevil.example", "/%5cevil.example", "/.//evil.example", "/..//evil.example",
		"/settings/..//evil.example", "/settings/account/", "/settings/account?next=//evil.example", "/?return_to=https://evil.example",
		"/sign-in?next=https%3A%2F%2Fevil.example", "/api/v1/mfa/", "/api//v1/mfa", "/api/v1/sessions?redirect=//evil.example", "/assets/..//evil.example",
		"/assets", "/index.html", "/index.html/", "//evil.example/%2e%2e", "/https://evil.example",
	} {
		t.Run(path, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD", "POST"} {
				r, err := http.NewRequest(method, h.URL, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.URL.Opaque = path // as it is, uncleaned
				answer, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				if to := answer.Header.Get("Location") + answer.Header.Get("Refresh"); to != "" || answer.StatusCode/100 == 3 {
					t.Errorf("%s answers %d and leads to %q", method, answer.StatusCode, to)
				}
				if strings.Contains(string(text), "evil") {
					t.Errorf("%s repeats the address: %s", method, text)
				}
			}
		})
	}
}
