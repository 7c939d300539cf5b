package app_test

import (
	"testing"

	"twofold/internal/test/apptest"
)

// The tests of this file hold a lock in a connection of their own while an operation is in progress on PostgreSQL, change
// below it what the operation has read, and expect it to read again. On SQLite the single writer hides such faults.

// startWhileChanging starts an operation that has to wait for a change, commits the change, and returns the result.
func startWhileChanging[T any](t *testing.T, db *apptest.Database, start func() T, change string, args ...any) T {
	t.Helper()
	db.Begin(t)
	db.MustExec(t, change, args...)
	return commitWhileWaiting(t, db, start)
}

func commitWhileWaiting[T any](t *testing.T, db *apptest.Database, start func() T, changes ...string) T {
	t.Helper()
	result := make(chan T, 1)
	go func() { result <- start() }()
	apptest.Eventually(t, "the operation waits for the change", db.Waiting(t, 1))
	for _, change := range changes {
		db.MustExec(t, change)
	}
	db.MustExec(t, "COMMIT")
	return <-result
}

func TestT04_PendingEnrollment_EndedDuringConfirm(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	for how, change := range map[string]string{
		"cancelled":         "DELETE FROM enrollments",
		"its session ended": "DELETE FROM sessions",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			h := apptest.Replicas(t, 1)[0]
			h.AddAccount(ada)
			script := h.SignedIn(ada)
			phone := script.Begin()
			confirm := func() apptest.Response { return script.Confirm(phone, phone.Code()) }
			startWhileChanging(t, h.OpenDatabase(t), confirm, change).Require(404, "not_found")
			if n := h.Count("SELECT count(*) FROM mfa_methods"); n != 0 {
				t.Errorf("the account has %d methods, want none", n)
			}
		})
	}
}

// Operations that replace or end an enrollment wait for a confirmation in progress, in another process too.
func TestT04_PendingEnrollment_ChangesWaitForAccount(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	servers := apptest.Replicas(t, 2)
	h := servers[0]
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone, token := script.Begin(), script.StepUpToken("mfa.enroll")
	other := script.OnServer(servers[1])
	for _, c := range []struct {
		start  func() apptest.Response
		status int
	}{
		{func() apptest.Response { return other.BeginEnrollment(token) }, 201},
		{func() apptest.Response { return other.Do("DELETE", apptest.PathEnrollments+"/"+phone.ID, nil) }, 404}, // it is replaced by now
	} {
		db := h.OpenDatabase(t)
		db.LockAccounts(t)
		commitWhileWaiting(t, db, c.start).Require(c.status, "")
	}
}

func TestT04_PendingEnrollment_AtSignInWaitsForAccount(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Replicas(t, 1, apptest.RequireMFA...)[0]
	h.AddAccount(ada)
	h.Clock.Advance(day)
	token := h.SignInToEnroll(ada)
	begin := func() apptest.Response {
		return h.Script("").Do("POST", apptest.PathSignInEnrollment, JSON{"sign_in_token": token})
	}
	db := h.OpenDatabase(t)
	db.LockAccounts(t)
	commitWhileWaiting(t, db, begin).Require(201, "")
	db.LockAccounts(t)
	commitWhileWaiting(t, db, begin, "DELETE FROM sign_ins").Require(410, "sign_in_expired")
}

// A pending sign-in that is revoked meanwhile, as by an administrator or a dispute, requests and cancels no removal.
func TestMFARemoval_SignInRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Replicas(t, 1, apptest.NewMailbox(t).Setting())[0]
	_, phone := h.NewUser(ada).WithTOTP().Session()
	requests := func(token string) func() apptest.Response {
		return func() apptest.Response {
			return h.Script("").Do("POST", apptest.PathRemoval, JSON{"sign_in_token": token})
		}
	}
	db := h.OpenDatabase(t)
	revoked := h.PendingSignIn(ada)
	db.LockAccounts(t)
	commitWhileWaiting(t, db, requests(revoked), "DELETE FROM sign_ins").Require(410, "sign_in_expired")

	token := h.PendingSignIn(ada)
	requests(token)().Require(202, "")
	cancel := func() apptest.Response {
		return h.Script("").Do("POST", apptest.PathCancelRemovalByCode, JSON{"sign_in_token": token, "code": phone.Code()})
	}
	db.LockAccounts(t)
	commitWhileWaiting(t, db, cancel, "DELETE FROM sign_ins").Require(410, "sign_in_expired")
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "") // the code was not consumed
}

// A reset link goes to the address that the account has once it is locked, and to no disabled account.
func TestT24_MailedLinks_AccountChangedDuringReset(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	for what, change := range map[string]string{
		"another address": "UPDATE accounts SET email = 'ada@new.example'",
		"disabled":        "UPDATE accounts SET disabled_at = 1",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := apptest.Replicas(t, 1, apptest.NewMailbox(t).Setting())[0]
			h.AddAccount(ada)
			h.RequestPasswordReset(ada)
			process := func() error { return h.App.Passwords.ProcessResets(h.Context()) }
			if err := startWhileChanging(t, h.OpenDatabase(t), process, change); err != nil {
				t.Fatal(err)
			}
			if n := h.Count("SELECT count(*) FROM links WHERE purpose = 'reset_password'"); n != 0 {
				t.Errorf("%d reset links were issued, want none", n)
			}
		})
	}
}
