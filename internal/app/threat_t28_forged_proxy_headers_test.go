package app_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// signInEmpty sends a sign-in without credentials, which counts for the client address and costs no hash.
func signInEmpty(h *apptest.Server, headers ...string) apptest.Response {
	return h.Script("").Do("POST", "/api/v1/sessions", JSON{}, headers...)
}

func TestT28_ProxyHeaders_Untrusted(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{
		"no trusted proxies":    {"TWOFOLD_IP_SIGN_IN_LIMIT=8"},
		"other trusted proxies": {"TWOFOLD_IP_SIGN_IN_LIMIT=8", "TWOFOLD_TRUSTED_PROXIES=10.0.0.0/8,::1/128"},
		"an empty list":         {"TWOFOLD_IP_SIGN_IN_LIMIT=8", "TWOFOLD_TRUSTED_PROXIES="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t, settings...)
			for i, header := range []string{
				"X-Forwarded-For", "X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "X-Cluster-Client-IP",
			} {
				value := fmt.Sprintf("198.51.100.%d", i)
				if header == "Forwarded" {
					value = "for=" + value
				}
				signInEmpty(h, header, value).Require(400, "invalid_request")
			}
			a := signInEmpty(h, "X-Forwarded-For", "198.51.100.99").Require(429, "too_many_requests")
			if wait := a.Header.Get("Retry-After"); wait != "60" {
				t.Errorf("Retry-After is %q, want 60", wait)
			}
			h.Clock.Advance(time.Minute)
			signInEmpty(h).Require(400, "invalid_request")
			if log := h.Log.String(); strings.Contains(log, "198.51.100.") || !strings.Contains(log, `"ip":"127.0.0.1"`) {
				t.Errorf("the log has an address of a header:\n%s", log)
			}
		})
	}
}

func TestT28_ProxyHeaders_RightmostUntrustedHop(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8,10.0.0.0/8", "TWOFOLD_IP_SIGN_IN_LIMIT=1")
	for _, c := range []struct{ name, hops, client string }{
		{"one hop", "198.51.100.1", "198.51.100.1"},
		{"an address that the client prepended", "203.0.113.66, 198.51.100.2", "198.51.100.2"},
		{"several trusted proxies", "203.0.113.66, 198.51.100.3, 10.1.2.3, 127.0.0.9", "198.51.100.3"},
		{"a trusted address, sent by the client", "10.1.1.1, 198.51.100.4", "198.51.100.4"},
		{"spaces", "   203.0.113.66 ,198.51.100.5  ", "198.51.100.5"},
		{"a word before it", "unknown, 198.51.100.6", "198.51.100.6"},
		{"an IPv6 client", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"},
		{"another of its network", "2001:db8:1:2:ffff::1", ""},
		{"one of the next network", "2001:db8:1:3::1", "2001:db8:1:3::1"},
		{"an IPv6 client in brackets", "[2001:db8:1:4::1]", "2001:db8:1:4::1"},
		{"an empty element at the end", "198.51.100.10,", "198.51.100.10"},
		{"empty elements between proxies", "198.51.100.11,, 10.1.2.3, ,", "198.51.100.11"},
		{"an IPv4-mapped IPv6 client", "::ffff:198.51.100.7", "198.51.100.7"},
		{"the same without", "198.51.100.7", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.client == "" {
				signInEmpty(h, "X-Forwarded-For", c.hops).Require(429, "too_many_requests")
				return
			}
			signInEmpty(h, "X-Forwarded-For", c.hops).Require(400, "invalid_request")
			signInEmpty(h, "X-Forwarded-For", c.client).Require(429, "too_many_requests")
			if !strings.Contains(h.Log.String(), `"ip":"`+c.client+`"`) {
				t.Errorf("the log does not have %s", c.client)
			}
		})
	}
	t.Run("two header lines form one list", func(t *testing.T) {
		r := h.Script("").WithT(t).Request("POST", "/api/v1/sessions", nil, "X-Forwarded-For", "203.0.113.66", "X-Forwarded-For", "198.51.100.8")
		h.Script("").WithT(t).Send(r).Require(400, "")
		signInEmpty(h, "X-Forwarded-For", "198.51.100.8").Require(429, "too_many_requests")
	})
	t.Run("invalid address", func(t *testing.T) {
		signInEmpty(h, "X-Forwarded-For", "198.51.100.9, nonsense").Require(400, "invalid_request")
		signInEmpty(h, "X-Forwarded-For", "198.51.100.9").Require(400, "invalid_request")
		signInEmpty(h).Require(429, "too_many_requests")
	})
}

func TestT28_ProxyHeaders_FailureLimitPerClient(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_TRUSTED_PROXIES=127.0.0.1/32", "TWOFOLD_IP_FAILURE_LIMIT=4")
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	from := func(ip string) []string { return []string{"X-Forwarded-For", ip} }
	wrong := JSON{"email": unknownEmail, "password": "certainly not this one"}
	confirm := apptest.PathEnrollments + "/" + phone.ID + "/confirm"
	for range 2 {
		h.Script("").Do("POST", "/api/v1/sessions", wrong, from("198.51.100.1")...).Require(401, "credentials_rejected")
		script.Do("POST", confirm, JSON{"code": phone.Wrong()}, from("198.51.100.1")...).Require(422, "code_rejected")
	}
	signIn := func(ip string) apptest.Response {
		return h.Script("").Do("POST", "/api/v1/sessions", apptest.Credentials(ada), from(ip)...)
	}
	signIn("198.51.100.1").Require(429, "too_many_requests")
	script.Do("POST", confirm, JSON{"code": phone.Code()}, from("198.51.100.1")...).Require(429, "too_many_requests")
	script.Do("GET", apptest.PathCurrentSession, nil, from("198.51.100.1")...).Require(200, "")
	signIn("198.51.100.2").Require(201, "")
	h.Clock.Advance(15 * time.Minute)
	signIn("198.51.100.1").Require(201, "")
}

func TestT28_ProxyHeaders_HostAndProtocol(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]string{
		"from an untrusted client": {"TWOFOLD_PUBLIC_URL=https://account.example.com"},
		"from a trusted proxy":     {"TWOFOLD_PUBLIC_URL=https://account.example.com", "TWOFOLD_TRUSTED_PROXIES=127.0.0.0/8"},
		"where the page is http":   {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := apptest.Start(t, settings...)
			h.AddAccount(ada)
			public, cookie := "https://account.example.com", "__Host-twofold_session"
			proto := "http"
			if len(settings) == 0 {
				public, cookie, proto = h.URL, "twofold_session", "https"
			}
			forgedHeaders := []string{
				"X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", proto, "X-Forwarded-Scheme", proto,
				"Forwarded", "host=evil.example;proto=" + proto, "X-Original-Host", "evil.example", "X-Host", "evil.example",
			}
			script := h.Script("").WithT(t)
			r := script.Request("POST", "/api/v1/sessions", apptest.Body(apptest.Credentials(ada)), append(forgedHeaders, "Content-Type", "application/json")...)
			r.Host = "evil.example"
			a := script.Send(r).Require(201, "")
			set := a.SetCookies()[0]
			if secure := strings.HasPrefix(public, "https"); set.Name != cookie || set.Secure != secure || set.Domain != "" {
				t.Errorf("got the cookie %s, secure %t, domain %q; want %s, %t and none", set.Name, set.Secure, set.Domain, cookie, secure)
			}
			r = script.Request("POST", "/api/v1/step-up", apptest.Body(JSON{"purpose": "mfa.enroll", "password": apptest.Password}),
				append(forgedHeaders, "Content-Type", "application/json", "Cookie", set.Name+"="+set.Value)...)
			r.Host = "evil.example"
			token := script.Send(r).Require(201, "").Text("step_up_token")
			text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
			if err != nil {
				t.Fatal(err)
			}
			var claims struct {
				Issuer   string   `json:"iss"`
				Audience []string `json:"aud"`
			}
			if err := json.Unmarshal(text, &claims); err != nil {
				t.Fatal(err)
			}
			if claims.Issuer != public || len(claims.Audience) != 1 || claims.Audience[0] != public {
				t.Errorf("the token has issuer %q and audience %q, want %q for both", claims.Issuer, claims.Audience, public)
			}
		})
	}
}
