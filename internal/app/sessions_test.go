package app_test

import (
	"context"
	"testing"
	"time"

	"twofold/internal/session"
	"twofold/internal/test/apptest"
)

func TestSession_AAL1Lifetime(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	used, idle := h.SignedIn(ada), h.SignedIn(ada)
	checkLifetime(t, h, used, time.Hour, 24*time.Hour)
	idle.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}

func TestSession_AAL2Lifetime(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	used := h.SignedIn(ada, JSON{"code": phone.Code()})
	checkLifetime(t, h, used, 30*time.Minute, 12*time.Hour)
}

// checkLifetime checks the limits of a session that was created now, by using it just before each idle limit.
func checkLifetime(t *testing.T, h *apptest.Server, c *apptest.Client, idle, absolute time.Duration) {
	t.Helper()
	begun := h.Clock.Now()
	for elapsed := time.Duration(0); elapsed < absolute-time.Second; {
		a := c.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
		want := begun.Add(min(elapsed+idle, absolute)).Format(time.RFC3339)
		if got := a.Text("expires_at"); got != want {
			t.Errorf("after %v expires_at is %s, want %s", elapsed, got, want)
		}
		step := min(idle-time.Second, absolute-time.Second-elapsed)
		h.Clock.Advance(step)
		elapsed += step
	}
	c.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	h.Clock.Advance(time.Second)
	c.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}

func TestSession_IdleExpiry(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(bob)
	strong, _ := h.NewUser(ada).WithTOTP().Session()
	weak := h.SignedIn(bob)
	strong.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	h.Clock.Advance(30 * time.Minute)
	strong.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	h.Clock.Advance(30*time.Minute - time.Second)
	weak.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	h.Clock.Advance(time.Hour)
	weak.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}

func TestSession_RenewedByFirstMethod(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	for range 25 {
		h.Clock.Advance(55 * time.Minute)
		script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	}
	phone := script.Begin()
	script.Confirm(phone, phone.Code()).Require(201, "")
	a := script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	if acr, at := a.Text("acr"), a.Text("auth_time"); acr != "aal2" || at != h.Clock.Now().Format(time.RFC3339) {
		t.Errorf("the session is %s since %s, want aal2 since now, %s", acr, at, h.Clock.Now())
	}
	checkLifetime(t, h, script, 30*time.Minute, 12*time.Hour)
}

func TestSession_NotRenewedBySecondMethod(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	script := h.SignedIn(ada, JSON{"code": phone.Code()})
	begun := script.Do("GET", apptest.PathCurrentSession, nil).Text("auth_time")
	h.Clock.Advance(20 * time.Minute)
	script.Enroll(JSON{"code": phone.Code()})
	if got := script.Do("GET", apptest.PathCurrentSession, nil).Require(200, "").Text("auth_time"); got != begun {
		t.Errorf("auth_time moves to %s, want %s", got, begun)
	}
}

func TestSession_OldestEvicted(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	id := h.AddAccount(ada)
	h.AddAccount(bob)
	first, second, other := h.SignedIn(ada), h.SignedIn(ada), h.SignedIn(bob)
	for range 18 { // like a sign-in, without its hash
		h.Clock.Advance(time.Second)
		o := session.CreateParams{AccountID: id, Delivery: session.Token, AMR: session.AMRFor(false)}
		if _, _, err := h.App.Sessions.Create(context.Background(), o); err != nil {
			t.Fatal(err)
		}
	}
	first.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	h.Clock.Advance(time.Second)
	newest := h.SignedIn(ada)
	first.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required") // although it was the last one used
	for _, c := range []*apptest.Client{second, newest, other} {
		c.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	}
}

func TestSession_ReplacedBySignIn(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.AddAccount(bob)
	browser := h.Browser()
	browser.SignIn(ada).Require(201, "")
	old := browser.Cookie("twofold_session")
	browser.SignIn(bob, JSON{"deliver": "token"}).Require(201, "")
	if got := browser.Cookie("twofold_session"); got != old {
		t.Errorf("a script's sign-in changes the cookie")
	}
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	browser.SignIn(bob, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(200, "")
	browser.SignIn(bob).Require(201, "")
	h.Script("").Do("GET", apptest.PathCurrentSession, nil, "Cookie", "twofold_session="+old).Require(401, "session_required")
	if got := browser.Do("GET", "/api/v1/account", nil).Require(200, "").Text("email"); got != bob {
		t.Errorf("the browser is signed in as %s, want %s", got, bob)
	}
}

func TestResetMFA_EndsEverySession(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	browser := h.Browser()
	browser.SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	pending := h.PendingSignIn(ada)
	methods, sessions, err := h.App.ResetMFA(context.Background(), ada, "seen in person")
	if err != nil || methods != 1 || sessions != 2 {
		t.Errorf("got %d methods, %d sessions, %v, want 1, 2 and no error", methods, sessions, err)
	}
	script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	browser.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
	if a := h.CompleteSignIn(pending, phone.CodeIn(1)); a.Status < 400 {
		t.Errorf("a pending sign-in from before the reset was completed: %s", a.Body)
	}
	if acr := h.Script("").SignIn(ada).Require(201, "").Text("acr"); acr != "aal1" {
		t.Errorf("the next sign-in is %s, want aal1", acr)
	}
}

func TestSession_CreatedByFastClock(t *testing.T) {
	t.Parallel()
	t.Skip("not implemented: the session remains valid for as long as the clock was ahead, a year here")
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.Clock.Advance(365 * 24 * time.Hour)
	script := h.SignedIn(ada)
	h.Clock.Advance(-365 * 24 * time.Hour)
	h.Clock.Advance(25 * time.Hour)
	script.Do("GET", apptest.PathCurrentSession, nil).Require(401, "session_required")
}
