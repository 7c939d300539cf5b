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

func TestRunOnce_AnnouncesDailyToEveryAddress(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	notices := func(kind string, purposes ...string) []string {
		lines := []string{kind + " " + own + " cancel_removal", kind + " " + second + " cancel_removal"}
		for _, p := range purposes {
			lines[0] += " " + p
		}
		return lines
	}
	h.request()
	for step, c := range []struct {
		pass    time.Duration
		notices []string
	}{
		{0, notices("removal_requested")},
		{day - time.Hour, nil},
		{time.Hour, notices("removal_reminder")},
		{day, notices("removal_reminder")},
		{day - time.Hour, nil},
		{time.Hour, notices("removal_ready", "complete_removal")},
		{day, notices("removal_reminder")}, // it can still be cancelled
	} {
		h.pass(c.pass)
		if diff := cmp.Diff(c.notices, h.takeNotices()); diff != "" {
			t.Errorf("step %d, - want, + got:\n%s", step, diff)
		}
	}
	h.pass(6 * day)
	if h.last() != "mfa_removal.expired: not completed in time" {
		t.Errorf("not completed for a week: got %q", h.last())
	}
	if _, open := h.current(); open || !h.enabled() {
		t.Error("an expired removal is still in progress, or removed MFA")
	}
	if _, err := h.Request(ctx, "ada", h.clock()); err != nil {
		t.Errorf("request after the expiry: %v", err)
	}
}

func TestRequest_AlreadyInProgress(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	first := h.request()
	if first.Remaining != limits.Delay || first.Ready() || first.ClockPaused {
		t.Errorf("a new removal is %+v", first)
	}
	h.pass(10 * time.Hour)
	h.takeNotices()
	again := h.request()
	if again.ID != first.ID || again.Remaining != 62*time.Hour || len(h.takeNotices()) != 0 {
		t.Errorf("second request: got %+v", again)
	}
}

// The clock is paused while an owner who could cancel may not know of the removal, or may be unable to.
func TestClock_Paused(t *testing.T) {
	t.Parallel()
	failures := func(k throttle.Kind, n int) func(h *fixture) { return func(h *fixture) { h.fail(k, n) } }
	locked := func(k throttle.Kind) func(h *fixture) {
		return func(h *fixture) {
			for range 100 {
				rules := throttle.Rules{FreeAttempts: 1000, Backoff: []time.Duration{0}, HardLimit: 100}
				_, _, _ = store.Attempts{DB: h.db}.Reserve(ctx, throttle.Attempt{Subject: "ada", Kind: k}, throttle.SubLimit{}, h.clock(), rules)
			}
		}
	}
	for reason, c := range map[string]struct {
		pause  func(h *fixture)
		counts time.Duration // how much of the first day after that
	}{
		"a notice is not delivered":            {func(h *fixture) { h.down = true }, 0},
		"codes are locked":                     {locked(throttle.TOTP), 0},
		"recovery codes are locked":            {locked(throttle.RecoveryCode), 0},
		"codes that cancel are locked":         {locked(throttle.RemovalCancel), 0},
		"codes are in backoff during one tick": {failures(throttle.TOTP, 5), day - time.Hour},
		"recovery codes are in backoff":        {failures(throttle.RecoveryCode, 5), day - time.Hour},
		"codes that cancel are in backoff":     {failures(throttle.RemovalCancel, 5), day - time.Hour},
		"passwords are in backoff":             {failures(throttle.Password, 5), day - time.Hour},
		"four wrong codes cause no backoff":    {failures(throttle.TOTP, 4), day},
		"nothing":                              {func(*fixture) {}, day},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			h.request()
			c.pause(h)
			shown, _ := h.current()
			if shown.ClockPaused != (c.counts < day) {
				t.Errorf("paused: %v", shown.ClockPaused)
			}
			h.pass(day)
			if s, _ := h.current(); s.Remaining != limits.Delay-c.counts {
				t.Errorf("%s of a day counted, want %s", limits.Delay-s.Remaining, c.counts)
			}
		})
	}
}

func TestClock_FailuresOfAnotherAccount(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	_, err := h.tries.Reserve(ctx, throttle.Attempt{Subject: "bob", Kind: throttle.TOTP, Bucket: throttle.AnonymousBucket}, throttle.SubLimit{})
	must(t, err)
	if s, _ := h.current(); s.ClockPaused {
		t.Error("Bob's failures paused the clock of Ada's removal")
	}
}

func TestClock_PausedTooLong(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	h.takeNotices()
	h.down = true
	h.pass(limits.Delay + limits.Cooldown)
	if _, open := h.current(); open || h.last() != "mfa_removal.expired: not completed in time" {
		t.Errorf("still in progress: %s", h.last())
	}
	if notices := h.takeNotices(); notices != nil {
		t.Errorf("reminders were enqueued behind an undelivered one: %q", notices)
	}
}

func TestClock_ServerDown(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	h.jump(10 * day)
	must(t, h.RunOnce(ctx))
	if s, _ := h.current(); s.Remaining != limits.Delay-limits.MaxTick || s.Ready() {
		t.Errorf("%s are left after ten days without a server, want %s", s.Remaining, limits.Delay-limits.MaxTick)
	}
}

func TestClock_JumpsBack(t *testing.T) {
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

func TestRunOnce_ConcurrentProcesses(t *testing.T) {
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

// A removal depends on the password it was requested with, the methods that were lost, and the announced address.
func TestRemoval_Invalidated(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		change func(h *fixture)
		last   string
		reason mfaremoval.Reason // why the next request is rejected; empty: accepted
	}{
		"the password was changed": {func(h *fixture) {
			must(h.t, store.Accounts{DB: h.db}.SetPassword(ctx, "ada", "another", h.clock()))
		}, "mfa_removal.cancelled: the password was changed", mfaremoval.Cooldown},
		"a method was added": {func(h *fixture) { h.enroll("tablet") }, "mfa_removal.cancelled: a method was added", mfaremoval.Cooldown},
		"the address was changed": {func(h *fixture) {
			must(h.t, store.Accounts{DB: h.db}.SetEmail(ctx, "ada", "mallory@example.com"))
		}, "mfa_removal.cancelled: the email address was changed", mfaremoval.Cooldown},
		"an operator reset MFA": {func(h *fixture) {
			_, _, err := h.methods.Reset(ctx, "ada", "", "asked in person")
			must(h.t, err)
		}, "mfa_removal.expired: MFA is off", ""},
		"the operator disabled removals": {func(h *fixture) { h.Limits.Delay = 0 }, "mfa_removal.expired: MFA removal is disabled", mfaremoval.Off},
	} {
		for moment, until := range map[string]func(h *fixture) secret.Text{
			"before the delay has passed": func(h *fixture) secret.Text { h.request(); return secret.New("none") },
			"after the delay":             (*fixture).ready,
		} {
			t.Run(outcome+", "+moment, func(t *testing.T) {
				t.Parallel()
				h := newFixture(t)
				token := until(h)
				h.jump(time.Second)
				c.change(h)
				if _, err := h.Complete(ctx, token); !isExpired(err) {
					t.Errorf("Complete: %v", err)
				}
				if _, open := h.current(); open {
					t.Error("still in progress")
				}
				must(t, h.RunOnce(ctx))
				if got := h.last(); got != c.last {
					t.Errorf("got %q, want %q", got, c.last)
				}
				notices := h.takeNotices()
				if got := notices[len(notices)-1] == "removal_cancelled"; got != strings.Contains(c.last, "cancelled") {
					t.Errorf("the last notice is %q", notices[len(notices)-1])
				}
				for _, cancel := range h.links(maillink.CancelRemoval) {
					if err := h.CancelByLink(ctx, cancel); !isExpired(err) {
						t.Errorf("a link is still valid: %v", err)
					}
				}
				if outcome == "an operator reset MFA" {
					h.enroll("new phone")
				}
				_, err := h.Request(ctx, "ada", h.clock())
				if got := reasonOf(err); got != c.reason {
					t.Errorf("second request: %q, want %q", got, c.reason)
				}
			})
		}
	}
}

func TestRequest_Unavailable(t *testing.T) {
	t.Parallel()
	reset := func(ago time.Duration) func(h *fixture) {
		return func(h *fixture) {
			must(h.t, store.Accounts{DB: h.db}.Insert(ctx, account.Account{
				ID: "bob", Email: "bob@example.com", PasswordChangedAt: noon.Add(-ago), PasswordResetAt: noon.Add(-ago),
			}))
		}
	}
	for outcome, c := range map[string]struct {
		account string
		given   func(h *fixture)
		want    mfaremoval.Reason
	}{
		"removals are disabled":                                          {"ada", func(h *fixture) { h.Limits.Delay = 0 }, mfaremoval.Off},
		"the password was reset by mail yesterday":                       {"bob", reset(day), mfaremoval.PasswordReset},
		"the password was reset by mail 29 days ago":                     {"bob", reset(29 * day), mfaremoval.PasswordReset},
		"the password was reset by mail 30 days ago, after the cooldown": {"bob", reset(30 * day), ""},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			c.given(h)
			if c.account == "bob" {
				h.enrollFor("bob")
			}
			if _, err := h.Request(ctx, c.account, h.clock()); reasonOf(err) != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestRequest_Stale(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	passwordAt := h.clock()
	h.jump(time.Minute)
	must(t, store.Accounts{DB: h.db}.SetPassword(ctx, "ada", "another", h.clock()))
	if _, err := h.Request(ctx, "ada", passwordAt); !errors.Is(err, mfaremoval.ErrStale) {
		t.Errorf("with the old password: %v", err)
	}
	h.request()
	_, _, err := h.methods.Reset(ctx, "ada", "", "asked in person")
	must(t, err)
	if _, err := h.Request(ctx, "ada", h.clock()); !errors.Is(err, mfaremoval.ErrStale) {
		t.Errorf("without MFA: %v", err)
	}
}
