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
	minSteps        = 10_000 // minimum number of steps, over all histories
	stepsPerHistory = 60     // average number of steps of a history
	servers         = 6      // number of servers; they run concurrently, because each mostly waits for the disk
)

// coverage holds what all servers together have covered.
type coverage struct {
	steps, histories atomic.Int64
	failure          atomic.Int64 // number of the server whose history failed; 0 for none

	mu       sync.Mutex
	outcomes map[string]int // counts the outcomes, such as "sign in 201"
}

func (t *coverage) record(outcome string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.outcomes[outcome]++
}

// shouldRun reports whether a server runs another history: until there are enough steps, or a failure. The server with the
// failure continues, so that rapid can shrink its history.
func (t *coverage) shouldRun(server int64) bool {
	failure := t.failure.Load()
	return failure == server || failure == 0 && t.steps.Load() < minSteps
}

// TestModel_RandomHistories runs random histories of a script and a browser with two accounts. A failing history is shrunk and
// printed step by step.
func TestModel_RandomHistories(t *testing.T) {
	t.Parallel()
	setDefaultFlag(t, "rapid.checks", minSteps)
	setDefaultFlag(t, "rapid.steps", stepsPerHistory)
	all, covered := sync.WaitGroup{}, &coverage{outcomes: map[string]int{}}
	for n := range int64(servers) {
		all.Go(func() {
			t.Run(fmt.Sprint("server ", n+1), func(t *testing.T) {
				h := apptest.StartWithMail(t, settings...)
				startTime := h.Clock.Now()
				rapid.Check(t, func(rt *rapid.T) {
					if covered.shouldRun(n + 1) {
						start(rt, h, startTime, n+1, covered).runToEnd()
					}
				})
			})
		})
	}
	all.Wait()
	t.Logf("%d steps in %d histories: %v", covered.steps.Load(), covered.histories.Load(), covered.outcomes)
	if t.Failed() {
		return
	}
	if n := covered.steps.Load(); n < minSteps {
		t.Errorf("%d steps, want at least %d", n, minSteps)
	}
	for _, outcome := range requiredOutcomes {
		if covered.outcomes[outcome] == 0 {
			t.Errorf("no history covered %q", outcome)
		}
	}
}

// setDefaultFlag sets a flag of rapid unless it is set on the command line.
func setDefaultFlag(t *testing.T, name string, n int) {
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

// runToEnd runs a history to its end. It reports failures in this one place, because rapid shrinks to histories that fail at the
// same place with the same message.
func (p *run) runToEnd() {
	if p.runSteps(); p.failure != "" && p.coverage.failure.Load() == p.at {
		p.t.Logf("%s\n\nHistory:\n%s\n", p.detail, strings.Join(p.trace, "\n"))
		p.t.Fatal(p.failure)
	}
}

func (p *run) runSteps() {
	defer func() {
		if p.failure != "" {
			_ = recover() // the panic of stop
		}
	}()
	p.t.Repeat(map[string]func(*rapid.T){"a step": func(t *rapid.T) { p.do(steps.Draw(t, "step")) }})
	p.checkSessionTokens()
}

// requiredOutcomes lists the outcomes that the histories must cover.
var requiredOutcomes = []string{
	"sign in 201", "sign in 202", "sign in 401 credentials_rejected", "sign in 401 code_rejected", "sign in 401 code_used",
	"sign in 429 too_many_attempts", "complete sign-in 201", "complete sign-in 401 code_rejected", "complete sign-in 401 code_used",
	"complete sign-in 410 sign_in_expired",
	"complete sign-in 429 too_many_attempts", "step up 201", "step up 401 code_required", "step up 401 code_rejected", "step up 401 code_used",
	"step up 429 too_many_attempts", "begin 201", "begin 401 step_up_required", "confirm 201",
	"confirm 404 not_found", "confirm 422 code_rejected", "remove 200", "remove 401 step_up_required", "generate 201",
	"generate 401 step_up_required", "get session 200", "get session 401 session_required", "get MFA 200",
	"end session 204", "end session 404 not_found", "request removal 202", "request removal 409 removal_unavailable",
	"complete removal 200", "complete removal 410 link_expired",
}

// do performs a step.
func (p *run) do(s step) {
	c := p.clients[0]
	if s.browser {
		c = p.clients[1]
	}
	if s.action == "continue" {
		s = p.towardsGoal(c, s)
	}
	p.coverage.steps.Add(1)
	switch p.action = s.action; s.action {
	case "advance clock":
		p.record("advance the clock by %v", s.d)
		p.move(s.d)
	case "run workers":
		p.record("run the workers")
		p.runWorkers()
	case "sign in":
		p.signIn(c, s)
	case "complete sign-in", "cancel by code":
		p.completeSignIn(c, s)
	case "request removal":
		p.requestRemoval(c, s)
	case "complete removal":
		p.completeRemoval(c, s)
	default:
		p.doInSession(c, s)
	}
}

// checkSessionTokens checks at the end of a history that every session token is valid or invalid as the model predicts.
func (p *run) checkSessionTokens() {
	c := p.clients[0]
	for i := range c.tokens {
		p.doInSession(c, step{action: "get session", index: i})
	}
	for i := range p.cookies {
		p.doInSession(c, step{action: "get session", index: len(c.tokens) + i, stolen: true})
	}
	for i := range 3 {
		p.doInSession(c, step{action: "get MFA", index: i})
	}
	p.doInSession(p.clients[1], step{action: "list sessions", browser: true})
}
