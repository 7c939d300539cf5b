package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"testing"

	"twofold/internal/test/apptest"
)

const (
	bob = "bob@example.com"

	enrollments = "/api/v1/mfa/totp/enrollments"
	methods     = "/api/v1/mfa/methods/"
	complete    = "/api/v1/sessions/second-factor"
	current     = "/api/v1/sessions/current"

	// unknownID is an id that nothing has.
	unknownID = "01980f60-1b2a-7c3d-9e4f-5a6b7c8d9e0f"
)

// withMFA adds an account and enrolls its phone. The script stays signed in, and the clock stands at the next code.
func withMFA(h *apptest.Server, email string) (*apptest.Client, *apptest.Phone) {
	h.T.Helper()
	h.AddAccount(email)
	script := h.SignedIn(email)
	return script, script.Enroll()
}

// pendingSignIn signs in as far as the code, and answers the sign-in token.
func pendingSignIn(h *apptest.Server, email string) string {
	h.T.Helper()
	return h.Script("").SignIn(email, JSON{"deliver": "token"}).Require(202, "").Text("sign_in_token")
}

// completeSignIn presents a code for a sign-in token.
func completeSignIn(h *apptest.Server, token, code string) apptest.Response {
	h.T.Helper()
	return h.Script("").Do("POST", complete, JSON{"sign_in_token": token, "code": code})
}

// stepUp is a step-up token of the client's session.
func stepUp(c *apptest.Client, purpose string, proofs ...JSON) string {
	return c.StepUp(purpose, proofs...).Require(201, "").Text("step_up_token")
}

// wantTally fails the test unless the answers were these, so many of each.
func wantTally(t *testing.T, answers []apptest.Response, want map[string]int) {
	t.Helper()
	if got := apptest.CountByOutcome(answers); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// wantPointer fails the test unless the problem points at that place of the request.
func wantPointer(t *testing.T, a apptest.Response, pointer string) {
	t.Helper()
	errors, _ := a.Value("errors").([]any)
	for _, e := range errors {
		if e, _ := e.(map[string]any); e["pointer"] == pointer {
			return
		}
	}
	t.Errorf("no error points at %q: %s", pointer, a.Body)
}

// validCredentials is what signs somebody in.
func validCredentials(email string) JSON { return JSON{"email": email, "password": apptest.Password} }

// body is a value as a request's body.
func body(value any) io.Reader {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return bytes.NewReader(text)
}

// open tells whether anybody may call the operation, and changes nothing by it.
func open(op apptest.Operation) bool { return !op.Session && !op.Writes() }
