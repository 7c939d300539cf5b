package api

import (
	"encoding/json"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"twofold/frontend"
)

const index = "<!doctype html><title>Twofold</title>"

func TestServe_PagePathsGetIndex(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for _, target := range []string{"/", "/index.html", "/settings/account", "/sign-in?next=%2Fsettings", "/a/b/c/d", "/settings/", "/apis", "//", "/reset-password/", "/reset-password%23tf_l_x"} {
		w := ask(h, "GET", target)
		if w.Code != 200 || w.Body.String() != index {
			t.Errorf("%s: got %d %q, want the index", target, w.Code, w.Body)
		}
		for name, want := range map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": pageCSP, "Cache-Control": "no-store", "Vary": "Accept-Encoding",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", target, name, got, want)
			}
		}
	}
}

func TestServe_FilesByName(t *testing.T) {
	t.Parallel()
	for _, extension := range []string{".js", ".css", ".svg", ".webmanifest"} { // as a file of the host can
		if err := mime.AddExtensionType(extension, "text/plain"); err != nil {
			t.Fatal(err)
		}
	}
	h, _ := serve(t, built)
	for target, want := range map[string]struct{ kind, body, cache string }{
		"/assets/app-1234.js":   {"text/javascript; charset=utf-8", "export {}", "public, max-age=31536000, immutable"},
		"/assets/app-1234.css":  {"text/css; charset=utf-8", "body{}", "public, max-age=31536000, immutable"},
		"/assets/font.bin9":     {"application/octet-stream", "font", "public, max-age=31536000, immutable"},
		"/favicon.svg":          {"image/svg+xml; charset=utf-8", "<svg/>", "no-cache"},
		"/favicon.svg?v=2":      {"image/svg+xml; charset=utf-8", "<svg/>", "no-cache"},
		"/manifest.webmanifest": {"application/manifest+json", "{}", "no-cache"},
	} {
		w := ask(h, "GET", target)
		if w.Code != 200 || w.Body.String() != want.body {
			t.Errorf("%s: got %d %q, want %q", target, w.Code, w.Body, want.body)
		}
		if got := w.Header().Get("Cache-Control"); got != want.cache {
			t.Errorf("%s: Cache-Control is %q, want %q", target, got, want.cache)
		}
		if got := w.Header().Get("Content-Type"); got != want.kind {
			t.Errorf("%s: Content-Type is %q, want %q", target, got, want.kind)
		}
		if got := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'") {
			t.Errorf("%s: Content-Security-Policy is %q", target, got)
		}
	}
}

// problemOf checks that a response is a problem and returns its code.
func problemOf(t *testing.T, what string, header http.Header, body []byte) string {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(body, &p); err != nil || header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: got %s %q, want a problem", what, header.Get("Content-Type"), body)
	}
	return string(p.Code)
}

func TestServe_ReservedPathsAreProblems(t *testing.T) {
	t.Parallel()
	for state, page := range map[string]fs.FS{"built": built, "not built": fstest.MapFS{".gitkeep": {}}} {
		h, _ := serve(t, page)
		for _, target := range []string{
			"/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/unknown", "/api/v1/mfa/", "/api/v2/mfa", "/api/index.html", "/api%2Fv1%2Fmfa", "/%61pi/v1/unknown",
			"/API/v1/mfa", "//api/v1/mfa", "/./api/v1/mfa", "/settings/../api/v1/mfa", "/healthz/x", "/Readyz", "/metrics", "/debug/pprof/heap", "/openapi.yaml/x",
			"/.well-known", "/.well-known/openid-configuration", "/.well-known/jwks.json/x",
			"/assets/missing-1.js", "/missing.png", "/assets/app-1234.js.br", "/assets/app-1234.js.gz", "/index.html.br", "/.gitkeep", "/.env", "/openapi.json",
		} {
			w := ask(h, "GET", target)
			if code := problemOf(t, state+" "+target, w.Header(), w.Body.Bytes()); w.Code != 404 || code != "not_found" {
				t.Errorf("%s, %s: got %d %s, want 404 not_found", state, target, w.Code, code)
			}
		}
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			for _, target := range []string{"/", "/settings/account", "/assets/app-1234.js", "/api/v1/unknown"} {
				w := ask(h, method, target)
				if code := problemOf(t, state+" "+target, w.Header(), w.Body.Bytes()); w.Code != 404 || code != "not_found" {
					t.Errorf("%s, %s %s: got %d %s, want 404 not_found", state, method, target, w.Code, code)
				}
			}
		}
	}
}

func TestServe_MethodNotAllowed(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for target, want := range map[string]string{"/healthz": "GET", "/api/v1/sessions": "POST", "/api/v1/sessions/current": "DELETE"} {
		w := ask(h, "PUT", target)
		if code := problemOf(t, target, w.Header(), w.Body.Bytes()); w.Code != 405 || code != "method_not_allowed" || !strings.Contains(w.Header().Get("Allow"), want) {
			t.Errorf("%s: got %d %s, Allow %q, want 405 and %s allowed", target, w.Code, code, w.Header().Get("Allow"), want)
		}
	}
}

func TestServe_ChangePasswordRedirects(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for _, method := range []string{"GET", "HEAD"} {
		w := ask(h, method, "/.well-known/change-password?next=//evil.example")
		if to := w.Header().Get("Location"); w.Code != 302 || to != "/settings/account" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d to %q, want the account page", method, w.Code, to)
		}
	}
	for _, target := range []string{"/.well-known/change-password/", "/.well-known/change-passwords", "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"} {
		if w := ask(h, "GET", target); w.Code != 404 {
			t.Errorf("%s: got %d, want 404", target, w.Code)
		}
	}
	if w := ask(h, "POST", "/.well-known/change-password"); w.Code != 404 {
		t.Errorf("POST: got %d, want 404", w.Code)
	}
}

// Every file of the built page has a content type. Without it, the browser shows an empty page.
func TestKinds_CoverBuiltPage(t *testing.T) {
	t.Parallel()
	p, err := readPage(frontend.Dist())
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range p.files {
		if f.kind == "application/octet-stream" {
			t.Errorf("%s has no content type: add it to kinds", name)
		}
	}
}

func TestServe_PathTraversal(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for _, target := range []string{
		"/../go.mod", "/assets/../../go.mod", "/%2e%2e/go.mod", "/assets/%2e%2e%2f%2e%2e%2fgo.mod", "/..%5cgo.mod", "/assets/..%2f..%2f..%2fetc%2fpasswd",
		"//etc/passwd", "/etc/passwd", "/assets//app-1234.js", "/./assets/app-1234.js", "/assets/app-1234.js/", "/assets/app-1234.js%00", "/assets/app-1234.js/..",
		"/%00", "/\u202e", "/assets/", "/assets",
	} {
		w := ask(h, "GET", target)
		if w.Code == 200 && w.Body.String() != index || w.Code != 200 && w.Code != 404 {
			t.Errorf("%s: got %d %q, want the index or 404", target, w.Code, w.Body)
		}
	}
}

func TestServe_SmallestAcceptedEncoding(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for accept, want := range map[string]string{
		"": "", "identity": "", "*": "", "deflate": "", "zstd": "", "brotli": "", "xgzip": "", "br;q=0": "", "br; q=0 , gzip;q=0.000": "",
		"br": "br", "gzip, deflate, br, zstd": "br", "gzip, br": "br", "gzip;q=1.0, br;q=0.1": "br", " br ;q=0.5": "br",
		"gzip": "gzip", "gzip, deflate": "gzip", "br;q=0, gzip": "gzip", "gzip;q=0.5": "gzip", "gzip;q=0.001": "gzip",
	} {
		for target, body := range map[string]string{"/": "index", "/assets/app-1234.js": "app"} {
			w := ask(h, "GET", target, "Accept-Encoding", accept)
			if got := w.Header().Get("Content-Encoding"); got != want {
				t.Errorf("%s for %q: encoding is %q, want %q", target, accept, got, want)
			}
			if want != "" && w.Body.String() != body+" in "+want {
				t.Errorf("%s for %q: got %q", target, accept, w.Body)
			}
			if w.Header().Get("Vary") != "Accept-Encoding" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/") {
				t.Errorf("%s for %q: Vary %q, Content-Type %q", target, accept, w.Header().Get("Vary"), w.Header().Get("Content-Type"))
			}
		}
	}
}

func TestAccepts_ZeroQuality(t *testing.T) {
	t.Parallel()
	for _, zero := range []string{"q=0", "q=0.", "q=0.0", "q=0.00", "q=0.000", "Q=0", "q=0 "} {
		if accepts("gzip;"+zero, "gzip") {
			t.Errorf("gzip;%s is accepted", zero)
		}
	}
}

func TestServe_NotModified(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for _, target := range []string{"/", "/assets/app-1234.js", "/favicon.svg"} {
		tags := make(map[string]bool)
		for _, accept := range []string{"", "br", "gzip"} {
			first := ask(h, "GET", target, "Accept-Encoding", accept)
			tag := first.Header().Get("ETag")
			tags[tag] = true
			if len(tag) < 10 || tag[0] != '"' {
				t.Errorf("%s: ETag is %s", target, tag)
			}
			for _, sent := range []string{tag, "W/" + tag, `"other", ` + tag} {
				again := ask(h, "GET", target, "Accept-Encoding", accept, "If-None-Match", sent)
				if again.Code != 304 || again.Body.Len() != 0 || again.Header().Get("ETag") != tag || again.Header().Get("Content-Encoding") != "" {
					t.Errorf("%s with If-None-Match %s: got %d with %d bytes", target, sent, again.Code, again.Body.Len())
				}
				if again.Header().Get("Cache-Control") != first.Header().Get("Cache-Control") || again.Header().Get("Vary") == "" {
					t.Errorf("%s with If-None-Match: the caching headers differ", target)
				}
			}
			for _, sent := range []string{`"other"`, "", strings.Trim(tag, `"`)} {
				if again := ask(h, "GET", target, "Accept-Encoding", accept, "If-None-Match", sent); again.Code != 200 || again.Body.Len() == 0 {
					t.Errorf("%s with If-None-Match %s: got %d with %d bytes, want the file", target, sent, again.Code, again.Body.Len())
				}
			}
		}
		if target != "/favicon.svg" && len(tags) != 3 {
			t.Errorf("%s: %d ETags for three encodings", target, len(tags))
		}
	}
}

func TestServe_HEAD(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	for _, target := range []string{"/", "/assets/app-1234.js", "/healthz", "/openapi.yaml", "/api/v1/unknown"} {
		get, head := ask(h, "GET", target), ask(h, "HEAD", target)
		if get.Code != head.Code || get.Header().Get("Content-Type") != head.Header().Get("Content-Type") || get.Header().Get("ETag") != head.Header().Get("ETag") {
			t.Errorf("%s: GET %d %v, HEAD %d %v", target, get.Code, get.Header(), head.Code, head.Header())
		}
	}
}

func TestServe_PageNotBuilt(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, fstest.MapFS{".gitkeep": {}})
	for _, target := range []string{"/", "/settings/account", "/index.html"} {
		w := ask(h, "GET", target)
		if w.Code != 503 || !strings.Contains(w.Body.String(), "make build") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: got %d %s %q", target, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
	if w := ask(h, "GET", "/healthz"); w.Code != 200 {
		t.Errorf("/healthz: got %d, want 200, because the API works without a page", w.Code)
	}
}

// unreadable is a page with one unreadable file.
type unreadable struct {
	fstest.MapFS
	name string
}

var errDisk = errors.New("the disk fails")

func (u unreadable) Open(name string) (fs.File, error) {
	if name == u.name {
		return nil, errDisk
	}
	return u.MapFS.Open(name)
}

func (u unreadable) ReadFile(name string) ([]byte, error) {
	if name == u.name {
		return nil, errDisk
	}
	return u.MapFS.ReadFile(name)
}

func TestNew_UnreadablePage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"index.html", "index.html.br", "assets/app-1234.css"} {
		o, _ := options(t, unreadable{built, name})
		if _, err := New(o); !errors.Is(err, errDisk) {
			t.Errorf("%s: got %v, want the disk's error", name, err)
		}
	}
}
