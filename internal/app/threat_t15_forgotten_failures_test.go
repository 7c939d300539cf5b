package app_test

import (
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

// Old failures expire at the same time for accounts and for unknown addresses.
func TestT15_Enumeration_ForgottenFailures(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.NewUser(ada).WithTOTP()
	h.AddAccount(bob)
	wrong := JSON{"password": "certainly not this one"}
	for _, email := range []string{unknownEmail, bob, ada} {
		for range 5 {
			h.Script("").SignIn(email, wrong).Require(401, "credentials_rejected")
		}
	}
	alike := func(left, wait int) {
		t.Helper()
		h.Purge()
		var responses []string
		for _, email := range []string{unknownEmail, bob, ada} {
			a := h.Script("").SignIn(email, wrong).Require(401, "credentials_rejected")
			if got, _ := a.Value("retry_after").(float64); a.Int("attempts_left") != left || int(got) != wait {
				t.Errorf("%s got %s, want %d attempts left and a backoff of %d s", email, a.Body, left, wait)
			}
			responses = append(responses, a.Comparable())
		}
		if responses[0] != responses[1] || responses[0] != responses[2] {
			t.Errorf("the responses are distinguishable:\n%s\n\n%s\n\n%s", responses[0], responses[1], responses[2])
		}
	}
	h.Clock.Advance(90*day - time.Microsecond)
	alike(0, 60) // the sixth in a row
	h.Clock.Advance(90*day + time.Minute)
	alike(4, 0) // the first again, 90 days after the backoff of the sixth
}

// Consecutive wrong codes are counted regardless of the time between them (NIST SP 800-63B-4 §3.2.2).
func TestT08_BruteForce_FailuresNeverExpire(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t, append([]string{"TWOFOLD_ATTEMPT_LIMIT=8"}, apptest.LongSignIns...)...)
	_, phone, codes := h.NewUser(ada).WithTOTP().SessionAndCodes()
	for n := 1; n <= 8; n++ {
		for _, attempt := range []func() apptest.Response{
			func() apptest.Response { return h.CompleteSignIn(h.PendingSignIn(ada), phone.Wrong()) },
			func() apptest.Response {
				return h.CompleteWithRecoveryCode(h.PendingSignIn(ada), apptest.WrongRecoveryCode)
			},
		} {
			a := attempt().Require(401, "code_rejected")
			if left := a.Int("attempts_left"); left != max(5-n, 0) {
				t.Errorf("after wrong code %d: %d attempts left, want %d, regardless of the time between", n, left, max(5-n, 0))
			}
		}
		h.Clock.Advance(year)
		h.Purge()
	}
	for what, a := range map[string]apptest.Response{
		"a right code":          h.CompleteSignIn(h.PendingSignIn(ada), phone.Code()),
		"a right recovery code": h.CompleteWithRecoveryCode(h.PendingSignIn(ada), codes[0]),
	} {
		if a.Require(429, "too_many_attempts"); a.Value("retry_after") != nil {
			t.Errorf("%s at the hard limit: %s, want no retry_after", what, a.Body)
		}
	}
}

// The attempts of a session are purged with it, but stay in the total of the account.
func TestT14_LockoutDoS_TotalOutlivesSession(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	script, phone := h.NewUser(ada).WithTOTP().Session()
	for range 3 {
		script.StepUp("mfa.remove", JSON{"code": phone.Wrong()}).Require(401, "code_rejected")
	}
	const stray = "SELECT count(*) FROM attempts WHERE bucket LIKE 'session:%'"
	if n := h.Count(stray); n == 0 {
		t.Fatal("the session has no bucket of its own")
	}
	h.Clock.Advance(90*day + time.Hour)
	h.Purge()
	if n := h.Count(stray); n != 0 {
		t.Errorf("%d buckets of purged sessions are left", n)
	}
	if n := h.Count("SELECT failures FROM attempts WHERE kind = 'totp' AND bucket = '*'"); n != 3 {
		t.Errorf("the total is %d, want 3", n)
	}
}
