package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"twofold/internal/audit"
	"twofold/internal/secret"
)

const canary = "correct-horse-canary"

type bag struct {
	Password string
	inner    map[string]string
}

func TestObserve_PanicIs500(t *testing.T) {
	t.Parallel()
	for what, value := range map[string]any{
		"a text": canary, "an error": errors.New(canary), "a wrapped error": fmt.Errorf("x: %w", errors.New(canary)),
		"a struct": bag{canary, map[string]string{"a": canary}}, "a pointer": &bag{Password: canary}, "bytes": []byte(canary),
		"a secret": secret.New(canary), "a problem": mfaLike{}, "a number": 42, "a function": func() string { return canary },
		"an error of HTTP": echo.NewHTTPError(418, canary),
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h, out := answering(t, "GET", "/healthz", func(echo.Context) error { panic(value) })
			w := ask(h, "GET", "/healthz", "User-Agent", "test")
			var body map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatalf("%q: %v", w.Body, err)
			}
			want := map[string]any{"type": "/problems/internal", "title": theContract(t).titles[ProblemCodeInternal], "status": 500.0, "code": "internal", "request_id": "request-1"}
			if diff := cmp.Diff(want, body); diff != "" || w.Code != 500 || w.Header().Get("X-Request-Id") != "request-1" {
				t.Errorf("got %d\n%s", w.Code, diff)
			}
			text := out.String()
			if strings.Contains(text+fmt.Sprint(w.Header()), canary) {
				t.Errorf("the log or a header discloses the value:\n%s", text)
			}
			for _, want := range []string{`"msg":"panic"`, `"request_id":"request-1"`, fmt.Sprintf(`"type":"%T"`, value), "middleware_test.go:", `"status":500`} {
				if !strings.Contains(text, want) {
					t.Errorf("the log does not contain %s:\n%s", want, text)
				}
			}
		})
	}
}

// mfaLike is an error that would have another status if it were returned instead.
type mfaLike struct{}

func (mfaLike) Error() string     { return canary }
func (mfaLike) Unavailable() bool { return true }

func TestObserve_RuntimePanic(t *testing.T) {
	t.Parallel()
	var none map[string]int
	var missing *bag
	for what, do := range map[string]func(){
		"a nil map": func() { none[canary] = 1 }, "a nil pointer": func() { _ = missing.Password }, "an index": func() { _ = []int{}[len(none)] },
		"a type": func() { var v any = canary; _ = v.(int) }, "nil": func() { panic(nil) }, //nolint:govet,forcetypeassert // these are the panics
	} {
		h, out := answering(t, "GET", "/healthz", func(echo.Context) error { do(); return nil })
		if w := ask(h, "GET", "/healthz"); w.Code != 500 || strings.Contains(out.String(), canary) {
			t.Errorf("%s: got %d %s\n%s", what, w.Code, w.Body, out)
		}
	}
}

func TestObserve_AbortHandler(t *testing.T) {
	t.Parallel()
	h, _ := answering(t, "GET", "/healthz", func(echo.Context) error { panic(http.ErrAbortHandler) })
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler { //nolint:errorlint // the very value that net/http looks for
			t.Errorf("recovered %v, want http.ErrAbortHandler for net/http", cause)
		}
	}()
	ask(h, "GET", "/healthz")
}

func TestObserve_PanicAfterResponseStarted(t *testing.T) {
	t.Parallel()
	h, out := answering(t, "GET", "/healthz", func(c echo.Context) error {
		_ = c.String(200, "begun")
		panic(canary)
	})
	if w := ask(h, "GET", "/healthz"); w.Code != 200 || w.Body.String() != "begun" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
	if text := out.String(); !strings.Contains(text, `"msg":"panic"`) || strings.Contains(text, canary) {
		t.Errorf("unexpected log:\n%s", text)
	}
}

func TestStackOf_TrimmedPaths(t *testing.T) {
	t.Parallel()
	stack := "goroutine 1 [running]:\nruntime/debug.Stack()\n\truntime/debug/stack.go:26 +0x5e\ntwofold/api.(*Server).GetMFA(0xc000, {0x1, 0x2})\n\ttwofold/api/mfa.go:20 +0x1b\n" +
		"github.com/labstack/echo/v4.(*Echo).ServeHTTP(...)\n\tgithub.com/labstack/echo/v4@v4.16.0/echo.go:680 +0x2\n"
	for _, place := range []string{"twofold/api/mfa.go:20", "echo.go:680"} {
		if got := stackOf([]byte(stack)); !strings.Contains(got, place) {
			t.Errorf("%s is not in %q", place, got)
		}
	}
}

func TestSetHeaders_EveryResponse(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, built)
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		"Strict-Transport-Security": "max-age=63072000; includeSubDomains",
	}
	seen := make(map[string]bool)
	for _, target := range []string{"/", "/assets/app-1234.js", "/healthz", "/openapi.yaml", "/api/v1/mfa", "/api/v1/unknown", "/assets/missing.js", "/api/v1/sessions"} {
		w := ask(h, "GET", target)
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", target, name, got, value)
			}
		}
		for _, name := range []string{"Content-Security-Policy", "Permissions-Policy", "Cache-Control"} {
			if w.Header().Get(name) == "" {
				t.Errorf("%s: no %s", target, name)
			}
		}
		if id := w.Header().Get("X-Request-Id"); id == "" || seen[id] {
			t.Errorf("%s: X-Request-Id is %q", target, id)
		}
		seen[w.Header().Get("X-Request-Id")] = true
		if strings.HasPrefix(target, "/api/") && w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", target, w.Header().Get("Cache-Control"))
		}
		if strings.HasPrefix(target, "/api/") && w.Header().Get("Content-Security-Policy") != "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox" {
			t.Errorf("%s: Content-Security-Policy is %q", target, w.Header().Get("Content-Security-Policy"))
		}
		if w.Header().Get("Server") != "" || w.Header().Get("X-Powered-By") != "" {
			t.Errorf("%s: the response discloses the software: %v", target, w.Header())
		}
	}
}

func TestObserve_LogsProblemCode(t *testing.T) {
	t.Parallel()
	h, out := serve(t, built)
	ask(h, "GET", "/api/v1/unknown")
	ask(h, "PUT", "/healthz")
	ask(h, "POST", "/api/v1/sessions", "Content-Type", "application/json")
	ask(h, "POST", "/api/v1/sessions", "Sec-Fetch-Site", "cross-site")
	ask(h, "GET", "/healthz")
	var logged []string
	for _, line := range regexp.MustCompile(`"msg":"request".*`).FindAllString(out.String(), -1) {
		logged = append(logged, regexp.MustCompile(`"status":\d+`).FindString(line)+regexp.MustCompile(`"problem":"\w*"`).FindString(line))
	}
	want := []string{
		`"status":404"problem":"not_found"`, `"status":405"problem":"method_not_allowed"`, `"status":400"problem":"invalid_request"`,
		`"status":403"problem":"cross_origin_refused"`, `"status":200`,
	}
	if diff := cmp.Diff(want, logged); diff != "" {
		t.Error(diff)
	}
}

func TestObserve_ProbesAreDebugLines(t *testing.T) {
	t.Parallel()
	o, out := options(t, built)
	reasons := []UnreadyReason{UnreadyReasonStopping}
	o.Ready = func(context.Context) []UnreadyReason { return reasons }
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ask(h, "GET", "/healthz")
	ask(h, "GET", "/readyz")
	reasons = nil
	ask(h, "GET", "/readyz")
	if levels := regexp.MustCompile(`"level":"\w+"`).FindAllString(out.String(), -1); strings.Join(levels, "") != strings.Repeat(`"level":"DEBUG"`, 3) {
		t.Errorf("three probes write\n%s", out)
	}
	ask(h, "GET", "/openapi.yaml")
	if !strings.Contains(out.String(), `"level":"INFO","msg":"request"`) {
		t.Errorf("another request writes\n%s", out)
	}
}

func TestTruncateUserAgent(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"":                                 "",
		"curl/8":                           "curl/8",
		strings.Repeat("x", 256):           strings.Repeat("x", 256),
		strings.Repeat("x", 257):           strings.Repeat("x", 256),
		strings.Repeat("x", 16<<10):        strings.Repeat("x", 256),
		strings.Repeat("é", 200):           strings.Repeat("é", 128),
		"x" + strings.Repeat("é", 200):     "x" + strings.Repeat("é", 127),
		strings.Repeat("😀", 65):            strings.Repeat("😀", 64),
		"xx" + strings.Repeat("😀", 65):     "xx" + strings.Repeat("😀", 63),
		"a\xffb":                           "a\ufffdb",
		strings.Repeat("\xff", 300):        "\ufffd",
		"a\xff" + strings.Repeat("x", 252): "a\ufffd" + strings.Repeat("x", 252),
		"a\xff" + strings.Repeat("x", 253): "a\ufffd" + strings.Repeat("x", 252),
	} {
		if got := truncateUserAgent(given); got != want || len(got) > 256 || !utf8.ValidString(got) {
			t.Errorf("truncateUserAgent(%.20q, %d bytes) = %.20q, %d bytes, want %d", given, len(given), got, len(got), len(want))
		}
	}
}

func TestClientIP(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		peer, forwarded, proxies, want string
	}{
		"peer":                                   {"192.0.2.1:1234", "", "", "192.0.2.1"},
		"no trusted proxies":                     {"192.0.2.1:1234", "203.0.113.9", "", "192.0.2.1"},
		"untrusted peer":                         {"192.0.2.1:1234", "203.0.113.9", "10.0.0.0/8", "192.0.2.1"},
		"behind a proxy":                         {"10.0.0.1:1234", "203.0.113.9", "10.0.0.0/8", "203.0.113.9"},
		"proxy without a header":                 {"10.0.0.1:1234", "", "10.0.0.0/8", "10.0.0.1"},
		"behind two proxies":                     {"10.0.0.1:1234", "203.0.113.9, 10.0.0.2", "10.0.0.0/8", "203.0.113.9"},
		"right-most address that is not a proxy": {"10.0.0.1:1234", "198.51.100.7, 203.0.113.9", "10.0.0.0/8", "203.0.113.9"},
		"two proxies, forged address":            {"10.0.0.1:1234", "127.0.0.1, 203.0.113.9, 10.0.0.2", "10.0.0.0/8", "203.0.113.9"},
		"only proxies":                           {"10.0.0.1:1234", "10.0.0.3, 10.0.0.2", "10.0.0.0/8", "10.0.0.3"},
		"invalid address":                        {"10.0.0.1:1234", "203.0.113.9, unknown", "10.0.0.0/8", "10.0.0.1"},
		"before an empty element":                {"10.0.0.1:1234", "203.0.113.9, ", "10.0.0.0/8", "203.0.113.9"},
		"between empty elements":                 {"10.0.0.1:1234", "198.51.100.7,,203.0.113.9,,10.0.0.2,,", "10.0.0.0/8", "203.0.113.9"},
		"only empty elements":                    {"10.0.0.1:1234", ", ,", "10.0.0.0/8", "10.0.0.1"},
		"IPv6 in brackets":                       {"10.0.0.1:1234", "[2001:db8::9]", "10.0.0.0/8", "2001:db8::9"},
		"two proxies, IPv6 in brackets":          {"10.0.0.1:1234", "[2001:db8::9], [fd00::1]", "10.0.0.0/8,fd00::/8", "2001:db8::9"},
		"two addresses in one element":           {"10.0.0.1:1234", "203.0.113.9, 203.0.113.8 203.0.113.7", "10.0.0.0/8", "10.0.0.1"},
		"text instead of an address":             {"10.0.0.1:1234", "203.0.113.9,<script>", "10.0.0.0/8", "10.0.0.1"},
		"client with a port":                     {"10.0.0.1:1234", "203.0.113.9:4711", "10.0.0.0/8", "203.0.113.9"},
		"IPv6 with a port":                       {"10.0.0.1:1234", "[2001:db8::9]:4711", "10.0.0.0/8", "2001:db8::9"},
		"two headers":                            {"10.0.0.1:1234", "198.51.100.7|203.0.113.9", "10.0.0.0/8", "203.0.113.9"},
		"IPv6":                                   {"[2001:db8::1]:1234", "", "", "2001:db8::1"},
		"IPv6 behind a proxy":                    {"[fd00::1]:1234", "2001:db8::9", "fd00::/8,10.0.0.0/8", "2001:db8::9"},
		"IPv4-mapped IPv6":                       {"[::ffff:192.0.2.1]:1234", "", "", "192.0.2.1"},
		"proxy as IPv4-mapped IPv6":              {"[::ffff:10.0.0.1]:1234", "203.0.113.9", "10.0.0.0/8", "203.0.113.9"},
		"client as IPv4-mapped IPv6":             {"10.0.0.1:1234", "::ffff:203.0.113.9", "10.0.0.0/8", "203.0.113.9"},
		"link-local peer":                        {"[fe80::1%eth0]:1234", "", "", "fe80::1"},
		"client with a zone":                     {"10.0.0.1:1234", "fe80::1%eth0", "10.0.0.0/8", "fe80::1"},
		"peer of a Unix domain socket":           {"@", "203.0.113.9", "", "127.0.0.1"},
		"peer of an unnamed socket":              {"", "203.0.113.9", "127.0.0.1/32", "203.0.113.9"},
		"behind a proxy on a Unix domain socket": {"@", "203.0.113.9", "127.0.0.1/32", "203.0.113.9"},
		"all addresses trusted":                  {"10.0.0.1:1234", "198.51.100.7, 203.0.113.9", "0.0.0.0/0,::/0", "198.51.100.7"},
	} {
		var proxies []netip.Prefix
		for p := range strings.SplitSeq(c.proxies, ",") {
			if p != "" {
				proxies = append(proxies, netip.MustParsePrefix(p))
			}
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		for header := range strings.SplitSeq(c.forwarded, "|") {
			if header != "" {
				r.Header.Add("X-Forwarded-For", header)
			}
		}
		for _, name := range []string{"X-Real-Ip", "Forwarded", "X-Client-Ip", "Cf-Connecting-Ip", "True-Client-Ip"} {
			r.Header.Set(name, "198.51.100.66") // must be ignored
		}
		s := &Server{Options: Options{Proxies: proxies}}
		if got := s.clientIP(r).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", what, got, c.want)
		}
	}
}

func TestObserve_SetsAuditClient(t *testing.T) {
	t.Parallel()
	var got audit.Client
	h, _ := answering(t, "GET", "/healthz", func(c echo.Context) error {
		got = audit.ClientOf(c.Request().Context())
		return c.NoContent(200)
	})
	ask(h, "GET", "/healthz", "User-Agent", strings.Repeat("x", 300), "X-Forwarded-For", "203.0.113.9", "X-Request-Id", "forged")
	if want := (audit.Client{IP: "192.0.2.1", UserAgent: strings.Repeat("x", 256), RequestID: "request-1"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
