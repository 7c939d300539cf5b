package apptest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"twofold/internal/test/pgserver"
)

// Must ends the test on an error. It skips the test if the error is that PostgreSQL is not installed.
func Must(t testing.TB, err error) {
	t.Helper()
	pgserver.RequireBinaries(t, err)
}

// Eventually waits up to a minute for a condition that other goroutines or processes bring about.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within a minute: %s", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// usedCodeRefusals are the outcomes of a code that is used again, at the same time or later.
var usedCodeRefusals = []string{"401 code_used", "429 too_many_attempts", "410 sign_in_expired"}

// WantSingleSuccess checks that one response has status 201 and all others are one of the refusals: by default those of a
// code that is used again.
func WantSingleSuccess(t testing.TB, responses []Response, refusals ...string) {
	t.Helper()
	if len(refusals) == 0 {
		refusals = usedCodeRefusals
	}
	tally := CountByOutcome(responses)
	refused := 0
	for _, outcome := range refusals {
		refused += tally[outcome]
	}
	if tally["201"] != 1 || 1+refused != len(responses) {
		t.Errorf("got %v, want one 201, and the others %v", tally, refusals)
	}
}

// WantOutcomes checks how many responses have each outcome.
func WantOutcomes(t testing.TB, responses []Response, want map[string]int) {
	t.Helper()
	if got := CountByOutcome(responses); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// WantPointer checks that the problem points at a member, parameter or header of the request.
func WantPointer(t testing.TB, a Response, pointer string) {
	t.Helper()
	errors, _ := a.Value("errors").([]any)
	for _, e := range errors {
		if e, _ := e.(map[string]any); e["pointer"] == pointer {
			return
		}
	}
	t.Errorf("no error points at %q: %s", pointer, a.Body)
}

// WantWait checks for a backoff refusal, with the wait in the header and in the body.
func WantWait(t testing.TB, a Response, seconds int) {
	t.Helper()
	a.Require(429, "too_many_attempts")
	if header := a.Header.Get("Retry-After"); header != strconv.Itoa(seconds) || a.Int("retry_after") != seconds {
		t.Errorf("Retry-After is %q and retry_after %d, want %d", header, a.Int("retry_after"), seconds)
	}
}

// WantEntry checks that one of the activity entries is of this kind and name.
func WantEntry(t testing.TB, entries []string, want string) {
	t.Helper()
	if !slices.Contains(entries, want) {
		t.Errorf("%q is not in the activity: %q", want, entries)
	}
}

// WantFactors checks a list of factors in a response, in order.
func WantFactors(t testing.TB, got any, want ...any) {
	t.Helper()
	list, _ := got.([]any)
	if !slices.Equal(list, want) {
		t.Errorf("the factors are %v, want %v", got, want)
	}
}

// Outcome returns status and problem code, as in "401 code_used", or the status alone if the body is no problem.
func (a Response) Outcome() string {
	if code := a.Code(); code != "" {
		return strconv.Itoa(a.Status) + " " + code
	}
	return strconv.Itoa(a.Status)
}

// RecoveryCodes returns the recovery codes in the body.
func (a Response) RecoveryCodes() []string {
	list, _ := a.Value("recovery_codes").([]any)
	codes := make([]string, len(list))
	for i, code := range list {
		codes[i], _ = code.(string)
	}
	return codes
}

// Comparable returns everything in which an attacker could tell two responses apart: status, headers and body, without
// the date and the request id.
func (a Response) Comparable() string {
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

// CookieLines returns the Set-Cookie lines, sorted, with "…" in place of values that are not empty, and without the port in the
// names.
func (a Response) CookieLines() []string {
	all := slices.Clone(a.Header.Values("Set-Cookie"))
	for i, line := range all {
		name, rest, _ := strings.Cut(line, "=")
		value, attributes, _ := strings.Cut(rest, ";")
		if value != "" {
			value = "…"
		}
		all[i] = withoutPort(name) + "=" + value + ";" + attributes
	}
	slices.Sort(all)
	return all
}
