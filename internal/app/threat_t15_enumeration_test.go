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

const nobody = "nil@example.com"

// seen is what a stranger can compare: everything but the date and the request's number.
func seen(a apptest.Response) string {
	var text bytes.Buffer
	fmt.Fprintln(&text, a.Status)
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		value := a.Header.Values(name)
		if name == "Date" || name == "X-Request-Id" {
			value = nil
		}
		fmt.Fprintln(&text, name, value)
	}
	text.Write(a.Body)
	return text.String()
}

func TestT15_AWrongPasswordTellsNotWhetherThereIsAnAccount(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	withMFA(h, ada)
	h.AddAccount(bob)
	db := database(t, h)
	for name, members := range map[string]JSON{
		"alone":                            {},
		"with a code, for a token":         {"code": "123456", "deliver": "token"},
		"that is longer than any could be": {"password": string(bytes.Repeat([]byte("x"), 200))},
	} {
		t.Run(name, func(t *testing.T) {
			body := JSON{"password": "certainly not this one"}
			maps.Copy(body, members)
			for try := range 7 { // with five failures and the wait that they start
				var answers []string
				for _, email := range []string{nobody, bob, ada} {
					answers = append(answers, seen(h.Script("").WithT(t).SignIn(email, body)))
				}
				if answers[0] != answers[1] || answers[0] != answers[2] {
					t.Fatalf("try %d tells them apart:\n%s\n\n%s\n\n%s", try+1, answers[0], answers[1], answers[2])
				}
			}
		})
		execute(t, db, `DELETE FROM attempts`)
	}
}

func TestT15_AFailureOfNobodyIsCounted(t *testing.T) {
	t.Parallel()
	h := apptest.Start(t)
	for left := range 5 {
		a := h.Script("").SignIn(nobody).Require(401, "credentials_rejected")
		if got, want := a.Int("attempts_left"), 4-left; got != want {
			t.Errorf("attempts_left is %d, want %d", got, want)
		}
	}
	wantWait(t, h.Script("").SignIn(nobody), 30)
	h.Clock.Advance(30 * time.Second)
	if got := h.Script("").SignIn(nobody).Require(401, "credentials_rejected").Int("retry_after"); got != 60 {
		t.Errorf("the next wait is %d s, want 60", got)
	}
}

func TestT15_AWrongPasswordTakesAsLongWhoeverIsAsked(t *testing.T) {
	apptest.Timing(t)
	h := apptest.Start(t, "TWOFOLD_FREE_ATTEMPTS=1000000", "TWOFOLD_ARGON2_MEMORY_KIB=12288", "TWOFOLD_ARGON2_TIME=3")
	withMFA(h, ada)
	h.AddAccount(bob)
	script := h.Script("").InProcess()
	emails := []string{nobody, bob, ada}
	var far string
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
		if far = apart(samples); far == "" {
			return
		}
	}
	t.Error(far)
}

// apart says which medians are more than a tenth apart, if any are. On a busy machine everything takes longer, but
// never shorter: then the fastest of each tell the same.
func apart(samples [][]time.Duration) string {
	var medians, fastest []time.Duration
	for _, s := range samples {
		slices.Sort(s)
		medians, fastest = append(medians, s[len(s)/2]), append(fastest, s[0])
	}
	if within(medians) || within(fastest) {
		return ""
	}
	return fmt.Sprintf("the medians are %v, the fastest %v, for nobody, for an account and for one with MFA: more than a tenth apart", medians, fastest)
}

func within(times []time.Duration) bool {
	shortest, longest := slices.Min(times), slices.Max(times)
	return longest-shortest <= shortest/10
}
