package cluster_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"twofold/internal/test/apptest"
)

// backgroundLoad are people who come and go while processes do. Each of their requests is at the next process of those that serve.
type backgroundLoad struct {
	t       *testing.T
	gate    sync.RWMutex // held by a request, and by who changes what serves
	serving []*apptest.Server
	first   *apptest.Server
	turn    int
	mu      sync.Mutex // of turn and visits
	visits  map[string]int
	done    chan struct{}
	closing sync.Once
	people  sync.WaitGroup
}

func startBackgroundLoad(t *testing.T, serving ...*apptest.Server) *backgroundLoad {
	s := &backgroundLoad{t: t, serving: serving, first: serving[0], visits: make(map[string]int), done: make(chan struct{})}
	t.Cleanup(s.close)
	return s
}

// serve sets the servers that receive requests from now on, after requests to others have finished.
func (s *backgroundLoad) serve(servers ...*apptest.Server) {
	s.gate.Lock()
	defer s.gate.Unlock()
	s.serving = servers
}

// ask sends one request to the process whose turn it is.
func (s *backgroundLoad) ask(request func(h *apptest.Server) apptest.Response) apptest.Response {
	s.gate.RLock()
	defer s.gate.RUnlock()
	s.mu.Lock()
	s.turn++
	h := s.serving[s.turn%len(s.serving)]
	s.mu.Unlock()
	return request(h)
}

// let repeats an action until the load is closed or the action fails.
func (s *backgroundLoad) let(who string, visit func(i int) error) {
	s.people.Go(func() {
		for i := 0; ; i++ {
			if err := visit(i); err != nil {
				s.t.Errorf("%s, visit %d: %v", who, i, err)
				return
			}
			s.mu.Lock()
			s.visits[who]++
			s.mu.Unlock()
			select {
			case <-s.done:
				return
			default:
			}
		}
	})
}

// seen waits until everybody has come a few more times.
func (s *backgroundLoad) seen(when string) {
	s.t.Helper()
	count := func() map[string]int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return maps.Clone(s.visits)
	}
	before := count()
	apptest.Eventually(s.t, "everybody comes "+when, func() bool {
		for who, n := range count() {
			if n < before[who]+3 {
				return s.t.Failed()
			}
		}
		return true
	})
}

// close waits for the running actions and starts no more.
func (s *backgroundLoad) close() {
	s.closing.Do(func() { close(s.done) })
	s.people.Wait()
}

// wants answers what is wrong with an answer: its status, or the code of its problem.
func wants(what string, a apptest.Response, status int, codes ...string) error {
	if a.Status == status && (len(codes) == 0 || strings.Contains(strings.Join(codes, " "), a.Code())) {
		return nil
	}
	return fmt.Errorf("%s answers %d %s, want %d %v", what, a.Status, a.Code(), status, codes)
}

// signIn signs in by password, and wants 201, or 202 where a code is asked for.
func (s *backgroundLoad) signIn(email string, status int) (a apptest.Response, err error) {
	a = s.ask(func(h *apptest.Server) apptest.Response { return h.Script("").SignIn(email, JSON{"deliver": "token"}) })
	return a, wants("signing in", a, status)
}

// comeIn signs in by password and steps up to enroll. As asks something as who came in.
func (s *backgroundLoad) comeIn(email string) (as func(do func(c *apptest.Client) apptest.Response) apptest.Response, token string, err error) {
	in, err := s.signIn(email, 201)
	if err != nil {
		return nil, "", err
	}
	as = func(do func(c *apptest.Client) apptest.Response) apptest.Response {
		return s.ask(func(h *apptest.Server) apptest.Response { return do(h.Script(in.Text("session_token"))) })
	}
	step := as(func(c *apptest.Client) apptest.Response { return c.StepUp("mfa.enroll") })
	if err := wants("stepping up", step, 201); err != nil {
		return nil, "", err
	}
	return as, step.Text("step_up_token"), nil
}

// churnUsers is a visit without a second factor.
func (s *backgroundLoad) churnUsers(email string) error {
	as, token, err := s.comeIn(email)
	if err != nil {
		return err
	}
	enroll := func(c *apptest.Client) apptest.Response { return c.BeginEnrollment(token) }
	get := func(c *apptest.Client) apptest.Response { return c.Do("GET", apptest.PathCurrentSession, nil) }
	return errors.Join(
		wants("beginning", as(enroll), 201),
		wants("beginning again", as(enroll), 401, "step_up_required"),
		wants("the session", as(get), 200),
		wants("signing out", as(func(c *apptest.Client) apptest.Response { return c.Do("DELETE", apptest.PathCurrentSession, nil) }), 204),
		wants("the session after", as(get), 401, "session_required"),
		wants("the session after that", as(get), 401, "session_required"),
	)
}

// guess is the visit of an attacker with the password and no code.
func (s *backgroundLoad) guess(email string, phone *apptest.Phone) error {
	in, err := s.signIn(email, 202)
	if err != nil {
		return err
	}
	a := s.ask(func(h *apptest.Server) apptest.Response {
		return h.SecondFactor(in.Text("sign_in_token"), apptest.Code(phone.Wrong()))
	})
	if a.Status == 429 {
		return nil
	}
	return wants("a guess", a, 401, "code_rejected")
}

// enroll gives a new account a phone, and signs in with it and with a recovery code, which work once.
func (s *backgroundLoad) enroll(email string) error {
	as, token, err := s.comeIn(email)
	if err != nil {
		return err
	}
	begun := as(func(c *apptest.Client) apptest.Response { return c.BeginEnrollment(token) })
	if err := wants("beginning", begun, 201); err != nil {
		return err
	}
	phone := s.first.PhoneFrom(begun)
	confirmed := as(func(c *apptest.Client) apptest.Response { return c.Confirm(phone, phone.Code()) })
	if err := wants("confirming", confirmed, 201); err != nil {
		return err
	}
	for what, proof := range map[string]JSON{"a code": apptest.Code(phone.CodeIn(1)), "a recovery code": apptest.RecoveryCode(confirmed.RecoveryCodes()[0])} {
		var tokens []string
		for range 2 {
			in, err := s.signIn(email, 202)
			if err != nil {
				return err
			}
			tokens = append(tokens, in.Text("sign_in_token"))
		}
		present := func(token string) apptest.Response {
			return s.ask(func(h *apptest.Server) apptest.Response { return h.SecondFactor(token, proof) })
		}
		if err := errors.Join(wants(what, present(tokens[0]), 201), wants(what+" again", present(tokens[1]), 401, "code_used")); err != nil {
			return err
		}
	}
	return nil
}
