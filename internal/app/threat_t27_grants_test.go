package app_test

import (
	"errors"
	"runtime"
	"testing"

	"twofold/internal/password"
	"twofold/internal/test/apptest"
)

// An account that fills the queue for hashes does not keep others from signing in.
func TestT27_HashQueue_OtherAccountSignsIn(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_HASH_SLOTS=1", "TWOFOLD_HASH_QUEUE=4", "TWOFOLD_HASH_WAIT=1m")
	h.AddAccount(ada)
	hasher := h.App.Passwords.Policy.Hasher
	release, err := hasher.Acquire(t.Context(), "eve")
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 4)
	for range 4 {
		go func() {
			release, err := hasher.Acquire(t.Context(), "eve")
			results <- err
			if err == nil {
				release()
			}
		}()
	}
	for hasher.QueueStats().Waiting < 4 {
		runtime.Gosched()
	}
	signedIn := make(chan apptest.Response)
	go func() { signedIn <- h.Script("").SignIn(ada, JSON{"deliver": "token"}) }()
	select {
	case err := <-results:
		if !errors.Is(err, password.ErrBusy) {
			t.Errorf("got %v, want ErrBusy: the sign-in takes a place of the account with the most", err)
		}
	case a := <-signedIn:
		t.Fatalf("got %d %s, want a place in the queue", a.Status, a.Code())
	}
	release()
	(<-signedIn).Require(201, "")
}

// A password that is refused after hashing costs the server as much as a sign-in, and the user nothing. So a step-up token or a
// mailed link permits a few.
func TestT27_RefusedPasswords_GrantEnds(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	stepUp, link := script.StepUpToken("account.password"), h.PasswordResetToken(ada)
	for range 5 {
		script.ChangePassword("short", stepUp).Require(422, "password_unacceptable") // costs no hash, and does not count
		script.ChangePassword(apptest.Password, stepUp).Require(422, "password_unacceptable")
		h.ResetPassword(link, "short").Require(422, "password_unacceptable")
		h.ResetPassword(link, apptest.Password).Require(422, "password_unacceptable")
	}
	script.ChangePassword(apptest.NewPassword, stepUp).Require(401, "step_up_required")
	h.ResetPassword(link, apptest.NewPassword).Require(410, "link_expired")
	script.ChangePassword(apptest.NewPassword, script.StepUpToken("account.password")).Require(200, "")
}

// The uses are counted across processes, before the hash.
func TestT27_RefusedPasswords_TwoProcesses(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	servers := apptest.Replicas(t, 2)
	servers[0].AddAccount(ada)
	script := servers[0].SignedIn(ada)
	token := script.StepUpToken("account.password")
	scripts := []*apptest.Client{script, script.OnServer(servers[1])}
	responses := apptest.Concurrently(20, func(i int) apptest.Response { return scripts[i%2].ChangePassword(apptest.Password, token) })
	apptest.WantOutcomes(t, responses, map[string]int{"422 password_unacceptable": 5, "401 step_up_required": 15})
}
