package app_test

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"twofold/internal/test/apptest"
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
	"Permissions-Policy":           permissionsPolicy,
	"Location":                     "",
	"Refresh":                      "",
}

// pages are addresses that the page answers at.
var pages = []string{"/", "/index.html", "/settings/account", "/no/such/page"}

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

// permissionsPolicy are what no page of the house may use, nor what it would embed; copying recovery codes is the one exception.
const permissionsPolicy = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=(), clipboard-write=(self)"

// kindOf is what an answer is, as the headers go: of the API unless it is found elsewhere.
func kindOf(path string, a apptest.Response) map[string]string {
	found := a.Status == http.StatusOK || a.Status == http.StatusNotModified
	isHTML := strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && !strings.HasPrefix(path, "/api")
	switch {
	case found && path == "/.well-known/jwks.json":
		return ofKeys
	case found && strings.HasPrefix(path, "/assets/"):
		return ofAssets
	case found && (isHTML || slices.Contains(pages, path)):
		return ofPage
	}
	return ofAPI
}

// headers watches over all answers of a house.
type headers struct {
	t      *testing.T
	secure bool

	mu   sync.Mutex
	seen map[int]bool // statuses
}

// watch holds every answer's headers against the table, and HSTS against the scheme.
func (s *headers) watch(r *http.Request, a apptest.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[a.Status] = true
	want := maps.Clone(everywhere)
	maps.Copy(want, kindOf(r.URL.Path, a))
	if want["Strict-Transport-Security"] = ""; s.secure {
		want["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
	}
	for name, value := range want {
		if got := strings.Join(a.Header.Values(name), " | "); got != value {
			s.t.Errorf("%s %s, %d: %s is %q, want %q", r.Method, r.URL.Path, a.Status, name, got, value)
		}
	}
	if a.Header.Get("X-Request-Id") == "" {
		s.t.Errorf("%s %s, %d: no X-Request-Id", r.Method, r.URL.Path, a.Status)
	}
}

// watched is a house whose every answer is watched, with the statuses that it must have answered when the test is over.
func watched(t *testing.T, statuses []int, settings ...string) (*apptest.Server, bool) {
	t.Helper()
	h := apptest.Start(t, settings...)
	s := &headers{t: t, secure: len(settings) > 0, seen: make(map[int]bool)}
	h.OnResponse = s.watch
	t.Cleanup(func() {
		if got := slices.Sorted(maps.Keys(s.seen)); !slices.Equal(got, statuses) {
			t.Errorf("it answered %v, want each of %v", got, statuses)
		}
	})
	return h, s.secure
}

func TestT34_ResponseHeaders_Operations(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{"on http": nil, "on https": {"TWOFOLD_PUBLIC_URL=https://account.example.com"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, secure := watched(t, []int{200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 500, 503}, settings...)
			h.AddAccount(ada)
			script := h.SignedIn(ada)
			ask := func(c *apptest.Client, method, path string, body io.Reader, headers ...string) apptest.Response {
				return c.WithT(t).InProcess().Send(c.WithT(t).Request(method, path, body, headers...))
			}
			// What works and what is refused, of every operation.
			for _, op := range apptest.Operations(t) {
				path := op.OnServer(unknownID)
				ask(h.Script(""), op.Method, path, nil)
				ask(script, op.Method, path, nil)
				ask(script, op.Method, op.OnServer("nonsense"), nil)
				ask(script, "PROPFIND", path, nil).Require(405, "method_not_allowed")
				ask(script, op.Method, path, strings.NewReader("x")).Require(415, "")
				ask(script, op.Method, path, strings.NewReader(strings.Repeat(" ", 20000)), "Content-Type", "application/json").Require(413, "")
				if strings.HasPrefix(path, "/api/") {
					ask(script, op.Method, path+"/no/such/thing", nil).Require(404, "not_found")
				}
				if op.ID == "signOut" {
					script = h.SignedIn(ada)
				}
				if op.Writes() {
					ask(h.Browser(), op.Method, path, nil, "Sec-Fetch-Site", "cross-site").Require(403, "")
				}
				if op.Session || op.Writes() {
					ask(script, op.Method, path, nil, "Cookie", cookieOf(secure)+"=x").Require(400, "")
				}
				if op.Method == http.MethodGet {
					ask(script, "HEAD", path, nil)
				}
			}
			for _, path := range []string{"/api", "/api/", "/api/v2/mfa", "/.well-known/nothing", "/missing.js", "/assets/missing.js"} {
				ask(script, "GET", path, nil).Require(404, "not_found")
				ask(script, "HEAD", path, nil).Require(404, "")
			}
			for _, path := range append(pages, "/assets/app-1234.js") {
				tag := ask(script, "GET", path, nil).Require(200, "").Header.Get("Etag")
				ask(script, "HEAD", path, nil).Require(200, "")
				ask(script, "GET", path, nil, "If-None-Match", tag).Require(304, "")
				ask(script, "POST", path, nil)
			}
			ask(script, "OPTIONS", "/api/v1/mfa", nil)

			unbroken := breakEach(t, h, func(method, path string) apptest.Response { return ask(script, method, path, nil) })
			if want := []string{"getHealth", "getOpenapi", "getReadiness"}; !slices.Equal(unbroken, want) {
				t.Errorf("%v never panic here, want that of %v alone", unbroken, want)
			}
			if err := h.App.Close(); err != nil {
				t.Fatal(err)
			}
			ask(script, "GET", "/readyz", nil).Require(503, "unavailable")
			for _, op := range apptest.Operations(t) {
				a := ask(script, op.Method, op.OnServer(unknownID), nil)
				if op.Session && a.Status != 503 {
					t.Errorf("%s without a database answers %d", op.ID, a.Status)
				}
			}
		})
	}
}

// breakEach makes each operation panic where it first asks for the time, and names those that do not ask.
func breakEach(t *testing.T, h *apptest.Server, ask func(method, path string) apptest.Response) (unbroken []string) {
	t.Helper()
	for _, op := range apptest.Operations(t) {
		readings := 0
		h.Clock.Watch(func() { readings++ })
		if op.ID != "signOut" { // which would end what the others need
			ask(op.Method, op.OnServer(unknownID))
		}
		// The first reading is before the request is watched over, and the last when it has been answered.
		if readings < 3 && op.ID != "signOut" {
			unbroken = append(unbroken, op.ID)
			continue
		}
		readings = 0
		h.Clock.Watch(func() {
			if readings++; readings == 2 {
				panic("a bug")
			}
		})
		ask(op.Method, op.OnServer(unknownID)).Require(500, "internal")
	}
	h.Clock.Watch(nil)
	return unbroken
}

// A life has the answers that no single request has: changes that were made, conflicts, waits.
func TestT34_ResponseHeaders_Lifecycle(t *testing.T) {
	t.Parallel()
	h, _ := watched(t, []int{200, 201, 202, 204, 400, 401, 404, 405, 409, 410, 413, 415, 422, 429})
	h.AddAccount(ada)
	h.AddAccount(bob)
	browser, phone, found := exerciseEverything(t, h)
	sendMalformed(browser, found)
	presentEnded(h, found)
	collide(h, browser, phone, found)
}

func cookieOf(secure bool) string {
	if secure {
		return "__Host-twofold_session"
	}
	return "twofold_session"
}

func TestT31_OpenRedirect_Paths(t *testing.T) {
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
