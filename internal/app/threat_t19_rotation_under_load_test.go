package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// rotateUnderLoad changes keys while users sign in, step up, enroll and confirm at all servers, and fails the test if any
// of that fails. If the change revokes keys, a step-up token may be refused, and the user steps up again.
func rotateUnderLoad(t *testing.T, servers []*apptest.Server, revokes bool, change func()) {
	t.Helper()
	first, last := servers[0], servers[len(servers)-1]
	enroll := func(email string) error { // each request at the other server
		first.AddAccount(email)
		a := last.Script("").SignIn(email, JSON{"deliver": "token"})
		if a.Status != 201 {
			return fmt.Errorf("sign-in: %s", a.Outcome())
		}
		c := first.Script(a.Text("session_token"))
		for {
			step := c.StepUp("mfa.enroll")
			if step.Status != 201 {
				return fmt.Errorf("step-up: %s", step.Outcome())
			}
			a = c.OnServer(last).Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", step.Text("step_up_token"))
			if a.Status != 401 || !revokes {
				break
			}
		}
		if a.Status != 201 {
			return fmt.Errorf("begin: %s", a.Outcome())
		}
		phone := first.PhoneFrom(a)
		if a = c.Confirm(phone, phone.Code()); a.Status != 201 {
			return fmt.Errorf("confirm: %s", a.Outcome())
		}
		return nil
	}
	busyUntil, stop := context.WithCancel(context.Background())
	enrolled := make(chan struct{})
	var busy sync.WaitGroup
	for p := range 3 {
		busy.Go(func() {
			for i := 0; ; i++ {
				if err := enroll(fmt.Sprintf("user%d-%d@example.com", p, i)); err != nil {
					t.Error(err)
					stop()
					return
				}
				select {
				case enrolled <- struct{}{}:
				case <-busyUntil.Done():
					return
				}
			}
		})
	}
	for range 4 { // each while two others are enrolling
		select {
		case <-enrolled:
			change()
		case <-busyUntil.Done():
		}
	}
	stop()
	busy.Wait()
}

// keyRotations are the ways to change keys.
var keyRotations = map[string]struct {
	revokes bool
	change  func(t *testing.T, h *apptest.Server)
}{
	"of the signing key": {change: func(t *testing.T, h *apptest.Server) {
		t.Helper()
		_, err := h.App.Keys.PublishNext(context.Background())
		apptest.Must(t, err)
		h.Clock.Advance(time.Second)
		apptest.Must(t, h.App.Keys.Tick(context.Background())) // other servers reload when they see an unknown key
	}},
	"of the signing key, by revocation": {revokes: true, change: func(t *testing.T, h *apptest.Server) {
		t.Helper()
		_, err := h.App.Keys.RevokeAll(context.Background())
		apptest.Must(t, err)
	}},
	"of the sealing key": {change: func(t *testing.T, h *apptest.Server) {
		t.Helper()
		_, err := h.App.Keys.RotateSealing(context.Background())
		apptest.Must(t, err)
	}},
}

func TestT19_KeyRotation_ConcurrentRequests(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	for what, r := range keyRotations {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			servers := apptest.TwoProcesses(t, "TWOFOLD_SIGNING_KEY_LEAD=1s")
			rotateUnderLoad(t, servers, r.revokes, func() { r.change(t, servers[0]) })
		})
	}
}

func TestT19_KeyRotation_SealedDataReadable(t *testing.T) {
	t.Parallel()
	servers := apptest.TwoProcesses(t)
	script, phone := servers[0].NewUser(ada).WithTOTP().Session()
	servers[0].AddAccount(bob)
	bobs := servers[len(servers)-1].SignedIn(bob)
	pending := bobs.Begin()
	n, err := servers[0].App.Keys.RotateSealing(context.Background())
	apptest.Must(t, err)
	if n < 3 { // the signing key, a method, an enrollment
		t.Errorf("%d rows were reencrypted", n)
	}
	bobs.Confirm(pending, pending.Code()).Require(201, "")
	for _, h := range servers {
		h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "")
		servers[0].Clock.Advance(30 * time.Second)
		script.OnServer(h).StepUpToken("mfa.remove", JSON{"code": phone.Code()})
		servers[0].Clock.Advance(30 * time.Second)
	}
	again := apptest.StartIn(t, servers[0].Dir, servers[0].Clock, "TWOFOLD_PUBLIC_URL="+servers[0].URL)
	again.CompleteSignIn(again.PendingSignIn(ada), phone.Code()).Require(201, "")
}
