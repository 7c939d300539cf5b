package mfa_test

import (
	"errors"
	"testing"

	"twofold/internal/mfa"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

func TestMatchCode_ChangesNothing(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	m, b := h.enroll("phone")
	for range 3 {
		match, err := h.verify("ada", h.code(b))
		if err != nil || len(match) != 1 || match[0].MethodID != m.ID || match[0].Step != totp.StepAt(h.now) {
			t.Errorf("got %+v, %v", match, err)
		}
	}
	for what, code := range map[string]string{"wrong": h.wrong(b), "empty": "", "short": "12345", "spaced": " " + h.code(b), "two steps on": b.Key.Code(totp.StepAt(h.now) + 2)} {
		if match, err := h.verify("ada", code); err != nil || len(match) != 0 {
			t.Errorf("%s: got %+v, %v, want no match", what, match, err)
		}
	}
	if match, err := h.verify("bob", h.code(b)); err != nil || len(match) != 0 {
		t.Errorf("for another account: got %+v, %v, want no match", match, err)
	}
}

func TestConsumeStep_UsesUpEarlierSteps(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	_, b := h.enroll("phone")
	now := totp.StepAt(h.now)
	for _, c := range []struct {
		step totp.Step
		want error
	}{
		{now - 1, mfa.ErrCodeUsed}, // Confirm has used it
		{now + 1, nil}, {now + 1, mfa.ErrCodeUsed}, {now, mfa.ErrCodeUsed},
	} {
		match, err := h.verify("ada", b.Key.Code(c.step))
		must(t, err)
		if err := h.ConsumeStep(ctx, "ada", match); !errors.Is(err, c.want) {
			t.Errorf("the code of step %+d: got %v, want %v", c.step-now, err, c.want)
		}
	}
}

func TestConsumeStep_TwoMethodsOnceEach(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	first, b := h.enroll("phone")
	twin := first
	twin.ID, twin.Name, twin.LastStep = "twin", "twin", 0
	var err error
	twin.SealedKey, err = h.ring.Seal(b.Key.Bytes(), "ada", "twin")
	must(t, err)
	must(t, h.Store.InsertMethod(ctx, twin))
	for i, want := range []error{nil, nil, mfa.ErrCodeUsed} {
		match, err := h.verify("ada", h.code(b))
		must(t, err)
		if err := h.ConsumeStep(ctx, "ada", match); !errors.Is(err, want) {
			t.Errorf("use %d: got %v, want %v, because every matching method is tried before a code counts as used", i+1, err, want)
		}
	}
}

func TestConsumeStep_TwoStepsUsesUpBoth(t *testing.T) {
	t.Parallel()
	const first totp.Step = 62075368 // with the key of RFC 6238, this step and the next have the same code
	h := newFixture(t)
	m, _ := h.enroll("phone")
	key, err := totp.KeyFromBytes([]byte("12345678901234567890"))
	must(t, err)
	m.ID, m.Name, m.LastStep = "rfc", "rfc", 0
	m.SealedKey, err = h.ring.Seal(key.Bytes(), "ada", "rfc")
	must(t, err)
	must(t, h.Store.InsertMethod(ctx, m))
	code := key.Code(first)
	if other := key.Code(first + 1); other != code {
		t.Fatalf("the codes are %s and %s, want one", code, other)
	}
	for _, c := range []struct {
		at   totp.Step
		want error
	}{{first, nil}, {first + 1, mfa.ErrCodeUsed}, {first + 2, mfa.ErrCodeUsed}} {
		h.now = c.at.Time()
		match, err := h.verify("ada", code)
		must(t, err)
		if err := h.ConsumeStep(ctx, "ada", match); !errors.Is(err, c.want) {
			t.Errorf("at step %+d: got %v, want %v", c.at-first, err, c.want)
		}
	}
}

func TestConsumeStep_EmptyMatch(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	if err := h.ConsumeStep(ctx, "ada", nil); !errors.Is(err, mfa.ErrCodeUsed) {
		t.Errorf("got %v, want ErrCodeUsed", err)
	}
	_, b := h.enroll("phone")
	match, err := h.verify("ada", h.code(b))
	must(t, err)
	if err := h.ConsumeStep(ctx, "bob", match); !errors.Is(err, mfa.ErrCodeUsed) {
		t.Errorf("other account: got %v, want ErrCodeUsed", err)
	}
}

func TestRemove_Refused(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	m, _ := h.enroll("phone")
	g, consumed := h.grant("mfa.remove"), h.grant("mfa.remove")
	must(t, h.StepUps.Consume(ctx, consumed))
	bob := session.Session{ID: h.sess.ID, AccountID: "bob"}
	for what, c := range map[string]struct {
		sess  session.Session
		id    string
		grant stepup.Grant
		want  error
	}{
		"unknown id":                {h.sess, "id-000", g, mfa.ErrNotFound},
		"with a consumed token":     {h.sess, m.ID, consumed, stepup.ErrRefused},
		"with no token":             {h.sess, m.ID, stepup.Grant{}, stepup.ErrRefused},
		"method of another account": {bob, m.ID, g, nil},
	} {
		_, err := h.Remove(ctx, c.sess, c.id, c.grant)
		if err == nil || (c.want != nil && !errors.Is(err, c.want)) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
	}
	if s := h.state(g); len(s.Methods) != 1 || !s.GrantAlive || !s.Session || !s.Elsewhere {
		t.Errorf("the state changed: %+v", s)
	}
}

func TestRemove_OneOfTwoKeepsMFAOn(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	first, _ := h.enroll("phone")
	h.enroll("tablet")
	change, err := h.Remove(ctx, h.sess, first.ID, h.grant("mfa.remove"))
	if err != nil || change.SessionsEnded != 1 {
		t.Errorf("got %+v, %v, want the other session ended", change, err)
	}
	if enabled, err := h.Enabled(ctx, "ada"); err != nil || !enabled {
		t.Errorf("enabled = %v, %v", enabled, err)
	}
}

func TestReset_ClearsFailuresAndRevokesAll(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll("phone")
	h.begin("tablet")
	g := h.grant("mfa.remove")
	for range 5 {
		h.left()
	}
	methods, done, err := h.Reset(ctx, "ada", "", "lost the phone")
	if err != nil || methods != 1 || done.SessionsEnded != 2 {
		t.Errorf("got %d methods, %d sessions, %v, want 1 and 2", methods, done.SessionsEnded, err)
	}
	if s := h.state(g); len(s.Methods) > 0 || s.Pending != "" || s.Session || s.Elsewhere || s.GrantAlive {
		t.Errorf("state after the reset: %+v", s)
	}
	if left := h.left(); left != 4 {
		t.Errorf("%d left, want 4", left)
	}
	if _, _, err := h.Reset(ctx, "nobody", "", "x"); err == nil {
		t.Error("resetting an unknown account succeeded")
	}
}

func TestAttemptFor_SessionBucket(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		sess session.Session
		want throttle.Bucket
	}{
		"at sign-in":               {session.Session{}, throttle.AnonymousBucket},
		"session with one factor":  {session.Session{ID: "s", AMR: session.AMRFor(false)}, throttle.AnonymousBucket},
		"session with two factors": {session.Session{ID: "s", AMR: session.AMRFor(true)}, throttle.SessionBucket("s")},
		"no session, two factors":  {session.Session{AMR: session.AMRFor(true)}, throttle.AnonymousBucket},
	} {
		want := throttle.Attempt{Subject: "ada", Kind: throttle.TOTP, Bucket: c.want}
		if got := mfa.AttemptFor("ada", c.sess); got != want {
			t.Errorf("%s: got %+v, want %+v", what, got, want)
		}
	}
}

func TestState_EnrollmentExpires(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	if st, err := h.State(ctx, "ada"); err != nil || st.Enrollment.ID != "" {
		t.Errorf("before an enrollment: got %+v, %v", st.Enrollment, err)
	}
	b := h.begin("phone")
	h.now = b.Enrollment.ExpiresAt.Add(-1)
	if st, err := h.State(ctx, "ada"); err != nil || st.Enrollment.ID != b.Enrollment.ID {
		t.Errorf("just before the expiry: got %+v, %v", st.Enrollment, err)
	}
	h.now = b.Enrollment.ExpiresAt
	if st, err := h.State(ctx, "ada"); err != nil || st.Enrollment.ID != "" {
		t.Errorf("at the expiry: got %+v, %v", st.Enrollment, err)
	}
	for what, c := range map[string][2]string{"another account's": {"bob", b.Enrollment.ID}, "none": {"ada", "id-000"}} {
		if err := h.Cancel(ctx, c[0], c[1]); !errors.Is(err, mfa.ErrNotFound) {
			t.Errorf("cancel %s: got %v, want ErrNotFound", what, err)
		}
	}
}

func TestBegin_AddressInvalidInKeyURI(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	g := h.grant("mfa.enroll")
	if _, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada:x@example.com"}, g); !errors.Is(err, totp.ErrLabel) {
		t.Errorf("got %v, want ErrLabel", err)
	}
	if !h.state(g).GrantAlive {
		t.Error("the token was consumed")
	}
}
