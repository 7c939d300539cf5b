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
	"twofold/internal/secret"
	"twofold/internal/store"
	"twofold/internal/throttle"
)

func isExpired(err error) bool { return errors.Is(err, maillink.ErrExpired) }

// reasonOf is why nobody can ask; empty where somebody can.
func reasonOf(err error) mfaremoval.Reason {
	var refused *mfaremoval.UnavailableError
	if errors.As(err, &refused) {
		return refused.Reason
	}
	if err != nil {
		return mfaremoval.Reason(err.Error())
	}
	return ""
}

func (h *fixture) enrollFor(accountID string) {
	h.t.Helper()
	must(h.t, store.Methods{DB: h.db}.InsertMethod(ctx, mfa.Method{
		ID: accountID + "'s", AccountID: accountID, Type: mfa.TOTP, Name: "phone", SealedKey: []byte("k"), CreatedAt: noon.Add(-40 * day),
	}))
}

// ways are the ways to cancel.
var ways = map[string]struct {
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

func TestEveryWayToCancelEndsItForAMonth(t *testing.T) {
	t.Parallel()
	for way, c := range ways {
		for moment, until := range map[string]func(h *fixture){
			"while the time runs": func(h *fixture) { h.request() },
			"when it is over":     func(h *fixture) { h.ready() },
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
				told := h.told()
				if last := told[len(told)-1]; last != "removal_cancelled" {
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
					t.Errorf("asking again within the pause: %v", err)
				}
				if !h.enabled() || len(h.told()) != 0 {
					t.Error("a cancelled removal goes on")
				}
				h.pass(time.Minute)
				h.request()
			})
		}
	}
}

func TestASessionOfOneFactorCancelsNothing(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.request()
	if _, err := h.Cancel(ctx, h.signIn(false)); !errors.Is(err, mfaremoval.ErrMFASessionRequired) {
		t.Errorf("got %v", err)
	}
	if _, open := h.current(); !open {
		t.Error("it is cancelled")
	}
}

func TestCompletingTakesEverythingAtOnce(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	token := h.ready()
	h.told()
	h.signIn(true)
	h.signIn(false)
	h.fail(throttle.TOTP, 7-2)
	must(t, store.Methods{DB: h.db}.InsertRecoveryCodes(ctx, []mfa.StoredRecoveryCode{{ID: "c", AccountID: "ada", Hash: "h", CreatedAt: noon}}))
	done, err := h.Complete(ctx, token)
	must(t, err)
	if want := (mfaremoval.Receipt{SessionsEnded: 2, NoticesSent: 1}); done != want {
		t.Errorf("got %+v, want %+v", done, want)
	}
	stock, err := h.methods.RecoveryCodeStatus(ctx, "ada")
	must(t, err)
	sessions, err := h.methods.Sessions.EndOthers(ctx, "ada", "")
	must(t, err)
	held, err := h.tries.LockedSince(ctx, "ada", noon, throttle.TOTP)
	must(t, err)
	if h.enabled() || stock.Left != 0 || sessions != 0 || held {
		t.Errorf("MFA on %v, %d codes, %d sessions, codes wait %v", h.enabled(), stock.Left, sessions, held)
	}
	if diff := cmp.Diff([]string{"removal_completed"}, h.told()); diff != "" || h.last() != "mfa_removal.completed" {
		t.Errorf("%s: %s", h.last(), diff)
	}
	if _, err := h.Complete(ctx, token); !isExpired(err) {
		t.Errorf("completing twice: %v", err)
	}
	h.enroll("new phone")
	if _, open := h.current(); open {
		t.Error("the removal outlived its completion")
	}
}

func TestWhatDoesNotCompleteARemoval(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	token := h.ready()
	other, err := h.Links.Issue(ctx, "ada", maillink.CompleteRemoval, "another removal", day)
	must(t, err)
	must(t, store.Accounts{DB: h.db}.Insert(ctx, account.Account{ID: "bob", Email: "bob@example.com"}))
	status, _ := h.current()
	bobs, err := h.Links.Issue(ctx, "bob", maillink.CompleteRemoval, status.ID, day)
	must(t, err)
	for what, t2 := range map[string]secret.Text{
		"a link that cancels":       h.links(maillink.CancelRemoval)[0],
		"a link of another removal": other,
		"a link of another account": bobs,
		"a token that never was":    secret.Random("tf_l_"),
		"nothing":                   {},
	} {
		if _, err := h.Complete(ctx, t2); !isExpired(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := h.CancelByLink(ctx, token); !isExpired(err) {
		t.Errorf("the link that completes cancels: %v", err)
	}
	h.down = true
	if _, err := h.Complete(ctx, token); !errors.Is(err, mfaremoval.ErrUndelivered) {
		t.Errorf("with a notice under way: %v", err)
	}
	h.down = false
	if !h.enabled() {
		t.Fatal("MFA is off")
	}
	_, err = h.Complete(ctx, token)
	must(t, err)
}

func TestALinkBeforeTheTimeIsOverCompletesNothing(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	status := h.request()
	early, err := h.Links.Issue(ctx, "ada", maillink.CompleteRemoval, status.ID, day) // as if one had leaked
	must(t, err)
	if _, err := h.Complete(ctx, early); !isExpired(err) || !h.enabled() {
		t.Errorf("got %v", err)
	}
}

func TestManyRequestsAtOnceAreOneRemoval(t *testing.T) {
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
	if len(seen) != 1 || len(h.told()) != 2 {
		t.Errorf("got %v", seen)
	}
}

func TestOfACancelAndACompletionAtOnceOneWins(t *testing.T) {
	t.Parallel()
	for way, c := range ways {
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
					lost = nil // it goes on whether there was one to cancel or not
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

// state is all that a removal changes.
type state struct {
	Open, Enabled bool
	Remaining     time.Duration
	Told, Links   int
	Cancelled     bool
	Last          string
}

func (h *fixture) state(tokens []secret.Text) state {
	h.t.Helper()
	h.faults.Off()
	s := state{Enabled: h.enabled(), Last: h.last(), Told: len(h.mails)}
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

func TestAPartThatFailsLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	asked := func(h *fixture) { h.request() }
	ready := func(h *fixture) { h.ready() }
	for name, c := range map[string]struct {
		least int
		given func(h *fixture)
		do    func(h *fixture, tokens []secret.Text) error
	}{
		"asking": {13, func(*fixture) {}, func(h *fixture, _ []secret.Text) error { _, err := h.Request(ctx, "ada", h.clock()); return err }},
		"asking after one that ended": {19, func(h *fixture) { h.ready(); h.jump(8 * day) }, func(h *fixture, _ []secret.Text) error {
			_, err := h.Request(ctx, "ada", h.clock())
			return err
		}},
		"counting":               {9, func(h *fixture) { h.request(); h.jump(time.Minute) }, func(h *fixture, _ []secret.Text) error { return h.RunOnce(ctx) }},
		"reminding":              {13, func(h *fixture) { h.request(); h.jump(day) }, func(h *fixture, _ []secret.Text) error { return h.RunOnce(ctx) }},
		"being over":             {14, func(h *fixture) { h.request(); h.pass(time.Hour); h.jump(time.Hour) }, func(h *fixture, _ []secret.Text) error { return h.RunOnce(ctx) }},
		"cancelling with a link": {8, asked, func(h *fixture, tokens []secret.Text) error { return h.CancelByLink(ctx, tokens[0]) }},
		"cancelling in a session": {7, asked, func(h *fixture, _ []secret.Text) error {
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
						t.Errorf("only %d calls could fail, want %d", nth-1, c.least)
					}
					if cmp.Equal(before, after) {
						t.Errorf("nothing failed, and nothing happened: %+v", after)
					}
					return
				}
				if err == nil {
					t.Errorf("call %d failed unsaid", nth)
				}
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("call %d failed, - before, + after:\n%s", nth, diff)
				}
			}
		})
	}
}
