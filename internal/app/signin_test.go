package app_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestPendingSignIn_ExpiresAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	a := h.Script("").SignIn(ada, JSON{"deliver": "token"}).Require(202, "")
	if got, want := a.Text("expires_at"), h.Clock.Now().Add(5*time.Minute).Format(time.RFC3339); got != want {
		t.Errorf("expires_at is %s, want %s", got, want)
	}
	late := h.PendingSignIn(ada)
	h.Clock.Advance(5*time.Minute - time.Second)
	h.CompleteSignIn(a.Text("sign_in_token"), phone.Code()).Require(201, "")
	h.Clock.Advance(time.Second)
	h.CompleteSignIn(late, phone.CodeIn(1)).Require(410, "sign_in_expired")
}

func TestPendingSignIn_FiveAttempts(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_FREE_ATTEMPTS=100")
	_, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	for left := range 5 {
		a := h.CompleteSignIn(token, phone.Wrong()).Require(401, "code_rejected")
		if got, want := a.Int("attempts_left"), 4-left; got != want {
			t.Errorf("attempts_left is %d, want %d", got, want)
		}
	}
	h.CompleteSignIn(token, phone.Code()).Require(410, "sign_in_expired")
	h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()).Require(201, "")
}

func TestPendingSignIn_CompletedOnce(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	token := h.PendingSignIn(ada)
	h.CompleteSignIn(token, phone.Code()).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	h.CompleteSignIn(token, phone.Code()).Require(410, "sign_in_expired")
}

func TestPendingSignIn_OldestEvicted(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	_, bobs := h.NewUser(bob).WithTOTP().Session()
	other := h.PendingSignIn(bob)
	var tokens []string
	for range 6 {
		h.Clock.Advance(time.Second)
		tokens = append(tokens, h.PendingSignIn(ada))
	}
	h.CompleteSignIn(tokens[0], phone.CodeIn(-1)).Require(410, "sign_in_expired")
	h.CompleteSignIn(tokens[1], phone.Code()).Require(201, "")
	h.CompleteSignIn(other, bobs.Code()).Require(201, "")
}

func TestPendingSignIn_DeliveryMismatch(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	t.Run("cookie requested as token", func(t *testing.T) {
		browser := h.Browser().WithT(t)
		browser.SignIn(ada).Require(202, "")
		a := browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code(), "deliver": "token"}).Require(400, "invalid_request")
		apptest.WantPointer(t, a, "/deliver")
		browser.Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code(), "deliver": "cookie"}).Require(201, "") // the refusal did not use the code
	})
	h.Clock.Advance(30 * time.Second)
	t.Run("token requested as cookie", func(t *testing.T) {
		token := h.PendingSignIn(ada)
		a := h.Script("").WithT(t).Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code(), "sign_in_token": token, "deliver": "cookie"}).Require(400, "invalid_request")
		apptest.WantPointer(t, a, "/deliver")
		a = h.Script("").WithT(t).Do("POST", apptest.PathSecondFactor, JSON{"code": phone.Code(), "sign_in_token": token, "deliver": "token"}).Require(201, "")
		if set := a.Header.Values("Set-Cookie"); len(set) > 0 {
			t.Errorf("got the cookies %q, want none", set)
		}
	})
	t.Run("the token in the body takes precedence over a cookie", func(t *testing.T) {
		h.Clock.Advance(30 * time.Second)
		browser := h.Browser().WithT(t)
		browser.SignIn(ada).Require(202, "")
		body := JSON{"code": phone.Code(), "sign_in_token": browser.Cookie("twofold_signin")}
		browser.Do("POST", apptest.PathSecondFactor, body).Require(410, "sign_in_expired")
	})
}

func TestSignIn_PasswordAndCode(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	_, phone := h.NewUser(ada).WithTOTP().Session()
	a := h.Script("").SignIn(ada, JSON{"code": phone.Code(), "deliver": "token"}).Require(201, "")
	if acr := a.Text("acr"); acr != "aal2" {
		t.Errorf("the session is %s, want aal2", acr)
	}
	h.Script("").SignIn(ada, JSON{"code": phone.CodeIn(1), "password": "certainly not this one"}).Require(401, "credentials_rejected")
	h.Script("").SignIn(ada, JSON{"code": phone.CodeIn(1)}).Require(201, "") // the wrong password did not use the code
}

func TestLog_AuthenticationMethods(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	h.Script("").SignIn(ada, JSON{"code": phone.Code()}).Require(201, "")
	h.Clock.Advance(30 * time.Second)
	script.StepUpToken("mfa.remove", JSON{"code": phone.Code()})
	h.AddAccount(bob)
	h.SignedIn(bob).StepUpToken("account.password")
	for _, line := range []string{
		`"event":"sign_in.succeeded","account":"…","subject":"…","reason":"by pwd otp mfa"`,
		`"event":"session.created","account":"…","subject":"…","reason":"by pwd otp mfa"`,
		`"event":"step_up.issued","account":"…","subject":"…","reason":"mfa.remove by pwd otp mfa"`,
		`"event":"sign_in.succeeded","account":"…","subject":"…","reason":"by pwd"`,
		`"event":"step_up.issued","account":"…","subject":"…","reason":"account.password by pwd"`,
	} {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(line), "…", "[0-9a-f-]{36}")
		if !regexp.MustCompile(pattern).MatchString(h.Log.String()) {
			t.Errorf("no log line has %s", line)
		}
	}
}

func TestSignIn_CodeWithoutMFA(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.AddAccount(ada)
	if acr := h.Script("").SignIn(ada, JSON{"code": "123456"}).Require(201, "").Text("acr"); acr != "aal1" {
		t.Errorf("the session is %s, want aal1", acr)
	}
}

func TestClockOffset_EnrollmentOnly(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_ENROLLMENT_TRIES=100", "TWOFOLD_FREE_ATTEMPTS=100")
	h.AddAccount(ada)
	script := h.SignedIn(ada)
	phone := script.Begin()
	for _, c := range []struct{ steps, want int }{{4, 120}, {-4, -120}, {2, 60}, {-2, -60}, {20, 600}, {-20, -600}, {21, 0}, {-21, 0}} {
		a := script.Confirm(phone, phone.CodeIn(c.steps)).Require(422, "code_rejected")
		got, _ := a.Value("clock_offset_seconds").(float64)
		if int(got) != c.want {
			t.Errorf("%d steps ahead: clock_offset_seconds is %v, want %d", c.steps, a.Value("clock_offset_seconds"), c.want)
		}
	}
	if a := script.Confirm(phone, phone.Wrong()); a.Value("clock_offset_seconds") != nil {
		t.Errorf("a code of no time step: %s", a.Body)
	}
	script.Confirm(phone, phone.CodeIn(1)).Require(201, "") // one time step ahead is accepted (RFC 6238 §5.2)
	for name, a := range map[string]apptest.Response{
		"sign-in":          h.CompleteSignIn(h.PendingSignIn(ada), phone.CodeIn(6)),
		"sign-in, at once": h.Script("").SignIn(ada, JSON{"code": phone.CodeIn(6)}),
		"step-up":          script.StepUp("mfa.enroll", JSON{"code": phone.CodeIn(6)}),
	} {
		if a.Require(401, "code_rejected"); a.Value("clock_offset_seconds") != nil {
			t.Errorf("%s discloses the clock offset: %s", name, a.Body)
		}
	}
}

// A panic releases what its request had acquired: here the lock that serializes attempts at one sign-in.
func TestSignIn_AfterPanic(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, "TWOFOLD_HASH_WAIT=100ms")
	_, phone := h.NewUser(ada).WithTOTP().Session()
	script := h.Script("").InProcess()
	try := func(token, code string) apptest.Response {
		return script.Do("POST", apptest.PathSecondFactor, JSON{"sign_in_token": token, "code": code})
	}
	readings := 0
	for range 2 { // the first differs from all later ones
		token, code := h.PendingSignIn(ada), phone.Code()
		readings = 0
		h.Clock.Watch(func() { readings++ })
		try(token, code).Require(201, "")
		h.Clock.Watch(nil)
		h.Clock.Advance(30 * time.Second)
	}
	if readings < 4 {
		t.Fatalf("the request reads the clock only %d times, so that no panic happens in the handler", readings)
	}
	// The first reading is before the recovery middleware, and the last is after the response.
	for n := 2; n < readings; n++ {
		token, code, count := h.PendingSignIn(ada), phone.Code(), 0
		h.Clock.Watch(func() {
			if count++; count == n {
				panic("a bug")
			}
		})
		try(token, code).Require(500, "internal")
		h.Clock.Watch(nil)
		if a := try(token, code); a.Status != 201 {
			t.Errorf("after a panic at reading %d of %d: %d %s", n, readings, a.Status, a.Body)
		}
		h.Clock.Advance(30 * time.Second)
	}
}
