package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// A proxy in front that asks for a password of its own, such as nginx with auth_basic, leaves the browser's credentials for
// it in every request.
func TestAuthorization_OtherSchemesIgnored(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	for _, header := range []string{"Basic YTpi", "Negotiate YIIJvwYG", "NTLM TlRMTVNT", `Digest username="a", realm="b"`, "Bearers x", "YTpi", ""} {
		t.Run(header, func(t *testing.T) {
			browser := h.Browser().WithT(t)
			do := func(method, path string, body any, more ...string) apptest.Response {
				return browser.Do(method, path, body, append(more, "Authorization", header)...)
			}
			do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
			do("POST", apptest.PathSessions, apptest.Credentials(ada)).Require(201, "")
			do("GET", apptest.PathAccount, nil).Require(200, "")
			step := do("POST", "/api/v1/step-up", JSON{"purpose": "mfa.enroll", "password": apptest.Password}).Require(201, "")
			do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", step.Text("step_up_token")).Require(201, "")
			do("DELETE", apptest.PathCurrentSession, nil).Require(204, "")
		})
	}
	t.Run("beside a bearer token", func(t *testing.T) {
		bearer := "Bearer " + h.SignedIn(ada).Bearer
		for _, headers := range [][]string{
			{"Authorization", "Basic YTpi", "Authorization", bearer},
			{"Authorization", bearer, "Authorization", "Basic YTpi"},
		} {
			script := h.Script("").WithT(t)
			script.Send(script.Request("GET", apptest.PathAccount, nil, headers...)).Require(200, "")
		}
	})
}
