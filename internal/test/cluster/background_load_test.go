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

// backgroundLoad runs users who sign in, enroll and sign out while processes start and stop. It sends each request to the next
// of the serving processes.
type backgroundLoad struct {
	t          *testing.T
	servingMu  sync.RWMutex // guards serving; read-locked during a request
	serving    []*apptest.Server
	first      *apptest.Server
	mu         sync.Mutex // guards requests and iterations
	requests   int
	iterations map[string]int // by user
	done       chan struct{}
	closeOnce  sync.Once
	users      sync.WaitGroup
}

func startBackgroundLoad(t *testing.T, serving ...*apptest.Server) *backgroundLoad {
	s := &backgroundLoad{t: t, serving: serving, first: serving[0], iterations: make(map[string]int), done: make(chan struct{})}
	t.Cleanup(s.close)
	return s
}

// serve sets the servers that receive requests from now on. It waits until the running requests have finished.
func (s *backgroundLoad) serve(servers ...*apptest.Server) {
	s.servingMu.Lock()
	defer s.servingMu.Unlock()
	s.serving = servers
}

// send sends one request to the next of the serving processes.
func (s *backgroundLoad) send(request func(h *apptest.Server) apptest.Response) apptest.Response {
	s.servingMu.RLock()
	defer s.servingMu.RUnlock()
	s.mu.Lock()
	s.requests++
	h := s.serving[s.requests%len(s.serving)]
	s.mu.Unlock()
	return request(h)
}

// repeat calls action in the background until the load is closed or the action fails.
func (s *backgroundLoad) repeat(user string, action func(i int) error) {
	s.users.Go(func() {
		for i := 0; ; i++ {
			if err := action(i); err != nil {
				s.t.Errorf("%s, iteration %d: %v", user, i, err)
				return
			}
			s.mu.Lock()
			s.iterations[user]++
			s.mu.Unlock()
			select {
			case <-s.done:
				return
			default:
			}
		}
	})
}

// awaitIterations waits until every user has completed three more iterations.
func (s *backgroundLoad) awaitIterations(when string) {
	s.t.Helper()
	count := func() map[string]int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return maps.Clone(s.iterations)
	}
	before := count()
	apptest.Eventually(s.t, "every user makes progress "+when, func() bool {
		for user, n := range count() {
			if n < before[user]+3 {
				return s.t.Failed()
			}
		}
		return true
	})
}

// close waits for the running actions and starts no more.
func (s *backgroundLoad) close() {
	s.closeOnce.Do(func() { close(s.done) })
	s.users.Wait()
}

// wantStatus returns an error unless a response has the given status and one of the problem codes, if any are given.
func wantStatus(what string, a apptest.Response, status int, codes ...string) error {
	if a.Status == status && (len(codes) == 0 || strings.Contains(strings.Join(codes, " "), a.Code())) {
		return nil
	}
	return fmt.Errorf("%s: got %d %s, want %d %v", what, a.Status, a.Code(), status, codes)
}

// signIn signs in by password. The expected status is 201, or 202 if the account has MFA.
func (s *backgroundLoad) signIn(email string, status int) (a apptest.Response, err error) {
	a = s.send(func(h *apptest.Server) apptest.Response { return h.Script("").SignIn(email, JSON{"deliver": "token"}) })
	return a, wantStatus("sign-in", a, status)
}

// signInAndStepUp signs in by password and steps up for mfa.enroll. The returned function sends a request with the session.
func (s *backgroundLoad) signInAndStepUp(email string) (as func(request func(c *apptest.Client) apptest.Response) apptest.Response, token string, err error) {
	signedIn, err := s.signIn(email, 201)
	if err != nil {
		return nil, "", err
	}
	as = func(request func(c *apptest.Client) apptest.Response) apptest.Response {
		return s.send(func(h *apptest.Server) apptest.Response { return request(h.Script(signedIn.Text("session_token"))) })
	}
	step := as(func(c *apptest.Client) apptest.Response { return c.StepUp("mfa.enroll") })
	if err := wantStatus("step-up", step, 201); err != nil {
		return nil, "", err
	}
	return as, step.Text("step_up_token"), nil
}

// signInAndOut signs in by password, begins an enrollment and signs out.
func (s *backgroundLoad) signInAndOut(email string) error {
	as, token, err := s.signInAndStepUp(email)
	if err != nil {
		return err
	}
	enroll := func(c *apptest.Client) apptest.Response { return c.BeginEnrollment(token) }
	get := func(c *apptest.Client) apptest.Response { return c.Do("GET", apptest.PathCurrentSession, nil) }
	return errors.Join(
		wantStatus("begin enrollment", as(enroll), 201),
		wantStatus("begin enrollment with a used token", as(enroll), 401, "step_up_required"),
		wantStatus("session", as(get), 200),
		wantStatus("sign-out", as(func(c *apptest.Client) apptest.Response { return c.Do("DELETE", apptest.PathCurrentSession, nil) }), 204),
		wantStatus("session after sign-out", as(get), 401, "session_required"),
		wantStatus("session after sign-out, at another process", as(get), 401, "session_required"),
	)
}

// guessCode signs in with the right password, as an attacker could, and sends a wrong code. It returns an error unless the server
// rejects the code or reports backoff.
func (s *backgroundLoad) guessCode(email string, phone *apptest.Phone) error {
	pending, err := s.signIn(email, 202)
	if err != nil {
		return err
	}
	a := s.send(func(h *apptest.Server) apptest.Response {
		return h.SecondFactor(pending.Text("sign_in_token"), apptest.Code(phone.Wrong()))
	})
	if a.Status == 429 {
		return nil
	}
	return wantStatus("wrong code", a, 401, "code_rejected")
}

// enroll enrolls a phone, and signs in with its code and with a recovery code. It checks that both work only once.
func (s *backgroundLoad) enroll(email string) error {
	as, token, err := s.signInAndStepUp(email)
	if err != nil {
		return err
	}
	begun := as(func(c *apptest.Client) apptest.Response { return c.BeginEnrollment(token) })
	if err := wantStatus("begin enrollment", begun, 201); err != nil {
		return err
	}
	phone := s.first.PhoneFrom(begun)
	confirmed := as(func(c *apptest.Client) apptest.Response { return c.Confirm(phone, phone.Code()) })
	if err := wantStatus("confirm enrollment", confirmed, 201); err != nil {
		return err
	}
	for what, credential := range map[string]JSON{"code": apptest.Code(phone.CodeIn(1)), "recovery code": apptest.RecoveryCode(confirmed.RecoveryCodes()[0])} {
		var tokens []string
		for range 2 {
			pending, err := s.signIn(email, 202)
			if err != nil {
				return err
			}
			tokens = append(tokens, pending.Text("sign_in_token"))
		}
		present := func(token string) apptest.Response {
			return s.send(func(h *apptest.Server) apptest.Response { return h.SecondFactor(token, credential) })
		}
		if err := errors.Join(wantStatus(what, present(tokens[0]), 201), wantStatus("used "+what, present(tokens[1]), 401, "code_used")); err != nil {
			return err
		}
	}
	return nil
}
