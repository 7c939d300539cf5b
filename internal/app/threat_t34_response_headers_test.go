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

// headerCheck checks the headers of every response of a server.
type headerCheck struct {
	t      *testing.T
	secure bool // https
	pages  []string

	mu   sync.Mutex
	seen map[int]bool // statuses
}

// startHeaderCheck starts a server whose responses are all checked. The test fails unless its statuses are exactly these.
func startHeaderCheck(t *testing.T, statuses []int, settings ...string) (*apptest.Server, *headerCheck) {
	t.Helper()
	h := apptest.Start(t, settings...)
	s := &headerCheck{
		t: t, secure: len(settings) > 0, seen: make(map[int]bool), pages: []string{"/", "/index.html", "/settings/account", "/no/such/page"},
	}
	h.OnResponse = s.check
	t.Cleanup(func() {
		if got := slices.Sorted(maps.Keys(s.seen)); !slices.Equal(got, statuses) {
			t.Errorf("the statuses were %v, want each of %v", got, statuses)
		}
	})
	return h, s
}

func (s *headerCheck) check(r *http.Request, a apptest.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[a.Status] = true
	for name, value := range s.want(r.URL.Path, a) {
		if got := strings.Join(a.Header.Values(name), " | "); got != value {
			s.t.Errorf("%s %s, %d: %s is %q, want %q", r.Method, r.URL.Path, a.Status, name, got, value)
		}
	}
	if a.Header.Get("X-Request-Id") == "" {
		s.t.Errorf("%s %s, %d: no X-Request-Id", r.Method, r.URL.Path, a.Status)
	}
}

// want returns the headers of a response: those of all responses, and those of its kind.
func (s *headerCheck) want(path string, a apptest.Response) map[string]string {
	want := map[string]string{
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
		// The page may copy recovery codes and use no other feature.
		"Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=(), clipboard-write=(self)",
		// Of the API, and of everything that is not found.
		"Content-Security-Policy":   "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
		"Cache-Control":             "no-store",
		"Strict-Transport-Security": "",
	}
	if s.secure {
		want["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
	}
	isHTML := strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") && !strings.HasPrefix(path, "/api")
	switch {
	case a.Status != http.StatusOK && a.Status != http.StatusNotModified:
	case path == "/.well-known/jwks.json":
		want["Cache-Control"] = "public, max-age=300"
	case strings.HasPrefix(path, "/assets/"):
		want["Cache-Control"] = "public, max-age=31536000, immutable"
	case isHTML || slices.Contains(s.pages, path):
		want["Cache-Control"] = "no-store"
		want["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
			"connect-src 'self'; manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; " +
			"require-trusted-types-for 'script'; trusted-types 'none'"
	}
	return want
}

func TestT34_ResponseHeaders_Operations(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{"on http": nil, "on https": {"TWOFOLD_PUBLIC_URL=https://account.example.com"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, headers := startHeaderCheck(t, []int{200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 500, 503}, settings...)
			h.AddAccount(ada)
			cookie := "twofold_session"
			if headers.secure {
				cookie = "__Host-twofold_session"
			}
			script := h.SignedIn(ada)
			ask := func(c *apptest.Client, method, path string, body io.Reader, fields ...string) apptest.Response {
				return c.WithT(t).InProcess().Send(c.WithT(t).Request(method, path, body, fields...))
			}
			// Accepted and refused requests of every operation.
			for _, op := range apptest.Operations(t) {
				path := op.PathWith(apptest.UnknownID)
				ask(h.Script(""), op.Method, path, nil)
				ask(script, op.Method, path, nil)
				ask(script, op.Method, op.PathWith("nonsense"), nil)
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
					ask(script, op.Method, path, nil, "Cookie", cookie+"=x").Require(400, "")
				}
				if op.Method == http.MethodGet {
					ask(script, "HEAD", path, nil)
				}
			}
			for _, path := range []string{"/api", "/api/", "/api/v2/mfa", "/.well-known/nothing", "/missing.js", "/assets/missing.js"} {
				ask(script, "GET", path, nil).Require(404, "not_found")
				ask(script, "HEAD", path, nil).Require(404, "")
			}
			for _, path := range append(headers.pages, "/assets/app-1234.js") {
				tag := ask(script, "GET", path, nil).Require(200, "").Header.Get("Etag")
				ask(script, "HEAD", path, nil).Require(200, "")
				ask(script, "GET", path, nil, "If-None-Match", tag).Require(304, "")
				ask(script, "POST", path, nil)
			}
			ask(script, "OPTIONS", "/api/v1/mfa", nil)

			// Each operation panics at its first reading of the clock.
			var neverPanicked []string
			for _, op := range apptest.Operations(t) {
				readings := 0
				h.Clock.Watch(func() { readings++ })
				if op.ID != "signOut" { // which would end the session of the others
					ask(script, op.Method, op.PathWith(apptest.UnknownID), nil)
				}
				// The first reading is before the recovery middleware, and the last is after the response.
				if readings < 3 && op.ID != "signOut" {
					neverPanicked = append(neverPanicked, op.ID)
					continue
				}
				readings = 0
				h.Clock.Watch(func() {
					if readings++; readings == 2 {
						panic("a bug")
					}
				})
				ask(script, op.Method, op.PathWith(apptest.UnknownID), nil).Require(500, "internal")
			}
			h.Clock.Watch(nil)
			if want := []string{"getHealth", "getOpenapi", "getReadiness"}; !slices.Equal(slices.Sorted(slices.Values(neverPanicked)), want) {
				t.Errorf("operations that never panic: %v, want %v", neverPanicked, want)
			}
			if err := h.App.Close(); err != nil {
				t.Fatal(err)
			}
			ask(script, "GET", "/readyz", nil).Require(503, "unavailable")
			for _, op := range apptest.Operations(t) {
				a := ask(script, op.Method, op.PathWith(apptest.UnknownID), nil)
				if op.Session && a.Status != 503 {
					t.Errorf("%s without a database returned %d", op.ID, a.Status)
				}
			}
		})
	}
}

// Changes, conflicts and backoff, which single requests do not reach.
func TestT34_ResponseHeaders_Lifecycle(t *testing.T) {
	t.Parallel()
	h, _ := startHeaderCheck(t, []int{200, 201, 202, 204, 400, 401, 404, 405, 409, 410, 413, 415, 422, 429})
	f := newLeakFixture(t, h)
	f.sendMalformed()
	f.sendExpired()
	f.sendConflicts()
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
				r.URL.Opaque = path // not cleaned by the client
				response, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				if to := response.Header.Get("Location") + response.Header.Get("Refresh"); to != "" || response.StatusCode/100 == 3 {
					t.Errorf("%s returned %d and redirects to %q", method, response.StatusCode, to)
				}
				if strings.Contains(string(text), "evil") {
					t.Errorf("%s repeats the address: %s", method, text)
				}
			}
		})
	}
}
