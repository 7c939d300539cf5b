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
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		live := w.server(0).SignedIn(ada)
		w.revokeKey(live, "keys", "revoke", "--")
		w.revokeKey(live, "keys", "rotate", "--signing", "--now")
	})
}

// revokeKey runs a command that revokes the active signing key, and checks that every process rejects its tokens at once.
func (w *clusterFixture) revokeKey(live *apptest.Client, command ...string) {
	w.t.Helper()
	var tokens []string
	for i := range w.servers {
		tokens = append(tokens, live.OnServer(w.server(i)).StepUpToken("mfa.enroll"))
	}
	revoked := apptest.KIDOf(w.t, tokens[0])
	if command[1] == "revoke" {
		command = append(command, revoked)
	}
	w.run("", command...)
	for i := range w.servers {
		live.OnServer(w.server(i)).BeginEnrollment(tokens[i]).Require(401, "step_up_required")
		live.OnServer(w.server(i+1)).BeginEnrollment(tokens[i]).Require(401, "step_up_required")
		fresh := live.OnServer(w.server(i)).StepUpToken("mfa.enroll")
		if apptest.KIDOf(w.t, fresh) == revoked {
			w.t.Errorf("process %d signs with the revoked key", i)
		}
		live.OnServer(w.server(i+1)).BeginEnrollment(fresh).Require(201, "")
	}
	for i := range w.servers { // within a second, as docs/operate.md says
		apptest.Eventually(w.t, "the revoked key is no longer published", func() bool {
			kids := w.server(i).PublishedKIDs()
			return len(kids) == 1 && kids[0] != revoked
		})
	}
}

func TestT19_KeyRotationAcrossProcesses(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		w.addAccount(ada)
		live := w.server(0).SignedIn(ada)
		var tokens []string
		for i := range w.servers {
			tokens = append(tokens, live.OnServer(w.server(i)).StepUpToken("mfa.enroll"))
		}
		first := apptest.KIDOf(t, tokens[0])
		w.run("", "keys", "rotate", "--signing")
		for i := range w.servers {
			apptest.Eventually(t, "the process publishes both keys", func() bool {
				kids := w.server(i).PublishedKIDs()
				return len(kids) == 2 && slices.Contains(kids, first)
			})
			var fresh string
			apptest.Eventually(t, "the process signs with the next key", func() bool {
				fresh = live.OnServer(w.server(i)).StepUpToken("mfa.enroll")
				return apptest.KIDOf(t, fresh) != first
			})
			live.OnServer(w.server(i+1)).BeginEnrollment(fresh).Require(201, "")
			live.OnServer(w.server(i+1)).BeginEnrollment(tokens[i]).Require(201, "")
		}
	}, "TWOFOLD_SIGNING_KEY_LEAD=1s")
}

// beginEnrollment signs in, steps up, begins an enrollment and sends a wrong code. It sends each request to another process
// than the one before. If keys may be revoked meanwhile, it steps up again when a step-up token is rejected. It returns the
// client and the phone of the pending enrollment.
func (w *clusterFixture) beginEnrollment(email string, from int, keysRevoked bool) (c *apptest.Client, phone *apptest.Phone, err error) {
	unexpected := func(what string, a apptest.Response) error {
		return fmt.Errorf("%s: got %d %s", what, a.Status, a.Code())
	}
	a := w.server(from).Script("").SignIn(email, JSON{"deliver": "token"})
	if a.Status != 201 {
		return nil, nil, unexpected("sign-in", a)
	}
	c = w.server(from + 1).Script(a.Text("session_token"))
	for {
		if a = c.StepUp("mfa.enroll"); a.Status != 201 {
			return nil, nil, unexpected("step-up", a)
		}
		if a = c.OnServer(w.server(from + 2)).BeginEnrollment(a.Text("step_up_token")); a.Status != 401 || !keysRevoked {
			break
		}
	}
	if a.Status != 201 {
		return nil, nil, unexpected("begin enrollment", a)
	}
	phone = w.server(from).PhoneFrom(a)
	if a = c.OnServer(w.server(from+3)).Confirm(phone, phone.Wrong()); a.Code() != "code_rejected" {
		return nil, nil, unexpected("wrong code", a)
	}
	return c, phone, nil
}

func TestT19_KeyCommandsUnderLoad(t *testing.T) {
	t.Parallel()
	forClusterSizes(t, func(t *testing.T, w *clusterFixture) {
		done := make(chan struct{})
		var busy sync.WaitGroup
		var enrollments atomic.Int64
		for n := range 2 {
			email := fmt.Sprintf("user%d@example.com", n)
			w.addAccount(email)
			busy.Go(func() {
				for i := n; ; i++ {
					c, phone, err := w.beginEnrollment(email, i, true)
					if err != nil {
						t.Errorf("%s: %v", email, err)
						return
					}
					enrollments.Add(1)
					select {
					case <-done:
						c.Confirm(phone, phone.Code()).Require(201, "")
						return
					default:
					}
				}
			})
		}
		for i := 0; (i < 4 || enrollments.Load() < 8) && !t.Failed(); i++ {
			w.run("", "keys", "rotate", "--sealing")
			w.run("", "keys", "rotate", "--signing", "--now")
		}
		close(done)
		busy.Wait()
	}, unlimitedAttempts...)
}
