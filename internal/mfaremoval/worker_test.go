package mfaremoval_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/account"
	"twofold/internal/maillink"
	"twofold/internal/mfaremoval"
	"twofold/internal/secret"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

func TestARemovalIsAnnouncedAtOnceAndDailyToEveryAddress(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	tell := func(kind string, purposes ...string) []string {
		lines := []string{kind + " " + own + " cancel_removal", kind + " " + second + " cancel_removal"}
		for _, p := range purposes {
			lines[0] += " " + p
		}
		return lines
	}
	h.request()
	for after, want := range []struct {
		pass time.Duration
		told []string
	}{
		{0, tell("removal_requested")},
		{day - time.Hour, nil},
		{time.Hour, tell("removal_reminder")},
		{day, tell("removal_reminder")},
		{day - time.Hour, nil},
		{time.Hour, tell("removal_ready", "complete_removal")},
		{day, tell("removal_reminder")}, // it can still be cancelled
	} {
		h.pass(want.pass)
		if diff := cmp.Diff(want.told, h.told()); diff != "" {
			t.Errorf("step %d, - want, + got:\n%s", after, diff)
		}
	}
	h.pass(6 * day)
	if h.last() != "mfa_removal.expired: not completed in time" {
		t.Errorf("after a week nobody completed it: %s", h.last())
	}
	if _, open := h.current(); open || !h.enabled() {
		t.Error("a removal that nobody completed did not just end")
	}
	if _, err := h.Request(ctx, "ada", h.clock()); err != nil {
		t.Errorf("asking again after that: %v", err)
	}
}

func TestAskingAgainAnswersTheSameAndTellsNobody(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	first := h.request()
	if first.Remaining != limits.Delay || first.Ready() || first.ClockPaused {
		t.Errorf("a new removal is %+v", first)
	}
	h.pass(10 * time.Hour)
	h.told()
	again := h.request()
	if again.ID != first.ID || again.Remaining != 62*time.Hour || len(h.told()) != 0 {
		t.Errorf("asking again answered %+v", again)
	}
}

// The time stands still while somebody who could cancel might not know, or might not be able to.
func TestTheTimeStandsStill(t *testing.T) {
	t.Parallel()
	wrong := func(k throttle.Kind, n int) func(h *fixture) { return func(h *fixture) { h.fail(k, n) } }
	spent := func(k throttle.Kind) func(h *fixture) {
		return func(h *fixture) {
			for range 100 {
				rules := throttle.Rules{FreeAttempts: 1000, Backoff: []time.Duration{0}, HardLimit: 100}
				_, _, _ = store.Attempts{DB: h.db}.Reserve(ctx, throttle.Attempt{Subject: "ada", Kind: k}, throttle.SubLimit{}, h.clock(), rules)
			}
		}
	}
	for reason, c := range map[string]struct {
		stop func(h *fixture)
		goes time.Duration // what counts of the first day after that
	}{
		"a notice is not delivered":                      {func(h *fixture) { h.down = true }, 0},
		"codes are spent":                                {spent(throttle.TOTP), 0},
		"recovery codes are spent":                       {spent(throttle.RecoveryCode), 0},
		"codes that cancel are spent":                    {spent(throttle.RemovalCancel), 0},
		"codes wait, and the look that it falls into":    {wrong(throttle.TOTP, 5), day - time.Hour},
		"recovery codes wait":                            {wrong(throttle.RecoveryCode, 5), day - time.Hour},
		"codes that cancel wait":                         {wrong(throttle.RemovalCancel, 5), day - time.Hour},
		"passwords wait: nobody gets as far as the code": {wrong(throttle.Password, 5), day - time.Hour},
		"four wrong codes are no wait":                   {wrong(throttle.TOTP, 4), day},
		"nothing":                                        {func(*fixture) {}, day},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			h.request()
			c.stop(h)
			shown, _ := h.current()
			if shown.ClockPaused != (c.goes < day) {
				t.Errorf("it shows %v", shown.ClockPaused)
			}
			h.pass(day)
			if s, _ := h.current(); s.Remaining != limits.Delay-c.goes {
				t.Errorf("of a day %s counted, want %s", limits.Delay-s.Remaining, c.goes)
			}
		})
	}
}

func TestAWaitOfSomebodyElseStopsNothing(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	_, err := h.tries.Reserve(ctx, throttle.Attempt{Subject: "bob", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}, throttle.SubLimit{})
	must(t, err)
	if s, _ := h.current(); s.ClockPaused {
		t.Error("Bob's wrong code stopped Ada's removal")
	}
}

func TestARemovalThatStandsStillIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	h.told()
	h.down = true
	h.pass(limits.Delay + limits.Cooldown)
	if _, open := h.current(); open || h.last() != "mfa_removal.expired: not completed in time" {
		t.Errorf("it goes on: %s", h.last())
	}
	if told := h.told(); told != nil {
		t.Errorf("reminders piled up behind one that was not delivered: %q", told)
	}
}

func TestTimeInWhichTheServerWasDownDoesNotCount(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	h.jump(10 * day)
	must(t, h.RunOnce(ctx))
	if s, _ := h.current(); s.Remaining != limits.Delay-limits.MaxTick || s.Ready() {
		t.Errorf("%s are left after ten days without a server, want %s", s.Remaining, limits.Delay-limits.MaxTick)
	}
}

func TestAClockThatJumpsBackCountsNothing(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	h.pass(time.Hour)
	h.jump(-day)
	must(t, h.RunOnce(ctx))
	h.pass(time.Hour)
	if s, _ := h.current(); s.Remaining != limits.Delay-2*time.Hour {
		t.Errorf("%s are left, want %s", s.Remaining, limits.Delay-2*time.Hour)
	}
}

func TestSeveralProcessesCountTheSameTimeOnce(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	h.jump(30 * time.Minute)
	done := make(chan error)
	for range 8 {
		go func() { done <- h.RunOnce(ctx) }()
	}
	for range 8 {
		must(t, <-done)
	}
	if s, _ := h.current(); s.Remaining != limits.Delay-30*time.Minute {
		t.Errorf("%s are left, want %s", s.Remaining, limits.Delay-30*time.Minute)
	}
}

// What a removal rests on: the password it was asked with, the methods that were lost, the address that was told.
func TestARemovalEndsWithWhatItRestsOn(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		change func(h *fixture)
		last   string
		refuse mfaremoval.Reason // of the next request; empty: none
	}{
		"the password was changed": {func(h *fixture) {
			must(h.t, store.Accounts{DB: h.db}.SetPassword(ctx, "ada", "another", h.clock()))
		}, "mfa_removal.cancelled: the password was changed", mfaremoval.Cooldown},
		"a method was added": {func(h *fixture) { h.enroll("tablet") }, "mfa_removal.cancelled: a method was added", mfaremoval.Cooldown},
		"the address was changed": {func(h *fixture) {
			must(h.t, store.Accounts{DB: h.db}.SetEmail(ctx, "ada", "mallory@example.com"))
		}, "mfa_removal.cancelled: the e-mail address was changed", mfaremoval.Cooldown},
		"an operator reset MFA": {func(h *fixture) {
			_, _, err := h.methods.Reset(ctx, "ada", "", "asked in person")
			must(h.t, err)
		}, "mfa_removal.expired: MFA is off", ""},
		"the operator switched removals off": {func(h *fixture) { h.Limits.Delay = 0 }, "mfa_removal.expired: switched off", mfaremoval.Off},
	} {
		for moment, until := range map[string]func(h *fixture) secret.Text{
			"while the time runs": func(h *fixture) secret.Text { h.request(); return secret.New("none") },
			"when it is over":     (*fixture).ready,
		} {
			t.Run(outcome+", "+moment, func(t *testing.T) {
				t.Parallel()
				h := newFixture(t)
				token := until(h)
				h.jump(time.Second)
				c.change(h)
				if _, err := h.Complete(ctx, token); !isExpired(err) {
					t.Errorf("completing it: %v", err)
				}
				if _, open := h.current(); open {
					t.Error("it is still shown")
				}
				must(t, h.RunOnce(ctx))
				if got := h.last(); got != c.last {
					t.Errorf("got %q, want %q", got, c.last)
				}
				told := h.told()
				if got := told[len(told)-1] == "removal_cancelled"; got != strings.Contains(c.last, "cancelled") {
					t.Errorf("the last notice is %q", told[len(told)-1])
				}
				for _, cancel := range h.links(maillink.CancelRemoval) {
					if err := h.CancelByLink(ctx, cancel); !isExpired(err) {
						t.Errorf("a link still works: %v", err)
					}
				}
				if outcome == "an operator reset MFA" {
					h.enroll("new phone")
				}
				_, err := h.Request(ctx, "ada", h.clock())
				if got := reasonOf(err); got != c.refuse {
					t.Errorf("asking again: %q, want %q", got, c.refuse)
				}
			})
		}
	}
}

func TestWhoCannotAsk(t *testing.T) {
	t.Parallel()
	reset := func(ago time.Duration) func(h *fixture) {
		return func(h *fixture) {
			must(h.t, store.Accounts{DB: h.db}.Insert(ctx, account.Account{
				ID: "bob", Email: "bob@example.com", PasswordChangedAt: noon.Add(-ago), PasswordResetAt: noon.Add(-ago),
			}))
		}
	}
	for outcome, c := range map[string]struct {
		who   string
		given func(h *fixture)
		want  mfaremoval.Reason
	}{
		"removals are off":                         {"ada", func(h *fixture) { h.Limits.Delay = 0 }, mfaremoval.Off},
		"the password was reset by mail yesterday": {"bob", reset(day), mfaremoval.PasswordReset},
		"or 29 days ago":                           {"bob", reset(29 * day), mfaremoval.PasswordReset},
		"30 days ago does not matter":              {"bob", reset(30 * day), ""},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			c.given(h)
			if c.who == "bob" {
				h.enrollFor("bob")
			}
			if _, err := h.Request(ctx, c.who, h.clock()); reasonOf(err) != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestAPasswordThatWasReplacedAfterItWasProvenAsksForNothing(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	proven := h.clock()
	h.jump(time.Minute)
	must(t, store.Accounts{DB: h.db}.SetPassword(ctx, "ada", "another", h.clock()))
	if _, err := h.Request(ctx, "ada", proven); !errors.Is(err, mfaremoval.ErrStale) {
		t.Errorf("with the old password: %v", err)
	}
	h.request()
	_, _, err := h.methods.Reset(ctx, "ada", "", "asked in person")
	must(t, err)
	if _, err := h.Request(ctx, "ada", h.clock()); !errors.Is(err, mfaremoval.ErrStale) {
		t.Errorf("without MFA: %v", err)
	}
}
