package app_test

import (
	"slices"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// notifyUnfinished runs the worker on a server and returns the number of notices of unfinished sign-ins that ada has got.
func notifyUnfinished(h *apptest.Server) int {
	h.T.Helper()
	if err := h.App.Unfinished.RunOnce(h.Context()); err != nil {
		h.T.Fatal(err)
	}
	return len(slices.DeleteFunc(h.MailKinds(h.AccountID(ada)), func(kind string) bool { return kind != "password_without_code" }))
}

func TestUnfinishedSignIn_OneNoticeADay(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	want := func(what string, n int) {
		t.Helper()
		if got := notifyUnfinished(h); got != n {
			t.Errorf("%s: %d notices, want %d", what, got, n)
		}
	}
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "")
	h.Clock.Advance(5 * time.Minute)
	want("completed", 0)

	h.CompleteSignIn(h.PendingSignIn(ada), phone.Wrong()).Require(401, "code_rejected")
	h.Clock.Advance(5*time.Minute - time.Second)
	want("a wrong code, not expired", 0)
	h.Clock.Advance(time.Second)
	want("a wrong code, expired", 1)
	want("once more", 1)
	mail := h.Queued("password_without_code", ada)
	if mail.IP != "127.0.0.1" {
		t.Errorf("the notice names the address %q", mail.IP)
	}
	h.PendingSignIn(ada)
	h.Clock.Advance(5 * time.Minute)
	want("another one on the same day", 1)
	h.Clock.Advance(24 * time.Hour)
	h.PendingSignIn(ada)
	h.Clock.Advance(5 * time.Minute)
	want("another one a day later", 2)

	// Disputing the notice removes the password, which an attacker knows.
	h.Dispute("password_without_code", ada).Require(200, "")
	h.Script("").SignIn(ada).Require(401, "credentials_rejected")
}

func TestUnfinishedSignIn_NoNotice(t *testing.T) {
	t.Parallel()
	h := apptest.StartWithOutbox(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	browser := h.Browser()
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	h.Clock.Advance(apptest.CodePeriod)
	browser.SignIn(ada).Require(202, "")
	h.Clock.Advance(5 * time.Minute)
	if n := notifyUnfinished(h); n != 0 {
		t.Errorf("%d notices of a known device", n)
	}
	h.PendingSignIn(ada)
	token := script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	script.Do("DELETE", apptest.PathMethods+phone.ID, nil, "Step-Up-Token", token).Require(200, "")
	h.Clock.Advance(5 * time.Minute)
	if n := notifyUnfinished(h); n != 0 {
		t.Errorf("%d notices of an account without MFA", n)
	}
}

func TestUnfinishedSignIn_OneNoticeFromReplicas(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	servers := apptest.Replicas(t, 4)
	h := servers[0]
	h.NewUser(ada).WithTOTP()
	for range 3 {
		h.PendingSignIn(ada)
	}
	h.Clock.Advance(time.Hour)
	apptest.Concurrently(8, func(i int) apptest.Response {
		notifyUnfinished(servers[i%len(servers)])
		return apptest.Response{}
	})
	if n := notifyUnfinished(h); n != 1 {
		t.Errorf("%d notices, want 1", n)
	}
}
