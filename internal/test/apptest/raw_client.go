package apptest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"

	"twofold/internal/store"
)

// WithT is the same client, whose failures are those of another test: of a subtest.
func (c *Client) WithT(t testing.TB) *Client {
	same := *c
	same.t = t
	return &same
}

// OnServer is the same client, with the same credentials, at another house.
func (c *Client) OnServer(h *Server) *Client {
	same := *c
	same.h = h
	return &same
}

// InProcess is the same client without a network between: when an answer is there, its request is over, and neither a line
// of the log nor a reading of the clock follows.
func (c *Client) InProcess() *Client {
	same := *c
	same.http = &http.Client{Jar: c.http.Jar, Transport: inside{c.h.App.Handler, nil}}
	return &same
}

// WithStats is the same client Inside, whose requests' effort is added up.
func (c *Client) WithStats(e *store.QueryStats) *Client {
	e.OnStatement = c.h.heard
	same := *c
	same.http = &http.Client{Jar: c.http.Jar, Transport: inside{c.h.App.Handler, e}}
	return &same
}

type inside struct {
	handler http.Handler
	effort  *store.QueryStats
}

func (i inside) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(store.WithStats(r.Context(), i.effort))
	r.RemoteAddr, r.Host = "127.0.0.1:1", r.URL.Host
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	i.handler.ServeHTTP(recorder, r)
	answer := recorder.Result()
	if answer.Request = r; r.Method == http.MethodHead {
		answer.Body = http.NoBody // as net/http sees to
	}
	return answer, nil
}

// Request is a request as Do would send it, for a test that bends it before it calls Send. Headers come in pairs and
// may repeat.
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

// Send sends a request as it is, and fails the test on an answer that the contract does not know.
func (c *Client) Send(r *http.Request) Response {
	c.t.Helper()
	return c.send(r)
}

// Cookie is the value of a cookie that the browser would send now, or empty.
func (c *Client) Cookie(name string) string {
	for _, cookie := range c.http.Jar.Cookies(c.address()) {
		if cookie.Name == name {
			return cookie.Value
		}
	}
	return ""
}

// SetCookie puts a cookie into the browser, as whoever controls a neighboring site could.
func (c *Client) SetCookie(name, value string) {
	c.http.Jar.SetCookies(c.address(), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

func (c *Client) address() *url.URL {
	u, err := url.Parse(c.h.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	return u
}

// SetCookies are the cookies that the answer sets, in order.
func (a Response) SetCookies() []*http.Cookie {
	var cookies []*http.Cookie
	for _, line := range a.Header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err != nil {
			a.t.Errorf("Set-Cookie: %s: %v", line, err)
			continue
		}
		cookies = append(cookies, cookie)
	}
	return cookies
}

// Concurrently makes n calls, as nearly at the same moment as the machine can, and answers what they answered.
func Concurrently(n int, call func(i int) Response) []Response {
	answers := make([]Response, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			answers[i] = call(i)
		})
	}
	close(start)
	all.Wait()
	return answers
}

// CountByOutcome counts answers by status and code, as in "401 code_used", or by status alone where there is no problem.
func CountByOutcome(answers []Response) map[string]int {
	tally := make(map[string]int)
	for _, a := range answers {
		name := fmt.Sprint(a.Status)
		if code := a.Code(); code != "" {
			name += " " + code
		}
		tally[name]++
	}
	return tally
}
