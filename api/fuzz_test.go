package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// FuzzBearer checks that the token is the text after the scheme, and that there is none if the header occurs twice.
func FuzzBearer(f *testing.F) {
	for _, seed := range []string{"Bearer tf_s_x", "bEARER  tf_s_x ", "Bearer", "Bearer ", "Basic YTpi", "Bearers x", "Bearer\tx", "Bearer a b", "\x00", "ſearer x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Authorization"] = []string{header}
		token := bearerOf(r).Reveal()
		want := ""
		if len(header) > 7 && strings.EqualFold(header[:7], "Bearer ") {
			want = strings.TrimSpace(header[7:])
		}
		if token != want {
			t.Errorf("%q: got %q, want %q", header, token, want)
		}
		r.Header["Authorization"] = []string{header, header}
		if token := bearerOf(r).Reveal(); token != "" {
			t.Errorf("%q twice: got %q", header, token)
		}
	})
}

// FuzzCookies checks that a cookie is accepted only if its name occurs exactly once.
func FuzzCookies(f *testing.F) {
	const name = "__Host-twofold_session"
	for _, seed := range []string{
		name + "=a", "x=1; " + name + "=a; y=2", name + "=a; " + name + "=b", name + `="a"`, name + "=", name, "twofold_session=a", ";;=;" + name + "=a=b",
		name + "=a," + name + "=b", name + " =a", name + "= a", strings.Repeat("a=b; ", 500) + name + "=a", name + "=a\x00", name + "=\"a", "__HOST-twofold_session=a",
	} {
		f.Add(seed)
	}
	s := &Server{Options: Options{Secure: true}}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Cookie"] = []string{header}
		value := s.readCookie(r, sessionCookie).Reveal()
		if value == "" {
			return
		}
		occurrences := 0
		for part := range strings.SplitSeq(header, ";") {
			key, text, _ := strings.Cut(strings.TrimSpace(part), "=")
			if strings.TrimSpace(key) == name && strings.Trim(text, `"`) == strings.Trim(value, `"`) {
				occurrences++
			}
		}
		if occurrences != 1 || strings.ContainsAny(value, ";\x00\r\n\"\\") {
			t.Errorf("%q: got %q, which occurs %d times", header, value, occurrences)
		}
		r.Header["Cookie"] = []string{header, header}
		if again := s.readCookie(r, sessionCookie).Reveal(); again != "" {
			t.Errorf("%q twice: got %q", header, again)
		}
	})
}

// FuzzHeaders checks that no header causes a server error or is repeated in the response, and that refusals are problems.
func FuzzHeaders(f *testing.F) {
	o, out := options(f, built)
	o.Proxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	h, err := New(o)
	if err != nil {
		f.Fatal(err)
	}
	names := []string{"Cookie", "Authorization", "Origin", "Content-Type", "X-Forwarded-For", "User-Agent", "Sec-Fetch-Site", "Step-Up-Token", "Accept-Encoding", "If-None-Match"}
	for i, seed := range []string{
		"twofold_signin=a; x", "Bearer x", "https://evil.example", "application/json; charset=\"", "203.0.113.9, [::1]:80, %%", "\xff\xfe", "cross-site", "e30.e30.", "br;q=x", `"`,
	} {
		f.Add(byte(i), seed, byte(i+1), "null")
	}
	f.Fuzz(func(t *testing.T, first byte, one string, second byte, two string) {
		for method, target := range map[string]string{http.MethodPost: "/api/v1/sessions/second-factor", http.MethodGet: "/api/v1/none", http.MethodDelete: "/api/v1/sessions/current"} {
			r := httptest.NewRequest(method, target, strings.NewReader(`{"code":1}`))
			name, other := names[int(first)%len(names)], names[int(second)%len(names)]
			if method == http.MethodDelete && slices.ContainsFunc([]string{name, other}, func(n string) bool { return n == "Cookie" || n == "Authorization" }) {
				continue // would load a session, but this server has no store
			}
			r.Header[name] = append(r.Header[name], one)
			r.Header[other] = append(r.Header[other], two)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code < 400 || w.Code >= 500 || p.Status != w.Code || !p.Code.Valid() {
				t.Errorf("%s %s with %s %q, %s %q: %d %s, %v\n%s", method, target, name, one, other, two, w.Code, w.Body, err, out)
			}
			if !utf8.Valid(w.Body.Bytes()) {
				t.Errorf("the response is not valid UTF-8: %q", w.Body)
			}
		}
	})
}

// FuzzClientIP checks that only a trusted proxy can set the client address, and that the result is an address.
func FuzzClientIP(f *testing.F) {
	for _, seed := range []string{"203.0.113.9", "203.0.113.9, 10.0.0.1", "[2001:db8::1]:443", "::ffff:203.0.113.9", "fe80::1%eth0", ",", "unknown", "203.0.113.9:80:80", "\x00"} {
		f.Add("10.0.0.1:1234", seed)
		f.Add("198.51.100.7:1234", seed)
	}
	s := &Server{Options: Options{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = peer
		r.Header["X-Forwarded-For"] = []string{forwarded}
		ip := s.clientIP(r)
		if !ip.IsValid() || ip.Is4In6() {
			t.Errorf("%q for %q: got %v", forwarded, peer, ip)
		}
		if from := peerOf(r); !s.trusted(from) && ip != from.WithZone("") {
			t.Errorf("%q: the client address of the untrusted peer %v is %v", forwarded, from, ip)
		}
	})
}

// FuzzQuery checks that an accepted query has valid parameters in canonical form, and that every other one is an invalid
// request.
func FuzzQuery(f *testing.F) {
	const id = "01980f5e-9a3c-7b61-8a4e-2f4b6f0c9d11"
	for _, seed := range []string{
		"", "limit=1", "limit=100&cursor=" + id, "limit=1&limit=2", "limit=05", "limit=%31", "cursor=" + strings.ToUpper(id), "cursor={" + id + "}", "limit=5;cursor=x",
		"%6Cimit=101", "limit=%zz", "cursor=' OR 1=1 --", "limit", "cursor=urn:uuid:" + id, "&&&", "limit=١",
	} {
		f.Add(seed)
	}
	c := theContract(f)
	op := c.operations["GET /api/v1/account/activity"]
	if op == nil || len(op.params) == 0 {
		f.Fatal("the list operation has moved")
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.RawQuery = query
		if err := checkQuery(echo.New().NewContext(r, httptest.NewRecorder()), op); err != nil {
			if codeOf(err) != ProblemCodeInvalidRequest {
				t.Errorf("%q: got %v, want an invalid request", query, err)
			}
			return
		}
		parameters, err := url.ParseQuery(query)
		if err != nil {
			t.Fatalf("%q was accepted, but does not parse: %v", query, err)
		}
		for _, limit := range parameters["limit"] {
			if len(parameters["limit"]) != 1 || len(limit) > 3 || limit < "1" || strings.Trim(limit, "0123456789") != "" || limit[0] == '0' {
				t.Errorf("%q: the limit %q was accepted", query, limit)
			}
		}
		for _, cursor := range parameters["cursor"] {
			if id, err := uuid.Parse(cursor); len(parameters["cursor"]) != 1 || err != nil || id.String() != cursor {
				t.Errorf("%q: the cursor %q was accepted", query, cursor)
			}
		}
	})
}
