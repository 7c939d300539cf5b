package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT08_BruteForce_SixtyCodesOverTwelveSignIns(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	var responses []apptest.Response
	var token string
	for range 12 {
		token = h.PendingSignIn(ada)
		for range 5 {
			responses = append(responses, h.CompleteSignIn(token, phone.Wrong()))
		}
	}
	apptest.WantOutcomes(t, responses, map[string]int{"401 code_rejected": 5, "429 too_many_attempts": 55})
	for _, a := range responses[5:] {
		apptest.WantWait(t, a, 30)
	}

	apptest.WantWait(t, h.CompleteSignIn(token, phone.Code()), 30)
	apptest.WantWait(t, h.Script("").SignIn(ada, JSON{"code": phone.Code()}), 30)
	second := h.Another()
	apptest.WantWait(t, second.CompleteSignIn(token, phone.Code()), 30)
	second.Stop()
	h.Stop()
	h = apptest.StartIn(t, h.Dir, h.Clock)
	apptest.WantWait(t, h.CompleteSignIn(token, phone.Code()), 30)

	h.Clock.Advance(29 * time.Second)
	apptest.WantWait(t, h.CompleteSignIn(token, phone.Code()), 1)
	h.Clock.Advance(time.Second)
	h.CompleteSignIn(token, phone.Code()).Require(201, "")
	if left := h.CompleteSignIn(h.PendingSignIn(ada), phone.Wrong()).Require(401, "code_rejected").Int("attempts_left"); left != 4 {
		t.Errorf("attempts_left is %d after a success, want 4", left)
	}
}

func TestT08_BruteForce_SharedBudget(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	script, token := h.Script(""), h.PendingSignIn(ada)
	for left, try := range []func() apptest.Response{
		func() apptest.Response { return script.SignIn(ada, JSON{"code": phone.Wrong()}) },
		func() apptest.Response { return h.CompleteSignIn(token, phone.Wrong()) },
		func() apptest.Response { return h.Browser().SignIn(ada, JSON{"code": phone.Wrong()}) },
		func() apptest.Response { return h.CompleteSignIn(h.PendingSignIn(ada), phone.Wrong()) },
		func() apptest.Response { return script.SignIn(ada, JSON{"code": phone.Wrong(), "deliver": "token"}) },
	} {
		a := try().Require(401, "code_rejected")
		if got, want := a.Int("attempts_left"), 4-left; got != want {
			t.Errorf("attempts_left is %d after try %d, want %d", got, left+1, want)
		}
	}
	apptest.WantWait(t, h.CompleteSignIn(token, phone.Code()), 30)
}

func TestT08_BruteForce_BackoffDoubles(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, apptest.LongSignIns...)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	for range 4 {
		if a := h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected"); a.Value("retry_after") != nil {
			t.Errorf("backoff starts early: %s", a.Body)
		}
	}
	for _, seconds := range []int{30, 60, 120, 240, 480, 960, 1920, 3600, 3600} {
		a := h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
		if got := a.Int("retry_after"); got != seconds {
			t.Fatalf("the backoff is %d s, want %d", got, seconds)
		}
		h.Clock.Advance(time.Duration(seconds-1) * time.Second)
		apptest.WantWait(t, h.CompleteSignIn(token, phone.Code()), 1) // attempts during backoff neither count nor extend it
		apptest.WantWait(t, h.CompleteSignIn(token, phone.Wrong()), 1)
		h.Clock.Advance(time.Second)
	}
	h.CompleteSignIn(token, phone.Code()).Require(201, "")
}

func TestT08_BruteForce_HardLimitKeepsMFA(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, append(apptest.LongSignIns, "TWOFOLD_SESSION_AAL2_IDLE=10000h", "TWOFOLD_SESSION_AAL2_ABSOLUTE=10000h")...)
	live, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	for range 97 {
		h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
		h.Clock.Advance(time.Hour)
	}
	for range 3 { // the budget of a session has the same hard limit
		live.StepUp("mfa.enroll", JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
	}
	h.Clock.Advance(1000 * time.Hour)
	for what, a := range map[string]apptest.Response{
		"a pending sign-in": h.CompleteSignIn(token, phone.Code()),
		"another sign-in":   h.Script("").SignIn(ada, JSON{"code": phone.Code()}),
		"a live session":    live.StepUp("mfa.enroll", JSON{"code": phone.Code()}),
	} {
		a.Require(429, "too_many_attempts")
		if wait := a.Header.Get("Retry-After"); wait != "" || !strings.Contains(a.Text("detail"), "no longer accepted") {
			t.Errorf("%s: Retry-After %q, %s; want a detail that waiting does not help", what, wait, a.Body)
		}
	}
	h.Script("").SignIn(ada).Require(202, "")
	if enabled := live.Do("GET", "/api/v1/mfa", nil).Require(200, "").Value("enabled"); enabled != true {
		t.Errorf("enabled is %v, want true", enabled)
	}

	if _, _, err := h.App.ResetMFA(context.Background(), ada, "seen in person"); err != nil {
		t.Fatal(err)
	}
	live.Do("GET", "/api/v1/mfa", nil).Require(401, "session_required")
	next := h.SignedIn(ada).Enroll()
	if left := h.CompleteSignIn(h.PendingSignIn(ada), next.Wrong()).Require(401, "code_rejected").Int("attempts_left"); left != 4 {
		t.Errorf("attempts_left is %d after the reset, want 4", left)
	}
	h.CompleteSignIn(h.PendingSignIn(ada), next.Code()).Require(201, "")
}

func TestT08_BruteForce_PasswordBackoff(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_ATTEMPT_LIMIT=6", "TWOFOLD_ATTEMPTS_MAX_WAIT=1m")
	h.AddAccount(ada)
	wrong := JSON{"password": "certainly not this one"}
	for try := range 9 {
		a := h.Script("").SignIn(ada, wrong).Require(401, "credentials_rejected")
		if got, want := a.Int("attempts_left"), max(4-try, 0); got != want {
			t.Errorf("attempts_left is %d after try %d, want %d", got, try+1, want)
		}
		if try >= 4 {
			apptest.WantWait(t, h.Script("").SignIn(ada), []int{30, 60}[min(try-4, 1)])
			h.Clock.Advance(time.Minute)
		}
	}
	h.Script("").SignIn(ada).Require(201, "")
	a := h.Script("").SignIn(ada, wrong).Require(401, "credentials_rejected")
	if got := a.Int("attempts_left"); got != 4 {
		t.Errorf("attempts_left is %d after a success, want 4", got)
	}
}

func TestT08_BruteForce_MalformedNotCounted(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	for _, code := range []any{"12345", "1234567", "12345a", " 123456", "①②③④⑤⑥", "٤٧١٩٠", "", 123456, nil} {
		h.Script("").Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": token, "code": code}).Require(400, "invalid_request")
	}
	if left := h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected").Int("attempts_left"); left != 4 {
		t.Errorf("attempts_left is %d, want 4", left)
	}
}

func TestSignIn_DigitsOfOtherScripts(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	arabic := func(code string) string {
		return strings.Map(func(r rune) rune { return r - '0' + '٠' }, code)
	}
	script := h.SignedIn(ada)
	phone := script.Begin()
	script.Confirm(phone, arabic(phone.Code())).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	code := phone.Code()
	h.Script("").SignIn(ada, JSON{"code": arabic(code)}).Require(201, "")
	h.Script("").SignIn(ada, JSON{"code": code}).Require(401, "code_used") // the same code
}

func TestBackoff_StartedByFastClock(t *testing.T) {
	t.Parallel()
	t.Skip("not yet: it lasts for as long as the clock was ahead, a year here, and only a reset of MFA shortens that of a code")
	h := apptest.Start(t)
	h.AddAccount(ada)
	h.Clock.Advance(365 * 24 * time.Hour)
	for range 5 {
		h.Script("").SignIn(ada, JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
	}
	h.Clock.Advance(-365 * 24 * time.Hour)
	h.Clock.Advance(time.Hour)
	h.Script("").SignIn(ada).Require(201, "")
}
