package cluster_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"twofold/internal/test/apptest"
)

func TestT19_KeyRevocationAcrossProcesses(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		live := w.at(0).SignedIn(ada)
		w.revoke(live, "keys", "revoke", "--")
		w.revoke(live, "keys", "rotate", "--signing", "--now")
	})
}

// revoke revokes the active signing key by command, and then requests every process, none of which was notified.
func (w *clusterFixture) revoke(live *apptest.Client, command ...string) {
	w.t.Helper()
	var old []string
	for i := range w.servers {
		old = append(old, live.OnServer(w.at(i)).StepUpToken("mfa.enroll"))
	}
	revoked := apptest.KIDOf(w.t, old[0])
	if command[1] == "revoke" {
		command = append(command, revoked)
	}
	w.say("", command...)
	for i := range w.servers {
		live.OnServer(w.at(i)).BeginEnrollment(old[i]).Require(401, "step_up_required")
		live.OnServer(w.at(i+1)).BeginEnrollment(old[i]).Require(401, "step_up_required")
		fresh := live.OnServer(w.at(i)).StepUpToken("mfa.enroll")
		if apptest.KIDOf(w.t, fresh) == revoked {
			w.t.Errorf("process %d signs with the key that was revoked", i)
		}
		live.OnServer(w.at(i+1)).BeginEnrollment(fresh).Require(201, "")
	}
	for i := range w.servers { // within a second, as docs/operate.md says
		apptest.Eventually(w.t, "the revoked key is published no longer", func() bool {
			kids := w.at(i).PublishedKIDs()
			return len(kids) == 1 && kids[0] != revoked
		})
	}
}

func TestT19_KeyRotationAcrossProcesses(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		live := w.at(0).SignedIn(ada)
		var old []string
		for i := range w.servers {
			old = append(old, live.OnServer(w.at(i)).StepUpToken("mfa.enroll"))
		}
		first := apptest.KIDOf(t, old[0])
		w.say("", "keys", "rotate", "--signing")
		for i := range w.servers {
			apptest.Eventually(t, "every process shows both keys", func() bool {
				kids := w.at(i).PublishedKIDs()
				return len(kids) == 2 && slices.Contains(kids, first)
			})
			var fresh string
			apptest.Eventually(t, "every process signs with the next key", func() bool {
				fresh = live.OnServer(w.at(i)).StepUpToken("mfa.enroll")
				return apptest.KIDOf(t, fresh) != first
			})
			live.OnServer(w.at(i+1)).BeginEnrollment(fresh).Require(201, "")
			live.OnServer(w.at(i+1)).BeginEnrollment(old[i]).Require(201, "")
		}
	}, "TWOFOLD_SIGNING_KEY_LEAD=1s")
}

// visit signs in, steps up and begins an enrollment, but mistypes the code. Each request is sent to another
// process than the one before. A step-up token may be refused where keys are revoked: then its owner steps up once more.
// It returns the phone whose enrollment is pending, or an error.
func (w *clusterFixture) visit(email string, from int, revoked bool) (c *apptest.Client, phone *apptest.Phone, err error) {
	wrong := func(what string, a apptest.Response) error {
		return fmt.Errorf("%s answers %d %s", what, a.Status, a.Code())
	}
	a := w.at(from).Script("").SignIn(email, JSON{"deliver": "token"})
	if a.Status != 201 {
		return nil, nil, wrong("signing in", a)
	}
	c = w.at(from + 1).Script(a.Text("session_token"))
	for {
		if a = c.StepUp("mfa.enroll"); a.Status != 201 {
			return nil, nil, wrong("stepping up", a)
		}
		if a = c.OnServer(w.at(from + 2)).BeginEnrollment(a.Text("step_up_token")); a.Status != 401 || !revoked {
			break
		}
	}
	if a.Status != 201 {
		return nil, nil, wrong("beginning", a)
	}
	phone = w.at(from).PhoneFrom(a)
	if a = c.OnServer(w.at(from+3)).Confirm(phone, phone.Wrong()); a.Code() != "code_rejected" {
		return nil, nil, wrong("a wrong code", a)
	}
	return c, phone, nil
}

func TestT19_KeyCommandsUnderLoad(t *testing.T) {
	t.Parallel()
	overProcesses(t, func(t *testing.T, w *clusterFixture) {
		done := make(chan struct{})
		var busy sync.WaitGroup
		var visits atomic.Int64
		for p := range 2 {
			email := fmt.Sprintf("person%d@example.com", p)
			w.addAccount(email)
			busy.Go(func() {
				for i := p; ; i++ {
					c, phone, err := w.visit(email, i, true)
					if err != nil {
						t.Errorf("%s: %v", email, err)
						return
					}
					visits.Add(1)
					select {
					case <-done:
						c.Confirm(phone, phone.Code()).Require(201, "")
						return
					default:
					}
				}
			})
		}
		for i := 0; (i < 4 || visits.Load() < 8) && !t.Failed(); i++ {
			w.say("", "keys", "rotate", "--sealing")
			w.say("", "keys", "rotate", "--signing", "--now")
		}
		close(done)
		busy.Wait()
	}, untiring...)
}
