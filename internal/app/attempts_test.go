package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestRightPasswordsAtOnceAreNobodysFailures(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t, "TWOFOLD_HASH_SLOTS=8")
	h.AddAccount(ada)
	var group sync.WaitGroup
	for range 15 {
		group.Go(func() {
			if a := h.Script("").SignIn(ada, JSON{"deliver": "token"}); a.Status != http.StatusCreated {
				t.Errorf("got %d %s, want 201", a.Status, a.Code())
			}
		})
	}
	group.Wait()
}

func TestTheLastTryPromisesNoWait(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	last := wrongTimes(5, func() apptest.Response { return script.Confirm(phone, phone.Wrong()).Require(422, "code_rejected") })
	if last.Int("attempts_left") != 0 || last.Value("retry_after") != nil || last.Header.Get("Retry-After") != "" {
		t.Errorf("the enrollment's last try answers %s, want no tries and no wait", last.Body)
	}
	script.Confirm(phone, phone.Code()).Require(410, "enrollment_expired")
	h.Clock.Advance(30 * time.Second)
	phone = script.Begin()
	script.Confirm(phone, phone.Code()).Require(201, "")
	h.Clock.Advance(30 * time.Second)

	browser := h.Browser()
	browser.SignIn(ada).Require(202, "")
	second := func(code string) apptest.Response {
		return browser.Do("POST", "/api/v1/sessions/second-factor", JSON{"code": code})
	}
	last = wrongTimes(5, func() apptest.Response { return second(phone.Wrong()).Require(401, "code_rejected") })
	if last.Int("attempts_left") != 0 || last.Value("retry_after") != nil {
		t.Errorf("the sign-in's last try answers %s, want no tries and no wait", last.Body)
	}
	second(phone.Code()).Require(410, "sign_in_expired")
	browser.SignIn(ada).Require(202, "")
	if wait := second(phone.Code()).Require(429, "too_many_attempts").Int("retry_after"); wait != 30 {
		t.Errorf("a new sign-in waits %d s, want 30", wait)
	}
}

func wrongTimes(n int, try func() apptest.Response) (last apptest.Response) {
	for range n {
		last = try()
	}
	return last
}

func TestAtTheCapNobodyIsToldToWait(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_ATTEMPT_LIMIT=3")
	h.AddAccount(ada)
	phone := h.SignedIn(ada).Enroll()
	for left := 2; left >= 0; left-- {
		if got := h.Script("").SignIn(ada, JSON{"code": phone.Wrong()}).Require(401, "code_rejected").Int("attempts_left"); got != left {
			t.Errorf("attempts_left is %d, want %d", got, left)
		}
	}
	for range 6 {
		a := h.Script("").SignIn(ada, JSON{"code": phone.Code()}).Require(429, "too_many_attempts")
		if a.Value("retry_after") != nil || a.Value("detail") == nil {
			t.Fatalf("got %s, want a detail and no wait", a.Body)
		}
	}
}

func TestAStepUpBesideASignOutIsSignedOutOrWorks(t *testing.T) {
	t.Parallel()
	apptest.Concurrency(t)
	h := apptest.Start(t)
	h.AddAccount(ada)
	for range 10 {
		script := h.SignedIn(ada)
		var group sync.WaitGroup
		group.Go(func() {
			if a := script.StepUp("mfa.enroll"); a.Status != http.StatusCreated && a.Code() != "session_required" {
				t.Errorf("got %d %s, want 201 or session_required", a.Status, a.Code())
			}
		})
		group.Go(func() { script.Do("DELETE", "/api/v1/sessions/current", nil) })
		group.Wait()
	}
}

func TestANameThatGrowsInNFCIsMeasuredThere(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	name := strings.Repeat("\U0001D160", 64) // three code points each in NFC
	script.Do("POST", "/api/v1/mfa/totp/enrollments/"+phone.ID+"/confirm", JSON{"code": phone.Code(), "name": name}).
		Require(400, "invalid_request")
	script.Confirm(phone, phone.Code()).Require(201, "")
}
