package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"twofold/internal/secret"
)

func TestBearerOf(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		headers []string
		want    string
	}{
		"none":                {nil, ""},
		"usual form":          {[]string{"Bearer tf_s_x"}, "tf_s_x"},
		"other case":          {[]string{"bEARER tf_s_x"}, "tf_s_x"},
		"additional spaces":   {[]string{"Bearer   tf_s_x "}, "tf_s_x"},
		"no scheme":           {[]string{"tf_s_x"}, ""},
		"no space":            {[]string{"Bearertf_s_x"}, ""},
		"other scheme":        {[]string{"Basic tf_s_x"}, ""},
		"longer scheme":       {[]string{"Bearers tf_s_x"}, ""},
		"empty":               {[]string{"Bearer"}, ""},
		"twice":               {[]string{"Bearer a", "Bearer b"}, ""},
		"with another scheme": {[]string{"Basic YTpi", "Bearer b"}, "b"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for _, h := range c.headers {
			r.Header.Add("Authorization", h)
		}
		if got := bearerOf(r).Reveal(); got != c.want {
			t.Errorf("%s: got %q, want %q", what, got, c.want)
		}
	}
}

func TestReadCookie(t *testing.T) {
	t.Parallel()
	secure, plain := &Server{Options: Options{Secure: true}}, &Server{}
	for what, c := range map[string]struct {
		s      *Server
		header string
		want   string
	}{
		"none":                 {secure, "", ""},
		"own name":             {secure, "__Host-twofold_session=a", "a"},
		"among others":         {secure, "x=1; __Host-twofold_session=a; y=2", "a"},
		"twice":                {secure, "__Host-twofold_session=a; __Host-twofold_session=a", ""},
		"without the prefix":   {secure, "twofold_session=a", ""},
		"other case":           {secure, "__host-twofold_session=a", ""},
		"sign-in cookie":       {secure, "__Host-twofold_signin=a", ""},
		"plain":                {plain, "twofold_session=a", "a"},
		"prefix on plain http": {plain, "__Host-twofold_session=a", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Cookie", c.header)
		if got := c.s.readCookie(r, sessionCookie).Reveal(); got != c.want {
			t.Errorf("%s: got %q, want %q", what, got, c.want)
		}
	}
}

func TestSetCookie_Attributes(t *testing.T) {
	t.Parallel()
	token := secret.New("tf_s_x")
	for what, c := range map[string]struct {
		cookie *http.Cookie
		want   string
	}{
		"session":             {(&Server{Options: Options{Secure: true}}).setCookie(sessionCookie, token, 0), "__Host-twofold_session=tf_s_x; Path=/; HttpOnly; Secure; SameSite=Strict"},
		"session, plain http": {(&Server{}).setCookie(sessionCookie, token, 0), "twofold_session=tf_s_x; Path=/; HttpOnly; SameSite=Strict"},
		"sign-in":             {(&Server{Options: Options{Secure: true}}).setCookie(signInCookie, token, 5*time.Minute), "__Host-twofold_signin=tf_s_x; Path=/; Max-Age=300; HttpOnly; Secure; SameSite=Strict"},
		"deleted":             {(&Server{Options: Options{Secure: true}}).clearCookie(sessionCookie), "__Host-twofold_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"},
	} {
		if got := c.cookie.String(); got != c.want {
			t.Errorf("%s: got %s, want %s", what, got, c.want)
		}
	}
}

func TestNew_IncompleteContract(t *testing.T) {
	t.Parallel()
	text := string(contractText(t))
	for what, change := range map[string][2]string{
		"no security":                          {"      security: []\n", ""},
		"a step-up without a purpose":          {"      x-step-up-purpose: mfa.enroll\n", ""},
		"unknown purpose":                      {"x-step-up-purpose: mfa.enroll", "x-step-up-purpose: mfa.everything"},
		"a purpose without a step-up":          {"          stepUpToken: []\n", ""},
		"unknown code":                         {"[credentials_rejected, code_rejected, code_used]", "[credentials_rejected, code_refused]"},
		"code for a status without a response": {`        "503": [unavailable]`, `        "504": [unavailable]`},
		"no status for an invalid request":     {`        "400": [invalid_request]` + "\n", ""},
		"no status for a cross-origin request": {`        "403": [cross_origin_refused]` + "\n", ""},
		"no code for too many attempts":        {"[too_many_attempts, too_many_requests]", "[too_many_requests]"},
		"no status for a missing session":      {`        "401": [session_required]` + "\n", ""},
		"no YAML":                              {"openapi: 3.0.3", "openapi: ["},
		"no paths":                             {"paths:", "path:"},
	} {
		o, _ := options(t, built)
		o.Contract = []byte(strings.ReplaceAll(text, change[0], change[1]))
		if string(o.Contract) == text {
			t.Errorf("%s: the contract has no %q", what, change[0])
		}
		if _, err := New(o); err == nil {
			t.Errorf("%s: New succeeds", what)
		}
	}
}

func TestNew_PublicURLMustBeOrigin(t *testing.T) {
	t.Parallel()
	o, _ := options(t, built)
	o.PublicURL = "account.example.com"
	if _, err := New(o); err == nil {
		t.Error("New succeeds")
	}
}
