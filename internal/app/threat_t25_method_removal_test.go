package app_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"twofold/internal/secret"
	"twofold/internal/test/apptest"
)

func TestT25_MethodRemoval_SessionBeforeEnrollment(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	older := map[string]*apptest.Client{"a script's": h.SignedIn(ada), "a browser's": h.Browser()}
	older["a browser's"].SignIn(ada).Require(201, "")
	tokens := make(map[string]string)
	for name, c := range older {
		tokens[name] = c.StepUpToken("mfa.remove")
	}
	enrolling := h.SignedIn(ada)
	phone := enrolling.Begin()
	a := enrolling.Confirm(phone, phone.Code()).Require(201, "")
	if got := a.Int("receipt", "sessions_ended"); got != 2 {
		t.Errorf("sessions_ended is %d, want 2", got)
	}
	for name, c := range older {
		t.Run(name, func(t *testing.T) {
			c := c.WithT(t)
			c.Do("GET", "/api/v1/mfa", nil).Require(401, "session_required")
			c.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", tokens[name]).Require(401, "session_required")
			c.StepUp("mfa.remove").Require(401, "session_required")
			enrolling.WithT(t).Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", tokens[name]).Require(401, "step_up_required")
		})
	}
}

func TestT25_MethodRemoval_EndsOtherSessions(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	removing, phone := h.NewUser(ada).WithTOTP().Session()
	other := h.SignedIn(ada, JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)
	older := other.StepUpToken("mfa.enroll", JSON{"code": phone.Code()})
	h.Clock.Advance(30 * time.Second)
	token := removing.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	a := removing.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
	if got := a.Int("sessions_ended"); got != 1 {
		t.Errorf("sessions_ended is %d, want 1", got)
	}
	other.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	other.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", older).Require(401, "session_required")
	removing.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", older).Require(401, "step_up_required")
}

func TestT25_MethodRemoval_StepUpFollowsMethods(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	script.StepUp("mfa.enroll").Require(401, "code_required")
	second := script.Enroll(JSON{"code": phone.Code()})
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})).Require(200, "")

	script.StepUp("mfa.enroll").Require(401, "code_required") // one method is left
	script.StepUp("mfa.enroll", JSON{"code": phone.CodeIn(1)}).Require(401, "code_rejected")
	script.Do("DELETE", apptest.PathMethods+second.ID, nil, "Step-Up-Token", script.StepUpToken("mfa.remove", JSON{"code": second.Code()})).Require(200, "")
	grant := script.StepUp("mfa.enroll").Require(201, "") // no method is left
	if acr := grant.Text("acr"); acr != "aal1" {
		t.Errorf("a password alone is %s, want aal1", acr)
	}
	a := script.Do("POST", apptest.PathEnrollments, nil).Require(401, "step_up_required")
	script.Do("POST", apptest.PathEnrollments, nil, "Step-Up-Token", grant.Text("step_up_token")).Require(201, "")
	if acr := a.Text("step_up", "acr"); acr != "aal1" {
		t.Errorf("the challenge asks for %s, want aal1, because the account has no method", acr)
	}
}

// A sign-in by password that is concurrent with a confirmation either comes first, and its session is revoked, or comes
// second, and is asked for a code.
func TestT25_MethodRemoval_ConcurrentSignInAndConfirm(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	for round := range 5 {
		email := fmt.Sprintf("ada%d@example.com", round)
		h.AddAccount(email)
		owner := h.SignedIn(email)
		phone := owner.Begin()
		responses := make(chan apptest.Response, 2)
		var both sync.WaitGroup
		for range cap(responses) {
			both.Go(func() { responses <- h.Script("").SignIn(email, JSON{"deliver": "token"}) })
		}
		both.Go(func() {
			// The hash takes tens of milliseconds: later rounds confirm at a later moment of the sign-in.
			for range round * 3 {
				owner.Do("GET", apptest.PathCurrentSession, nil)
			}
			owner.Confirm(phone, phone.Code())
		})
		both.Wait()
		close(responses)
		if enabled := owner.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("enabled"); enabled != true {
			t.Fatalf("round %d: enabled is %v, want true", round, enabled)
		}
		for a := range responses {
			switch a.Status {
			case 202:
			case 201:
				h.Script(a.Text("session_token")).Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
			default:
				t.Errorf("round %d: a sign-in returned %d %s", round, a.Status, a.Body)
			}
		}
	}
}

// The password is checked while the account has no method, and another process confirms one before the session is written.
func TestT25_MethodRemoval_MFAConfirmedDuringSignIn(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	phone := h.SignedIn(ada).Begin()
	db := h.OpenDatabase(t)

	counted := func() (failures int) {
		if err := db.QueryRow(`SELECT count(*) FROM attempts WHERE failures > 0`).Scan(&failures); err != nil {
			t.Fatal(err)
		}
		return failures
	}
	// lockDuringSignIn locks the account while a sign-in is counted and its session not yet written. The response comes
	// after the transaction.
	lockDuringSignIn := func() chan apptest.Response {
		for {
			signedIn := make(chan apptest.Response, 1)
			go func() { signedIn <- h.Script("").SignIn(ada, JSON{"deliver": "token"}) }()
			for len(signedIn) == 0 {
				if counted() == 0 {
					continue
				}
				db.LockAccounts(t)
				if counted() > 0 {
					return signedIn
				}
				db.MustExec(t, `ROLLBACK`)
			}
		}
	}
	signedIn := lockDuringSignIn()
	for range 5 { // five times as long as a hash takes
		if _, err := h.App.Passwords.Policy.Hasher.Hash(secret.New(apptest.Password)); err != nil {
			t.Fatal(err)
		}
	}
	db.MustExec(t, `INSERT INTO mfa_methods (id, account_id, type, name, sealed_key, last_step, created_at, last_used_at)
		SELECT id, account_id, 'totp', name, sealed_key, 0, created_at, created_at FROM enrollments`)
	db.MustExec(t, `DELETE FROM enrollments`)
	db.MustExec(t, `DELETE FROM sessions`)
	db.MustExec(t, `COMMIT`)

	token := (<-signedIn).Require(202, "").Text("sign_in_token")
	h.CompleteSignIn(token, phone.Code()).Require(201, "")
}
