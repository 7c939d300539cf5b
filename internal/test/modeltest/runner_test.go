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

// JSON is an object.
type JSON = apptest.JSON

// telling makes the failures of a client those of a history.
type telling struct {
	testing.TB
	p *run
}

func (t telling) Helper()                           {}
func (t telling) Fatal(args ...any)                 { t.p.fail("%s", fmt.Sprint(args...)) }
func (t telling) Errorf(format string, args ...any) { t.p.fail(format, args...) }
func (t telling) Fatalf(format string, args ...any) { t.p.fail(format, args...) }

// person is one of the two who act: a browser with its cookies, or a script with the tokens that it was given.
type person struct {
	name                    string
	browser                 bool
	session, signIn, device string   // cookies
	tokens                  []string // of sessions, the oldest first
	mind                    string   // what they have in mind
}

// run is a history while it is played.
type run struct {
	modelState
	t       *rapid.T
	at      int64 // which server
	tour    *coverage
	doing   string
	broke   string // a law, or the model; empty: it goes well
	why     string
	server  *apptest.Server
	client  *apptest.Client
	people  []*person
	cookies []string // every session cookie that there ever was, the oldest first
	laws    invariants
	trace   []string // what happened so far, a line each
}

// start begins a history with two accounts of its own, at the server's first moment.
func start(t *rapid.T, h *apptest.Server, began time.Time, at int64, seen *coverage) *run {
	h.Clock.Advance(began.Sub(h.Clock.Now()))
	p := &run{
		t: t, at: at, tour: seen, server: h, modelState: modelState{now: began},
		people: []*person{{name: "the script"}, {name: "the browser", browser: true}},
	}
	p.client = h.Script("").WithT(telling{h.T, p})
	history := seen.histories.Add(1)
	for _, name := range []string{"ada", "bob"} {
		a := &account{name: name, email: fmt.Sprintf("%s-%d@example.com", name, history), made: began, attempts: attempts{}}
		h.AddAccount(a.email)
		p.accounts = append(p.accounts, a)
	}
	p.laws = newLaws(p)
	return p
}

// fail stops the history. What it broke is said without what differs from one time to the next.
func (p *run) fail(format string, args ...any) {
	p.stop(format, fmt.Sprintf(format, args...))
}

func (p *run) stop(broke, why string) {
	p.tour.broke.CompareAndSwap(0, p.at)
	p.broke, p.why = broke, why
	panic(broke)
}

func (p *run) tell(format string, args ...any) {
	p.trace = append(p.trace, fmt.Sprintf("%3d. %s", len(p.trace)+1, fmt.Sprintf(format, args...)))
}

// call sends a client's request with its credentials. bearer is the session token of a script.
func (p *run) call(who *person, bearer, method, path string, body JSON, headers ...string) apptest.Response {
	if bearer != "" {
		headers = append(headers, "Authorization", "Bearer "+bearer)
	}
	if jar := who.jar(); jar != "" {
		headers = append(headers, "Cookie", jar)
	}
	var sent any
	if body != nil {
		sent = body
	}
	a := p.client.Do(method, path, sent, headers...)
	for _, c := range a.SetCookies() {
		p.take(who, c)
	}
	answered := strings.TrimSuffix(fmt.Sprintf("%d %s", a.Status, a.Code()), " ")
	p.trace[len(p.trace)-1] += ": " + answered
	p.tour.saw(p.doing + " " + answered)
	return a
}

// jar is what a browser sends along.
func (who *person) jar() string {
	var jar []string
	for name, value := range map[string]string{"session": who.session, "signin": who.signIn, "device": who.device} {
		if value != "" {
			jar = append(jar, "twofold_"+name+"="+value)
		}
	}
	return strings.Join(jar, "; ")
}

// take takes a cookie that an answer sets, as a browser does; a attacker of a cookie reads it off the answer.
func (p *run) take(who *person, c *http.Cookie) {
	value := c.Value
	if c.MaxAge < 0 {
		value = ""
	}
	if c.Name == "twofold_session" && value != "" {
		p.cookies = append(p.cookies, value)
	}
	if !who.browser {
		return
	}
	switch c.Name {
	case "twofold_session":
		who.session = value
	case "twofold_signin":
		who.signIn = value
	case "twofold_device":
		who.device = value
	}
}

// renewed is the session cookie that an answer sets; empty: none.
func renewed(a apptest.Response) string {
	for _, c := range a.SetCookies() {
		if c.Name == "twofold_session" {
			return c.Value
		}
	}
	return ""
}

// want holds an answer against what the model says. Where that lets pass, the answer is one of status.
func (p *run) want(a apptest.Response, v verdict, status int) bool {
	if v.passes() {
		v.status = status
	}
	if a.Status != v.status || a.Code() != v.code {
		got := fmt.Sprintf("%s: got %d %s, want %d %s", p.doing, a.Status, a.Code(), v.status, v.code)
		p.stop(got, fmt.Sprintf("%s: %s", got, a.Body))
	}
	if v.counts && a.Int("attempts_left") != v.left {
		p.fail("got %d attempts left, want %d", a.Int("attempts_left"), v.left)
	}
	return v.code == ""
}

// wantInt holds a number of an answer against the model's.
func (p *run) wantInt(a apptest.Response, want int, path ...string) {
	if got := a.Int(path...); got != want {
		p.fail("%s is %d, want %d: %s", strings.Join(path, "."), got, want, a.Body)
	}
}

// wantText does so with a text.
func (p *run) wantText(a apptest.Response, want string, path ...string) {
	if got := a.Text(path...); got != want {
		p.fail("%s is %s, want %s: %s", strings.Join(path, "."), got, want, a.Body)
	}
}

// move moves the clock.
func (p *run) move(d time.Duration) {
	p.server.Clock.Advance(d)
	p.now = p.now.Add(d)
	p.laws.moved(d)
}

// look lets the server do what it does once a minute: mails go out, and the time of removals is counted.
func (p *run) look() {
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
