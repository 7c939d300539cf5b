package modeltest

import (
	"flag"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"twofold/internal/test/apptest"
)

const (
	enough  = 10_000 // steps, at least
	usual   = 60     // steps of a history, more or less
	servers = 6      // that are played in at once: mostly they wait for the disk
)

// coverage is what all servers together have seen.
type coverage struct {
	steps, histories atomic.Int64
	broke            atomic.Int64 // the server in which something went wrong; 0: none

	mu   sync.Mutex
	came map[string]int // how often each answer came
}

func (t *coverage) saw(answer string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.came[answer]++
}

// goesOn reports whether another history is run: until there were enough steps, or a failure.
func (t *coverage) goesOn(server int64) bool {
	broke := t.broke.Load()
	return broke == server || broke == 0 && t.steps.Load() < enough
}

// TestModel_RandomHistories plays random histories of a script and a browser with two accounts. One that
// fails is made shorter, and told step by step.
func TestModel_RandomHistories(t *testing.T) {
	t.Parallel()
	unlessGiven(t, "rapid.checks", enough)
	unlessGiven(t, "rapid.steps", usual)
	all, seen := sync.WaitGroup{}, &coverage{came: map[string]int{}}
	for n := range int64(servers) {
		all.Go(func() {
			t.Run(fmt.Sprint("server ", n+1), func(t *testing.T) {
				h := apptest.StartWithMail(t, settings...)
				began := h.Clock.Now()
				rapid.Check(t, func(rt *rapid.T) {
					if seen.goesOn(n + 1) {
						start(rt, h, began, n+1, seen).through()
					}
				})
			})
		})
	}
	all.Wait()
	t.Logf("%d steps in %d histories: %v", seen.steps.Load(), seen.histories.Load(), seen.came)
	if t.Failed() {
		return
	}
	if n := seen.steps.Load(); n < enough {
		t.Errorf("%d steps, want at least %d", n, enough)
	}
	for _, answer := range everywhere {
		if seen.came[answer] == 0 {
			t.Errorf("no history came to %q", answer)
		}
	}
}

// unlessGiven sets a flag of rapid's, unless the command line does.
func unlessGiven(t *testing.T, name string, n int) {
	t.Helper()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given {
		return
	}
	if err := flag.Set(name, fmt.Sprint(n)); err != nil {
		t.Fatal(err)
	}
}

// through plays a history to its end. One that fails does so here, whatever it came to: rapid makes a history shorter by
// ones that fail in the same place with the same words.
func (p *run) through() {
	if p.plays(); p.broke != "" && p.tour.broke.Load() == p.at {
		p.t.Logf("%s\n\nafter this history:\n%s\n", p.why, strings.Join(p.trace, "\n"))
		p.t.Fatal(p.broke)
	}
}

func (p *run) plays() {
	defer func() {
		if p.broke != "" {
			_ = recover() // it stopped where it broke
		}
	}()
	p.t.Repeat(map[string]func(*rapid.T){"a step": func(t *rapid.T) { p.do(steps.Draw(t, "step")) }})
	p.lookBack()
}

// everywhere is where a run comes, or it shows too little.
var everywhere = []string{
	"sign in 201", "sign in 202", "sign in 401 credentials_rejected", "sign in 401 code_rejected", "sign in 401 code_used",
	"sign in 429 too_many_attempts", "finish 201", "finish 401 code_rejected", "finish 401 code_used", "finish 410 sign_in_expired",
	"finish 429 too_many_attempts", "step up 201", "step up 401 code_required", "step up 401 code_rejected", "step up 401 code_used",
	"step up 429 too_many_attempts", "begin 201", "begin 401 step_up_required", "confirm 201",
	"confirm 404 not_found", "confirm 422 code_rejected", "remove 200", "remove 401 step_up_required", "generate 201",
	"generate 401 step_up_required", "look at session 200", "look at session 401 session_required", "look at MFA 200",
	"end session 204", "end session 404 not_found", "ask for removal 202", "ask for removal 409 removal_unavailable",
	"complete removal 200", "complete removal 410 link_expired",
}

// do takes a step.
func (p *run) do(s step) {
	who := p.people[0]
	if s.browser {
		who = p.people[1]
	}
	if s.does == "go on" {
		s = p.goOn(who, s)
	}
	p.tour.steps.Add(1)
	switch p.doing = s.does; s.does {
	case "wait":
		p.tell("the clock moves by %v", s.d)
		p.move(s.d)
	case "tick":
		p.tell("mails go out, and a minute's work is done")
		p.look()
	case "sign in":
		p.signIn(who, s)
	case "finish", "cancel by code":
		p.finish(who, s)
	case "ask for removal":
		p.askForRemoval(who, s)
	case "complete removal":
		p.completeRemoval(who, s)
	default:
		p.inRoom(who, s)
	}
}

// lookBack looks at everything once more: every token that there ever was is worth what the model says.
func (p *run) lookBack() {
	who := p.people[0]
	for i := range who.tokens {
		p.inRoom(who, step{does: "look at session", which: i})
	}
	for i := range p.cookies {
		p.inRoom(who, step{does: "look at session", which: len(who.tokens) + i, stolen: true})
	}
	for i := range 3 {
		p.inRoom(who, step{does: "look at MFA", which: i})
	}
	p.inRoom(p.people[1], step{does: "list sessions", browser: true})
}
