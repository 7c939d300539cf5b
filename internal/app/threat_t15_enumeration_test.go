package app_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"twofold/internal/test/apptest"
)

func TestT15_Enumeration_WrongPassword(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	h.NewUser(ada).WithTOTP()
	h.AddAccount(bob)
	db := h.OpenDatabase(t)
	for name, members := range map[string]JSON{
		"alone":                             {},
		"with a code, for a token":          {"code": "123456", "deliver": "token"},
		"password above the maximum length": {"password": string(bytes.Repeat([]byte("x"), 200))},
	} {
		t.Run(name, func(t *testing.T) {
			body := JSON{"password": "certainly not this one"}
			maps.Copy(body, members)
			for try := range 7 { // five failures and the backoff after them
				var responses []string
				for _, email := range []string{unknownEmail, bob, ada} {
					responses = append(responses, h.Script("").WithT(t).SignIn(email, body).Comparable())
				}
				if responses[0] != responses[1] || responses[0] != responses[2] {
					t.Fatalf("attempt %d is distinguishable:\n%s\n\n%s\n\n%s", try+1, responses[0], responses[1], responses[2])
				}
			}
		})
		db.MustExec(t, `DELETE FROM attempts`)
	}
}

func TestT15_Enumeration_UnknownAccountCounted(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	for left := range 5 {
		a := h.Script("").SignIn(unknownEmail).Require(401, "credentials_rejected")
		if got, want := a.Int("attempts_left"), 4-left; got != want {
			t.Errorf("attempts_left is %d, want %d", got, want)
		}
	}
	apptest.WantWait(t, h.Script("").SignIn(unknownEmail), 30)
	h.Clock.Advance(30 * time.Second)
	if got := h.Script("").SignIn(unknownEmail).Require(401, "credentials_rejected").Int("retry_after"); got != 60 {
		t.Errorf("the next wait is %d s, want 60", got)
	}
}

func TestT15_Enumeration_Timing(t *testing.T) {
	apptest.Timing(t)
	h := apptest.Start(t, "TWOFOLD_FREE_ATTEMPTS=1000000", "TWOFOLD_ARGON2_MEMORY_KIB=12288", "TWOFOLD_ARGON2_TIME=3")
	h.NewUser(ada).WithTOTP()
	h.AddAccount(bob)
	script := h.Script("").InProcess()
	emails := []string{unknownEmail, bob, ada}
	within := func(times []time.Duration) bool {
		shortest, longest := slices.Min(times), slices.Max(times)
		return longest-shortest <= shortest/10
	}
	// On a busy machine requests take longer, never shorter, so equal minimums count as well as equal medians.
	differ := func(samples [][]time.Duration) string {
		var medians, fastest []time.Duration
		for _, s := range samples {
			slices.Sort(s)
			medians, fastest = append(medians, s[len(s)/2]), append(fastest, s[0])
		}
		if within(medians) || within(fastest) {
			return ""
		}
		return fmt.Sprintf("for no account, an account, and one with MFA: medians %v, minimums %v, more than a tenth apart", medians, fastest)
	}
	var difference string
	for range 4 {
		samples := make([][]time.Duration, len(emails))
		for round := range 15 {
			for i := range emails {
				i = (i + round) % len(emails)
				begun := time.Now()
				script.SignIn(emails[i], JSON{"password": "certainly not this one"}).Require(401, "credentials_rejected")
				samples[i] = append(samples[i], time.Since(begun))
			}
		}
		if difference = differ(samples); difference == "" {
			return
		}
	}
	t.Error(difference)
}
