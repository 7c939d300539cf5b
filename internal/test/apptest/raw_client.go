package apptest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"

	"twofold/internal/store"
)

// WithT returns the same client with another test, such as a subtest, for its failures.
func (c *Client) WithT(t testing.TB) *Client {
	same := *c
	same.t = t
	return &same
}

// OnServer returns the same client, with the same credentials, for another server.
func (c *Client) OnServer(h *Server) *Client {
	same := *c
	same.h = h
	return &same
}

// InProcess returns the same client without a network connection. When it has the response, the handler has returned, and
// no log line or clock reading follows.
func (c *Client) InProcess() *Client {
	same := *c
	same.http = &http.Client{Jar: c.http.Jar, Transport: inProcess{c.h.App.Handler, nil}}
	return &same
}

// WithStats is InProcess with query statistics, which add up over the requests.
func (c *Client) WithStats(e *store.QueryStats) *Client {
	e.OnStatement = c.h.onStatement
	same := *c
	same.http = &http.Client{Jar: c.http.Jar, Transport: inProcess{c.h.App.Handler, e}}
	return &same
}

type inProcess struct {
	handler http.Handler
	stats   *store.QueryStats
}

func (i inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(store.WithStats(r.Context(), i.stats))
	r.RemoteAddr, r.Host = "127.0.0.1:1", r.URL.Host
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	i.handler.ServeHTTP(recorder, r)
	response := recorder.Result()
	if response.Request = r; r.Method == http.MethodHead {
		response.Body = http.NoBody // as net/http does
	}
	return response, nil
}

// Request returns a request for Send, so that the test can change it first. Headers come in pairs and may repeat.
func (c *Client) Request(method, path string, body io.Reader, headers ...string) *http.Request {
	c.t.Helper()
	r, err := http.NewRequest(method, c.h.URL+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.Bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.Bearer)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	return r
}

// Send sends a request unchanged. It fails the test if the request fails or the response violates the contract.
func (c *Client) Send(r *http.Request) Response {
	c.t.Helper()
	return c.send(r)
}

// Cookie returns the value of a cookie that the browser would send now, or nothing.
func (c *Client) Cookie(name string) string {
	for _, cookie := range c.http.Jar.Cookies(c.address()) {
		if cookie.Name == c.h.cookieName(name) {
			return cookie.Value
		}
	}
	return ""
}

// SetCookie puts a cookie into the browser, as an attacker on a sibling domain could.
func (c *Client) SetCookie(name, value string) {
	c.http.Jar.SetCookies(c.address(), []*http.Cookie{{Name: c.h.cookieName(name), Value: value, Path: "/"}})
}

func (c *Client) address() *url.URL {
	u, err := url.Parse(c.h.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	return u
}

// SetCookies returns the cookies that the response sets, in order, without the port in their names.
func (a Response) SetCookies() []*http.Cookie {
	var cookies []*http.Cookie
	for _, line := range a.Header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			a.t.Errorf("Set-Cookie: %s: %v", line, err)
			continue
		}
		cookie.Name = withoutPort(cookie.Name)
		cookies = append(cookies, cookie)
	}
	return cookies
}

// Concurrently makes n calls at the same time and returns their responses.
func Concurrently(n int, call func(i int) Response) []Response {
	responses := make([]Response, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			responses[i] = call(i)
		})
	}
	close(start)
	all.Wait()
	return responses
}

// CountByOutcome counts responses by Outcome.
func CountByOutcome(responses []Response) map[string]int {
	tally := make(map[string]int)
	for _, a := range responses {
		tally[a.Outcome()]++
	}
	return tally
}
