package mfa_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/mfa"
	"twofold/internal/notify"
	"twofold/internal/password"
	"twofold/internal/secret"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
)

// posted records the notices that are enqueued.
type posted struct {
	mfa.Notices
	all *[]notify.Notice
}

func (p posted) Enqueue(ctx context.Context, n notify.Notice) (int, error) {
	*p.all = append(*p.all, n)
	return p.Notices.Enqueue(ctx, n)
}

func TestChanges_ReceiptAndNotice(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	var all []notify.Notice
	h.Notices = posted{h.Notices, &all}
	wantNotice := func(what string, c mfa.ChangeResult, codes int, want notify.Notice) {
		t.Helper()
		want.AccountID = "ada"
		if diff := cmp.Diff([]notify.Notice{want}, all); diff != "" {
			t.Errorf("%s: notices, - want, + got:\n%s", what, diff)
		}
		if c.NoticesSent != 1 || c.RecoveryCodesLeft != codes || c.SessionsEnded != 1 {
			t.Errorf("%s: got %+v, want one notice, one session and %d codes", what, c, codes)
		}
		all = nil
		if !c.NewToken.IsZero() {
			h.token = c.NewToken
		}
		h.sess = h.resumed(h.token)
		_, h.elsewhere = h.signIn("token")
		h.now = h.now.Add(30 * time.Second)
	}
	b := h.begin("phone")
	phone, c, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
	must(t, err)
	wantNotice("first method", c, 2, notify.Notice{Kind: notify.MethodAdded, Subject: phone.ID, Name: "phone", First: true})
	b = h.begin("tablet")
	tablet, c, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
	must(t, err)
	wantNotice("second method", c, 2, notify.Notice{Kind: notify.MethodAdded, Subject: tablet.ID, Name: "tablet"})
	b, err = h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: "new", Replaces: phone.ID}, h.grant("mfa.enroll"))
	must(t, err)
	fresh, c, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
	must(t, err)
	wantNotice("replacement", c, 2, notify.Notice{Kind: notify.MethodReplaced, Subject: fresh.ID, Name: "new"})
	c, err = h.GenerateRecoveryCodes(ctx, h.sess, h.grant("mfa.recovery_codes"))
	must(t, err)
	wantNotice("new codes", c, 2, notify.Notice{Kind: notify.RecoveryCodesGenerated})
	c, err = h.Remove(ctx, h.sess, tablet.ID, h.grant("mfa.remove"))
	must(t, err)
	wantNotice("one removed", c, 2, notify.Notice{Kind: notify.MethodRemoved, Name: "tablet"})
	c, err = h.Remove(ctx, h.sess, fresh.ID, h.grant("mfa.remove"))
	must(t, err)
	wantNotice("last removed", c, 0, notify.Notice{Kind: notify.MethodRemoved, Name: "new"})
}

// found returns the id of one of the account's codes.
func (h *fixture) found(shown string) string {
	h.t.Helper()
	code, err := mfa.ParseRecoveryCode(shown)
	must(h.t, err)
	id, err := h.MatchRecoveryCode(ctx, "ada", code)
	must(h.t, err)
	return id
}

func TestRecoveryCode_MatchedUsedOrUnusedAndConsumedOnce(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll("phone")
	c, err := h.GenerateRecoveryCodes(ctx, h.sess, h.grant("mfa.recovery_codes"))
	must(t, err)
	var all []notify.Notice
	h.Notices = posted{h.Notices, &all}
	shown := c.RecoveryCodes[1].Reveal()
	id := h.found(shown)
	must(t, h.ConsumeRecoveryCode(ctx, "ada", id))
	if again := h.found(shown); again != id {
		t.Errorf("a used code matches %q, want %q, so that it is reported as used and not as wrong", again, id)
	}
	if err := h.ConsumeRecoveryCode(ctx, "ada", id); !errors.Is(err, mfa.ErrCodeUsed) {
		t.Errorf("second use: got %v, want ErrCodeUsed", err)
	}
	if id := h.found("0000-0000-0000-0000"); id != "" {
		t.Errorf("a wrong code matches %q", id)
	}
	if err := h.ConsumeRecoveryCode(ctx, "bob", h.found(c.RecoveryCodes[0].Reveal())); !errors.Is(err, mfa.ErrCodeUsed) {
		t.Errorf("other account: got %v, want ErrCodeUsed", err)
	}
	if diff := cmp.Diff([]notify.Notice{{Kind: notify.RecoveryCodeUsed, AccountID: "ada", Count: 1}}, all); diff != "" {
		t.Errorf("notices, - want, + got:\n%s", diff)
	}
}

func TestConsumeRecoveryCode_UnlocksTOTPOnlyAtHardLimit(t *testing.T) {
	t.Parallel()
	for outcome, failures := range map[string]int{"at the hard limit all is forgiven": 100, "below it nothing is": 99} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			h.enroll("phone")
			c, err := h.GenerateRecoveryCodes(ctx, h.sess, h.grant("mfa.recovery_codes"))
			must(t, err)
			g := mfa.AttemptFor("ada", h.sess)
			for range failures {
				_, err := h.Attempts.Reserve(ctx, g, throttle.SubLimit{})
				must(t, err)
				h.now = h.now.Add(time.Hour)
			}
			must(t, h.ConsumeRecoveryCode(ctx, "ada", h.found(c.RecoveryCodes[0].Reveal())))
			left, err := h.Attempts.Counts(ctx, g)
			if want := failures % 100; err != nil || left.Total != want {
				t.Errorf("%d failures are left, %v, want %d", left.Total, err, want)
			}
		})
	}
}

func TestGenerateRecoveryCodes_BusyHasherKeepsCodes(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll("phone")
	g := h.grant("mfa.recovery_codes")
	before := h.state(g)
	busy, err := password.NewTestHasher(password.TestParams, 1, 0, 0)
	must(t, err)
	_, err = busy.Acquire(ctx, "another account")
	must(t, err)
	h.Hasher = busy
	if c, err := h.GenerateRecoveryCodes(ctx, h.sess, g); !errors.Is(err, password.ErrBusy) || len(c.RecoveryCodes) > 0 {
		t.Errorf("got %+v, %v, want ErrBusy", c, err)
	}
	if diff := cmp.Diff(before, h.state(g)); diff != "" {
		t.Errorf("the state changed, - before, + after:\n%s", diff)
	}
}

// Ten hashes are a third of a second of a processor, whatever becomes of the request.
func TestGenerateRecoveryCodes_GrantPermitsAFewHashes(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll("phone")
	g := h.grant("mfa.recovery_codes")
	_, err := h.GenerateRecoveryCodes(ctx, h.sess, g)
	must(t, err)
	for range 4 {
		if _, err := h.GenerateRecoveryCodes(ctx, h.sess, g); !errors.Is(err, stepup.ErrRefused) {
			t.Errorf("got %v, want ErrRefused", err)
		}
	}
	if left, counted, err := h.Attempts.CountTry(ctx, "ada", g.ID, 4); err != nil || !counted || left != 0 {
		t.Errorf("a fourth use: counted = %t, %d left, %v, want the first three counted, and the others refused before hashing", counted, left, err)
	}
}

func TestGenerateRecoveryCodes_NeedsMFA(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	g := h.grant("mfa.recovery_codes")
	if c, err := h.GenerateRecoveryCodes(ctx, h.sess, g); !errors.Is(err, mfa.ErrMFANotEnabled) || len(c.RecoveryCodes) > 0 {
		t.Errorf("got %+v, %v, want ErrMFANotEnabled", c, err)
	}
	if s := h.state(g); !s.GrantAlive || len(s.Codes) > 0 {
		t.Errorf("the token was consumed, or codes were generated: %+v", s)
	}
	factors := func() ([]throttle.Kind, error) {
		st, err := h.State(ctx, "ada")
		return mfa.AvailableFactors(st.Methods, st.RecoveryCodes.Left), err
	}
	if can, err := factors(); err != nil || len(can) > 0 {
		t.Errorf("available factors: %v, %v", can, err)
	}
	h.enroll("phone")
	can, err := factors()
	if diff := cmp.Diff([]throttle.Kind{throttle.TOTP, throttle.RecoveryCode}, can); err != nil || diff != "" {
		t.Errorf("available factors with MFA, %v, - want, + got:\n%s", err, diff)
	}
}
