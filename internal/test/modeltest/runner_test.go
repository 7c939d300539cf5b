package modeltest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"twofold/internal/test/apptest"
)

type JSON = apptest.JSON

// historyTB reports failures of an apptest client as failures of the history.
type historyTB struct {
	testing.TB
	p *run
}

func (t historyTB) Helper()                           {}
func (t historyTB) Fatal(args ...any)                 { t.p.fail("%s", fmt.Sprint(args...)) }
func (t historyTB) Errorf(format string, args ...any) { t.p.fail(format, args...) }
func (t historyTB) Fatalf(format string, args ...any) { t.p.fail(format, args...) }

// client is one of the two clients: a browser with its cookies, or a script with the tokens that it has received.
type client struct {
	name                    string
	browser                 bool
	session, signIn, device string   // cookies
	tokens                  []string // session tokens, oldest first
	goal                    string   // see goals
}

// run is a running history.
type run struct {
	modelState
	t          *rapid.T
	at         int64 // number of the server
	coverage   *coverage
	action     string
	failure    string // the failure, without details that differ from run to run; empty for none
	detail     string // the failure with details
	server     *apptest.Server
	api        *apptest.Client
	clients    []*client
	cookies    []string // every session cookie that was ever set, oldest first
	invariants invariants
	trace      []string // one line per step
}

// start begins a history with two new accounts, and sets the clock back to the time at which the server started.
func start(t *rapid.T, h *apptest.Server, startTime time.Time, at int64, covered *coverage) *run {
	h.Clock.Advance(startTime.Sub(h.Clock.Now()))
	p := &run{
		t: t, at: at, coverage: covered, server: h, modelState: modelState{now: startTime},
		clients: []*client{{name: "the script"}, {name: "the browser", browser: true}},
	}
	p.api = h.Script("").WithT(historyTB{h.T, p})
	history := covered.histories.Add(1)
	for _, name := range []string{"ada", "bob"} {
		a := &account{name: name, email: fmt.Sprintf("%s-%d@example.com", name, history), createdAt: startTime, attempts: attempts{}}
		h.AddAccount(a.email)
		p.accounts = append(p.accounts, a)
	}
	p.invariants = newInvariants(p)
	return p
}

// fail stops the history. The format alone, without its arguments, identifies the failure when rapid shrinks.
func (p *run) fail(format string, args ...any) {
	p.stop(format, fmt.Sprintf(format, args...))
}

// stop stops the history by a panic, from which runSteps recovers.
func (p *run) stop(failure, detail string) {
	p.coverage.failure.CompareAndSwap(0, p.at)
	p.failure, p.detail = failure, detail
	panic(failure)
}

func (p *run) record(format string, args ...any) {
	p.trace = append(p.trace, fmt.Sprintf("%3d. %s", len(p.trace)+1, fmt.Sprintf(format, args...)))
}

// call sends a client's request with its credentials. bearer is the session token of a script.
func (p *run) call(c *client, bearer, method, path string, body JSON, headers ...string) apptest.Response {
	if bearer != "" {
		headers = append(headers, "Authorization", "Bearer "+bearer)
	}
	if jar := c.jar(); jar != "" {
		headers = append(headers, "Cookie", jar)
	}
	var sent any
	if body != nil {
		sent = body
	}
	a := p.api.Do(method, path, sent, headers...)
	for _, cookie := range a.SetCookies() {
		p.storeCookie(c, cookie)
	}
	outcome := strings.TrimSuffix(fmt.Sprintf("%d %s", a.Status, a.Code()), " ")
	p.trace[len(p.trace)-1] += ": " + outcome
	p.coverage.record(p.action + " " + outcome)
	return a
}

// jar returns the Cookie header of a browser.
func (c *client) jar() string {
	var jar []string
	for name, value := range map[string]string{"session": c.session, "signin": c.signIn, "device": c.device} {
		if value != "" {
			jar = append(jar, "twofold_"+name+"="+value)
		}
	}
	return strings.Join(jar, "; ")
}

// storeCookie stores a cookie of a response, as a browser does. It records session cookies, so that a later step can use a
// stolen one.
func (p *run) storeCookie(c *client, cookie *http.Cookie) {
	value := cookie.Value
	if cookie.MaxAge < 0 {
		value = ""
	}
	if cookie.Name == "twofold_session" && value != "" {
		p.cookies = append(p.cookies, value)
	}
	if !c.browser {
		return
	}
	switch cookie.Name {
	case "twofold_session":
		c.session = value
	case "twofold_signin":
		c.signIn = value
	case "twofold_device":
		c.device = value
	}
}

// renewed returns the session cookie that a response sets, or an empty string.
func renewed(a apptest.Response) string {
	for _, c := range a.SetCookies() {
		if c.Name == "twofold_session" {
			return c.Value
		}
	}
	return ""
}

// want compares a response with the prediction of the model. status is the expected status of a success. want reports whether
// the request succeeded.
func (p *run) want(a apptest.Response, v prediction, status int) bool {
	if v.ok() {
		v.status = status
	}
	if a.Status != v.status || a.Code() != v.code {
		got := fmt.Sprintf("%s: got %d %s, want %d %s", p.action, a.Status, a.Code(), v.status, v.code)
		p.stop(got, fmt.Sprintf("%s: %s", got, a.Body))
	}
	if v.counts && a.Int("attempts_left") != v.left {
		p.fail("got %d attempts left, want %d", a.Int("attempts_left"), v.left)
	}
	return v.code == ""
}

// wantInt checks a number in a response.
func (p *run) wantInt(a apptest.Response, want int, path ...string) {
	if got := a.Int(path...); got != want {
		p.fail("%s is %d, want %d: %s", strings.Join(path, "."), got, want, a.Body)
	}
}

// wantText checks a string in a response.
func (p *run) wantText(a apptest.Response, want string, path ...string) {
	if got := a.Text(path...); got != want {
		p.fail("%s is %s, want %s: %s", strings.Join(path, "."), got, want, a.Body)
	}
}

// move advances the clock, or sets it back.
func (p *run) move(d time.Duration) {
	p.server.Clock.Advance(d)
	p.now = p.now.Add(d)
	p.invariants.moved(d)
}

// runWorkers runs the server's workers once, in the server and in the model: mail delivery and the removal worker.
func (p *run) runWorkers() {
	p.server.Deliver()
	p.delivered()
	if err := p.server.App.Removals.RunOnce(context.Background()); err != nil {
		p.fail("tick: %v", err)
	}
	p.tick()
	p.server.Deliver()
	p.delivered()
	for _, l := range p.links {
		if l.token == "" {
			mails := p.server.Mailbox.To(l.account.email)
			for _, m := range mails {
				if link := m.Link("/complete-removal"); link != "" {
					l.token = apptest.Token(link)
				}
			}
		}
	}
}
