package apptest

import (
	"bytes"
	"encoding/base32"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"
	"time"

	"twofold/internal/totp"
)

// Client calls the server like one browser, with a cookie jar, or like one script, with a bearer token.
type Client struct {
	h      *Server
	t      testing.TB
	http   *http.Client
	Bearer string
}

// Browser returns a client with a new cookie jar.
func (h *Server) Browser() *Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.T.Fatal(err)
	}
	return &Client{h: h, t: h.T, http: &http.Client{Jar: jar, Timeout: time.Minute}}
}

// Script returns a client with a bearer token; empty for none.
func (h *Server) Script(bearer string) *Client {
	return &Client{h: h, t: h.T, http: &http.Client{Timeout: time.Minute}, Bearer: bearer}
}

// Response is a response that conforms to the contract.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	t      testing.TB
}

// JSON is a body, a JSON object.
type JSON map[string]any

// Raw is a body that is sent unchanged.
type Raw string

// Do sends a request with a JSON body (nil: none) and headers in pairs. It fails the test if the request fails or the
// response violates the contract.
func (c *Client) Do(method, path string, body any, headers ...string) Response {
	c.t.Helper()
	return c.send(c.request(method, path, body, headers))
}

// DoAllowFailure is Do for requests whose connection may fail. The status is zero then.
func (c *Client) DoAllowFailure(method, path string, body any, headers ...string) Response {
	c.t.Helper()
	a, _ := c.exchange(c.request(method, path, body, headers))
	return a
}

func (c *Client) request(method, path string, body any, headers []string) *http.Request {
	c.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case Raw:
		reader = strings.NewReader(string(b))
	default:
		text, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, c.h.URL+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.Bearer)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	return r
}

func (c *Client) send(r *http.Request) Response {
	c.t.Helper()
	a, err := c.exchange(r)
	if err != nil {
		c.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	return a
}

// exchange returns an error if there was no complete response.
func (c *Client) exchange(r *http.Request) (Response, error) {
	c.t.Helper()
	c.h.nameCookies(r.Header)
	response, err := c.http.Do(r)
	if err != nil {
		return Response{t: c.t}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return Response{t: c.t}, err
	}
	if err := c.h.contract.check(r, response, text); err != nil {
		c.t.Errorf("%s %s returned %d, a violation of the contract: %v\n%s", r.Method, r.URL.Path, response.StatusCode, err, text)
	}
	a := Response{Status: response.StatusCode, Header: response.Header, Body: text, t: c.t}
	if c.h.OnResponse != nil {
		c.h.OnResponse(r, a)
	}
	return a, nil
}

// Require ends the test unless the response has the status and the problem code (empty: any).
func (a Response) Require(status int, code string) Response {
	a.t.Helper()
	if a.Status != status || (code != "" && a.Code() != code) {
		a.t.Fatalf("got %d %s, want %d %s\n%s", a.Status, a.Code(), status, code, a.Body)
	}
	return a
}

// Code returns the problem code, or nothing.
func (a Response) Code() string { code, _ := a.Value("code").(string); return code }

// Value returns the member of the body at a path of names, or nil.
func (a Response) Value(path ...string) any {
	var value any
	if json.Unmarshal(a.Body, &value) != nil {
		return nil
	}
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// Text returns a member of the body that must be a string.
func (a Response) Text(path ...string) string {
	a.t.Helper()
	text, ok := a.Value(path...).(string)
	if !ok {
		a.t.Fatalf("%s is no string in %s", strings.Join(path, "."), a.Body)
	}
	return text
}

// Int returns a member of the body that must be a number.
func (a Response) Int(path ...string) int {
	a.t.Helper()
	n, ok := a.Value(path...).(float64)
	if !ok {
		a.t.Fatalf("%s is no number in %s", strings.Join(path, "."), a.Body)
	}
	return int(n)
}

// SignIn signs in with Password and these members, and returns the response, whatever its status.
func (c *Client) SignIn(email string, members ...JSON) Response {
	c.t.Helper()
	body := JSON{"email": email, "password": Password}
	for _, m := range members {
		for name, value := range m {
			body[name] = value
		}
	}
	return c.Do("POST", "/api/v1/sessions", body)
}

// SignedIn returns a script that is signed in with Password and these credentials.
func (h *Server) SignedIn(email string, credentials ...JSON) *Client {
	h.T.Helper()
	a := h.Script("").SignIn(email, append(credentials, JSON{"deliver": "token"})...).Require(201, "")
	return h.Script(a.Text("session_token"))
}

// StepUp steps up for a purpose with Password and these members, and returns the response, whatever its status.
func (c *Client) StepUp(purpose string, members ...JSON) Response {
	c.t.Helper()
	body := JSON{"purpose": purpose, "password": Password}
	for _, m := range members {
		for name, value := range m {
			body[name] = value
		}
	}
	return c.Do("POST", "/api/v1/step-up", body)
}

// Phone is an authenticator app that runs on the server's clock.
type Phone struct {
	ID  string // of the enrollment and the method
	key totp.Key
	h   *Server
}

// Begin begins an enrollment after a step-up and returns a phone with its key.
func (c *Client) Begin(credentials ...JSON) *Phone {
	c.t.Helper()
	token := c.StepUp("mfa.enroll", credentials...).Require(201, "").Text("step_up_token")
	a := c.Do("POST", "/api/v1/mfa/totp/enrollments", nil, "Step-Up-Token", token).Require(201, "")
	return c.h.PhoneFrom(a)
}

// PhoneFrom returns a phone with the key in a response of beginTotpEnrollment.
func (h *Server) PhoneFrom(a Response) *Phone {
	h.T.Helper()
	raw, err := base32Key(a.Text("secret"))
	if err != nil {
		h.T.Fatal(err)
	}
	return &Phone{ID: a.Text("id"), key: raw, h: h}
}

// Confirm confirms the enrollment with a code and returns the response, whatever its status.
func (c *Client) Confirm(p *Phone, code string) Response {
	c.t.Helper()
	return c.Do("POST", "/api/v1/mfa/totp/enrollments/"+p.ID+"/confirm", JSON{"code": code})
}

// Enroll enrolls a phone and advances the clock to its next code.
func (c *Client) Enroll(credentials ...JSON) *Phone {
	c.t.Helper()
	p := c.Begin(credentials...)
	c.Confirm(p, p.Code()).Require(201, "")
	c.h.Clock.Advance(totp.Period * time.Second)
	return p
}

// Code returns the current code.
func (p *Phone) Code() string { return p.CodeIn(0) }

// CodeIn returns the code some time steps from now.
func (p *Phone) CodeIn(steps int) string {
	return p.key.Code(totp.StepAt(p.h.Clock.Now()) + totp.Step(steps))
}

// Wrong returns a code that is not accepted now.
func (p *Phone) Wrong() string {
	for _, code := range []string{"000000", "111111", "222222"} {
		if len(p.key.Match(code, p.h.Clock.Now())) == 0 {
			return code
		}
	}
	panic("three codes fit at once")
}

func base32Key(text string) (totp.Key, error) {
	raw, err := base32.StdEncoding.DecodeString(text)
	if err != nil {
		return totp.Key{}, err
	}
	return totp.KeyFromBytes(raw)
}
