package mfaremoval_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/account"
	"twofold/internal/maillink"
	"twofold/internal/mfa"
	"twofold/internal/mfaremoval"
	"twofold/internal/receipt"
	"twofold/internal/secret"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

func isExpired(err error) bool { return errors.Is(err, maillink.ErrExpired) }

// reasonOf returns the reason of an *UnavailableError, or the text of another error.
func reasonOf(err error) mfaremoval.Reason {
	var unavailable *mfaremoval.UnavailableError
	if errors.As(err, &unavailable) {
		return unavailable.Reason
	}
	if err != nil {
		return mfaremoval.Reason(err.Error())
	}
	return ""
}

// enrollFor adds a method to an account, 40 days ago.
func (h *fixture) enrollFor(accountID string) {
	h.t.Helper()
	must(h.t, store.Methods{DB: h.db}.InsertMethod(ctx, mfa.Method{
		ID: accountID + "'s", AccountID: accountID, Type: mfa.TOTP, Name: "phone", SealedKey: []byte("k"), CreatedAt: noon.Add(-40 * day),
	}))
}

// cancellations are the ways to cancel a removal, with the audit entry of each.
var cancellations = map[string]struct {
	cancel func(h *fixture) error
	last   string
}{
	"with a link": {
		func(h *fixture) error { return h.CancelByLink(ctx, h.links(maillink.CancelRemoval)[1]) }, "mfa_removal.cancelled: mailed link",
	},
	"with a session of two factors": {
		func(h *fixture) error { _, err := h.Cancel(ctx, h.signIn(true)); return err }, "mfa_removal.cancelled: session",
	},
	"with a code": {
		func(h *fixture) error {
			return h.db.InTx(ctx, func(ctx context.Context) error { return h.CancelByCode(ctx, "ada") })
		}, "mfa_removal.cancelled: code",
	},
	"by signing in with a code": {
		func(h *fixture) error {
			return h.db.InTx(ctx, func(ctx context.Context) error { return h.CancelBecauseFactorUsed(ctx, "ada") })
		}, "mfa_removal.cancelled: code",
	},
}

func TestCancel_StartsCooldown(t *testing.T) {
	t.Parallel()
	for way, c := range cancellations {
		for moment, until := range map[string]func(h *fixture){
			"before the delay has passed": func(h *fixture) { h.request() },
			"after the delay":             func(h *fixture) { h.ready() },
		} {
			t.Run(way+", "+moment, func(t *testing.T) {
				t.Parallel()
				h := newFixture(t)
				until(h)
				links := append(h.links(maillink.CancelRemoval), h.links(maillink.CompleteRemoval)...)
				must(t, c.cancel(h))
				if got := h.last(); got != c.last {
					t.Errorf("got %q, want %q", got, c.last)
				}
				notices := h.takeNotices()
				if last := notices[len(notices)-1]; last != "removal_cancelled" {
					t.Errorf("the last notice is %q", last)
				}
				for _, token := range links {
					if err := h.CancelByLink(ctx, token); !isExpired(err) {
						t.Errorf("a link still cancels: %v", err)
					}
					if _, err := h.Complete(ctx, token); !isExpired(err) {
						t.Errorf("a link still completes: %v", err)
					}
				}
				if _, err := h.Cancel(ctx, h.signIn(true)); !errors.Is(err, mfaremoval.ErrNotFound) {
					t.Errorf("cancelling twice: %v", err)
				}
				h.pass(limits.Cooldown - time.Minute)
				if _, err := h.Request(ctx, "ada", h.clock()); reasonOf(err) != mfaremoval.Cooldown {
					t.Errorf("requesting again within the cooldown: %v", err)
				}
				if !h.enabled() || len(h.takeNotices()) != 0 {
					t.Error("a cancelled removal continues")
				}
				h.pass(time.Minute)
				h.request()
			})
		}
	}
}

func TestCancel_OneFactorSession(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	if _, err := h.Cancel(ctx, h.signIn(false)); !errors.Is(err, mfaremoval.ErrMFASessionRequired) {
		t.Errorf("got %v", err)
	}
	if _, open := h.current(); !open {
		t.Error("the removal was cancelled")
	}
}

func TestComplete_RemovesEverything(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	token := h.ready()
	h.takeNotices()
	h.signIn(true)
	h.signIn(false)
	h.fail(throttle.TOTP, 7-2)
	must(t, store.Methods{DB: h.db}.InsertRecoveryCodes(ctx, []mfa.StoredRecoveryCode{{ID: "c", AccountID: "ada", Hash: "h", CreatedAt: noon}}))
	done, err := h.Complete(ctx, token)
	must(t, err)
	if want := (receipt.Receipt{SessionsEnded: 2, NoticesSent: 1}); done != want {
		t.Errorf("got %+v, want %+v", done, want)
	}
	codes, err := h.methods.RecoveryCodeStatus(ctx, "ada")
	must(t, err)
	sessions, err := h.methods.Sessions.EndOthers(ctx, "ada", "")
	must(t, err)
	locked, err := h.tries.LockedSince(ctx, "ada", noon, throttle.TOTP)
	must(t, err)
	if h.enabled() || codes.Left != 0 || sessions != 0 || locked {
		t.Errorf("MFA on: %v, %d recovery codes, %d sessions, locked: %v", h.enabled(), codes.Left, sessions, locked)
	}
	if diff := cmp.Diff([]string{"removal_completed"}, h.takeNotices()); diff != "" || h.last() != "mfa_removal.completed" {
		t.Errorf("%s: %s", h.last(), diff)
	}
	if _, err := h.Complete(ctx, token); !isExpired(err) {
		t.Errorf("completing twice: %v", err)
	}
	h.enroll("new phone")
	if _, open := h.current(); open {
		t.Error("a completed removal is still in progress")
	}
}

func TestComplete_Rejected(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	token := h.ready()
	other, err := h.Links.Issue(ctx, "ada", maillink.CompleteRemoval, "another removal", day)
	must(t, err)
	must(t, store.Accounts{DB: h.db}.Insert(ctx, account.Account{ID: "bob", Email: "bob@example.com"}))
	status, _ := h.current()
	bobs, err := h.Links.Issue(ctx, "bob", maillink.CompleteRemoval, status.ID, day)
	must(t, err)
	for what, candidate := range map[string]secret.Text{
		"a link that cancels":       h.links(maillink.CancelRemoval)[0],
		"a link of another removal": other,
		"a link of another account": bobs,
		"an unknown token":          secret.Random("tf_l_"),
		"nothing":                   {},
	} {
		if _, err := h.Complete(ctx, candidate); !isExpired(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := h.CancelByLink(ctx, token); !isExpired(err) {
		t.Errorf("the completion link can cancel: %v", err)
	}
	h.down = true
	if _, err := h.Complete(ctx, token); !errors.Is(err, mfaremoval.ErrUndelivered) {
		t.Errorf("with an undelivered notice: %v", err)
	}
	h.down = false
	if !h.enabled() {
		t.Fatal("MFA is off")
	}
	_, err = h.Complete(ctx, token)
	must(t, err)
}

func TestComplete_BeforeReady(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	status := h.request()
	early, err := h.Links.Issue(ctx, "ada", maillink.CompleteRemoval, status.ID, day) // as if it had been disclosed
	must(t, err)
	if _, err := h.Complete(ctx, early); !isExpired(err) || !h.enabled() {
		t.Errorf("got %v", err)
	}
}

func TestRequest_Concurrent(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	ids := make(chan string)
	for range 30 {
		go func() {
			status, err := h.Request(ctx, "ada", noon)
			ids <- fmt.Sprint(status.ID, err)
		}()
	}
	seen := make(map[string]int)
	for range 30 {
		seen[<-ids]++
	}
	if len(seen) != 1 || len(h.takeNotices()) != 2 {
		t.Errorf("got %v", seen)
	}
}

func TestComplete_ConcurrentCancel(t *testing.T) {
	t.Parallel()
	for way, c := range cancellations {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			for round := range 6 {
				h := newFixture(t)
				token := h.ready()
				start, completed, cancelled := make(chan struct{}), make(chan error), make(chan error)
				go func() { <-start; _, err := h.Complete(ctx, token); completed <- err }()
				go func() { <-start; cancelled <- c.cancel(h) }()
				close(start)
				won, lost := <-completed, <-cancelled
				if way == "by signing in with a code" {
					lost = nil // it succeeds with or without a removal to cancel
					if h.last() == "mfa_removal.completed" {
						lost = mfaremoval.ErrNotFound
					}
				}
				if (won == nil) == (lost == nil) {
					t.Fatalf("round %d: completed %v, cancelled %v", round, won, lost)
				}
				if h.enabled() != (lost == nil) {
					t.Fatalf("round %d: MFA is on %v, cancelled %v", round, h.enabled(), lost)
				}
			}
		})
	}
}

// state is everything that a removal changes.
type state struct {
	Open, Enabled bool
	Remaining     time.Duration
	Notices       int
	Links         int // that are valid
	Cancelled     bool
	Last          string
}

func (h *fixture) state(tokens []secret.Text) state {
	h.t.Helper()
	h.faults.Off()
	s := state{Enabled: h.enabled(), Last: h.last(), Notices: len(h.mails)}
	status, open := h.current()
	s.Open, s.Remaining = open, status.Remaining
	for _, token := range tokens {
		for _, p := range []maillink.Purpose{maillink.CancelRemoval, maillink.CompleteRemoval} {
			if _, err := h.Links.Lookup(ctx, p, token); err == nil {
				s.Links++
			}
		}
	}
	last, err := store.Removals{DB: h.db}.Last(ctx, "ada")
	s.Cancelled = err == nil && !last.CancelledAt.IsZero()
	return s
}

func TestFaults_LeaveNoPartialChange(t *testing.T) {
	t.Parallel()
	requested := func(h *fixture) { h.request() }
	ready := func(h *fixture) { h.ready() }
	for name, c := range map[string]struct {
		least int
		given func(h *fixture)
		do    func(h *fixture, tokens []secret.Text) error
	}{
		"requesting": {13, func(*fixture) {}, func(h *fixture, _ []secret.Text) error { _, err := h.Request(ctx, "ada", h.clock()); return err }},
		"requesting after an expired one": {19, func(h *fixture) { h.ready(); h.jump(8 * day) }, func(h *fixture, _ []secret.Text) error {
			_, err := h.Request(ctx, "ada", h.clock())
			return err
		}},
		"counting":               {9, func(h *fixture) { h.request(); h.jump(time.Minute) }, func(h *fixture, _ []secret.Text) error { return h.RunOnce(ctx) }},
		"reminding":              {13, func(h *fixture) { h.request(); h.jump(day) }, func(h *fixture, _ []secret.Text) error { return h.RunOnce(ctx) }},
		"becoming ready":         {14, func(h *fixture) { h.request(); h.pass(time.Hour); h.jump(time.Hour) }, func(h *fixture, _ []secret.Text) error { return h.RunOnce(ctx) }},
		"cancelling with a link": {8, requested, func(h *fixture, tokens []secret.Text) error { return h.CancelByLink(ctx, tokens[0]) }},
		"cancelling in a session": {7, requested, func(h *fixture, _ []secret.Text) error {
			_, err := h.Cancel(ctx, h.signIn(true))
			return err
		}},
		"completing": {13, ready, func(h *fixture, tokens []secret.Text) error {
			_, err := h.Complete(ctx, tokens[len(tokens)-1])
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for nth := 1; ; nth++ {
				h := newFixture(t)
				h.Limits.Delay = 2 * time.Hour
				c.given(h)
				tokens := append(h.links(maillink.CancelRemoval), h.links(maillink.CompleteRemoval)...)
				before := h.state(tokens)
				h.faults.FailAt(nth)
				err := c.do(h, tokens)
				struck := h.faults.Hit()
				after := h.state(tokens)
				if !struck {
					must(t, err)
					if nth <= c.least {
						t.Errorf("only %d calls can fail, want %d", nth-1, c.least)
					}
					if cmp.Equal(before, after) {
						t.Errorf("no call failed, but the state did not change: %+v", after)
					}
					return
				}
				if err == nil {
					t.Errorf("call %d failed, but no error was returned", nth)
				}
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("call %d failed, - before, + after:\n%s", nth, diff)
				}
			}
		})
	}
}
