package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

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
