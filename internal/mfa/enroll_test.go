package mfa_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"twofold/internal/mfa"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/stepup"
	"twofold/internal/throttle"
	"twofold/internal/totp"
)

func TestName_UniquePerAccount(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		there []string
		asked string
		want  string // empty for ErrNameTaken
	}{
		"a free one is kept":             {nil, "Pixel 11", "Pixel 11"},
		"space around it is dropped":     {nil, "  Pixel 11\u00a0", "Pixel 11"},
		"it is kept composed":            {nil, "Zu\u0308rich", "Z\u00fcrich"},
		"none is given one":              {nil, "", "Authenticator app"},
		"space alone is none":            {nil, " \u3000 ", "Authenticator app"},
		"the given one counts on":        {[]string{"Authenticator app"}, "", "Authenticator app 2"},
		"the given one counts past gaps": {[]string{"Authenticator app", "Authenticator app 3"}, "", "Authenticator app 2"},
		"the given one minds case":       {[]string{"AUTHENTICATOR APP"}, "", "Authenticator app 2"},
		"same name":                      {[]string{"Pixel"}, "Pixel", ""},
		"same name in capitals":          {[]string{"Pixel"}, "PIXEL", ""},
		"same name with spaces":          {[]string{"Pixel"}, " Pixel ", ""},
		"same name decomposed":           {[]string{"Z\u00fcrich"}, "ZU\u0308RICH", ""},
		"same name by case folding":      {[]string{"Stra\u00dfe"}, "STRASSE", ""},
		"look-alike name":                {[]string{"Pixel"}, "\u0420ixel", "\u0420ixel"},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			for _, at := range []string{"beginning", "confirming"} {
				h := newFixture(t)
				for _, name := range c.there {
					h.enroll(name)
				}
				g := h.grant("mfa.enroll")
				asked := c.asked
				if at == "confirming" {
					asked = "some other name"
				}
				b, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: asked}, g)
				got := b.Enrollment.Name
				if at == "confirming" {
					must(t, err)
					var m mfa.Method
					m, _, err = h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), c.asked, secret.Text{})
					got = m.Name
					if strings.TrimSpace(c.asked) == "" {
						c.want = "some other name" // the name it was begun with stays
					}
				}
				if c.want == "" {
					if s := h.state(g); !errors.Is(err, mfa.ErrNameTaken) || s.Tries != 0 || s.GrantAlive != (at == "beginning") {
						t.Errorf("%s: got %v, want ErrNameTaken without counting an attempt (%d) or consuming the token (valid: %v)", at, err, s.Tries, s.GrantAlive)
					}
					continue
				}
				if err != nil || got != c.want {
					t.Errorf("%s: got %q, %v, want %q", at, got, err, c.want)
				}
			}
		})
	}
}

func TestName_LengthInNFC(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		name string
		fits bool
	}{
		"64 letters":                               {strings.Repeat("x", 64), true},
		"65 letters":                               {strings.Repeat("x", 65), false},
		"64 letters and space around":              {" " + strings.Repeat("x", 64) + " ", true},
		"64 letters of two code points":            {strings.Repeat("u\u0308", 64), true},
		"a zero-width space":                       {"\u200b", false},
		"a Hangul filler":                          {"\u3164", false},
		"invisible characters and spaces":          {" \u3164 \u00ad\u2060", false},
		"a letter between invisible characters":    {"\u200bx\u200b", true},
		"33 letters that come apart when composed": {strings.Repeat("\u0958", 33), false},
	} {
		h := newFixture(t)
		g := h.grant("mfa.enroll")
		if _, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: c.name}, g); (err == nil) != c.fits || (!c.fits && !errors.Is(err, mfa.ErrInvalidName)) {
			t.Errorf("begin with %s: got %v, valid %v", what, err, c.fits)
		}
		if h.state(g).GrantAlive == c.fits {
			t.Errorf("begin with %s: token consumed %v, want %v", what, c.fits, !c.fits)
		}
		b := h.begin("phone")
		if _, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), c.name, secret.Text{}); (err == nil) != c.fits || (!c.fits && !errors.Is(err, mfa.ErrInvalidName)) {
			t.Errorf("confirm with %s: got %v, valid %v", what, err, c.fits)
		}
	}
}

func TestBegin_TooManyMethods(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	for range 5 {
		h.enroll("")
	}
	g := h.grant("mfa.enroll")
	if _, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: ""}, g); !errors.Is(err, mfa.ErrTooManyMethods) {
		t.Errorf("got %v, want ErrTooManyMethods", err)
	}
	if !h.state(g).GrantAlive {
		t.Error("the token was consumed")
	}
	found, err := h.Methods(ctx, "ada")
	if err != nil || found[4].Name != "Authenticator app 5" {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestConfirm_Refused(t *testing.T) {
	t.Parallel()
	for outcome, c := range map[string]struct {
		prepare func(h *fixture, b mfa.NewEnrollment) (sess session.Session, id, code string)
		want    error
		tries   int // counted; -1: the enrollment does not exist or has expired
	}{
		"wrong code": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			return h.sess, b.Enrollment.ID, h.wrong(b)
		}, mfa.ErrCodeRejected, 1},
		"six letters": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			return h.sess, b.Enrollment.ID, "abcdef"
		}, mfa.ErrCodeRejected, 1},
		"other session of the account": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			return h.resumed(h.elsewhere), b.Enrollment.ID, h.code(b)
		}, mfa.ErrNotFound, 0},
		"session of another account": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			return session.Session{ID: h.sess.ID, AccountID: "bob"}, b.Enrollment.ID, h.code(b)
		}, mfa.ErrNotFound, 0},
		"other id": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			return h.sess, "id-000", h.code(b)
		}, mfa.ErrNotFound, 0},
		"newer enrollment begun": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			h.begin("newer")
			return h.sess, b.Enrollment.ID, h.code(b)
		}, mfa.ErrNotFound, 0},
		"cancelled": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			must(h.t, h.Cancel(ctx, "ada", b.Enrollment.ID))
			return h.sess, b.Enrollment.ID, h.code(b)
		}, mfa.ErrNotFound, -1},
		"expired": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			h.now = b.Enrollment.ExpiresAt
			return h.sess, b.Enrollment.ID, h.code(b)
		}, mfa.ErrEnrollmentExpired, -1},
		"five wrong codes before": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			for range 5 {
				_, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.wrong(b), "", secret.Text{})
				if !errors.Is(err, mfa.ErrCodeRejected) {
					h.t.Fatal(err)
				}
			}
			return h.sess, b.Enrollment.ID, h.code(b)
		}, mfa.ErrEnrollmentExpired, -1},
		"during backoff": {func(h *fixture, b mfa.NewEnrollment) (session.Session, string, string) {
			for range 5 {
				h.left()
			}
			return h.sess, b.Enrollment.ID, h.code(b)
		}, throttle.ErrThrottled, 0},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			b := h.begin("phone")
			sess, id, code := c.prepare(h, b)
			if m, change, err := h.Confirm(ctx, sess, id, code, "", secret.Text{}); !errors.Is(err, c.want) || m.ID != "" || !change.NewToken.IsZero() {
				t.Errorf("got %+v, %+v, %v, want %v", m, change, err, c.want)
			}
			s := h.state(stepup.Grant{})
			if len(s.Methods) > 0 || s.Level != session.AAL1 || !s.Elsewhere {
				t.Errorf("the state changed: %+v", s)
			}
			if (s.Pending != "") != (c.tries >= 0) || (c.tries >= 0 && s.Tries != c.tries) {
				t.Errorf("pending enrollment %q with %d attempts, want %d", s.Pending, s.Tries, c.tries)
			}
		})
	}
}

func TestConfirm_RejectedErrorDetails(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	b := h.begin("phone")
	for i, c := range []struct {
		code string
		off  time.Duration
	}{
		{h.wrong(b), 0},
		{b.Key.Code(totp.StepAt(h.now) + 4), 2 * time.Minute},
		{b.Key.Code(totp.StepAt(h.now) - 4), -2 * time.Minute},
		{b.Key.Code(totp.StepAt(h.now) + 30), 0}, // a quarter of an hour is too much for a clock offset
	} {
		_, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, c.code, "", secret.Text{})
		var rejected *mfa.RejectedError
		if !errors.As(err, &rejected) || rejected.ClockOffset != c.off || rejected.Budget.Left != 4-i {
			t.Errorf("attempt %d: got %+v, want an offset of %s and %d attempts left", i+1, err, c.off, 4-i)
		}
	}
}

func TestConfirm_FirstMethod(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	g := h.grant("mfa.remove")
	b := h.begin("phone")
	for range 3 {
		if _, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.wrong(b), "", secret.Text{}); !errors.Is(err, mfa.ErrCodeRejected) {
			t.Fatal(err)
		}
	}
	m, change, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
	if err != nil || m.ID != b.Enrollment.ID || m.LastStep != totp.StepAt(h.now) || change.SessionsEnded != 1 || change.NewToken.IsZero() {
		t.Errorf("got %+v, %+v, %v", m, change, err)
	}
	if s := h.state(g); s.Session || s.Elsewhere || s.GrantAlive || s.Pending != "" {
		t.Errorf("the old token, another session, an older step-up token or the enrollment is still valid: %+v", s)
	}
	if sess := h.resumed(change.NewToken); sess.AMR.ACR() != session.AAL2 || sess.ID != h.sess.ID {
		t.Errorf("the session is %+v, want the same one at aal2", sess)
	}
	match, err := h.verify("ada", h.code(b))
	must(t, err)
	if err := h.ConsumeStep(ctx, "ada", match); !errors.Is(err, mfa.ErrCodeUsed) {
		t.Errorf("used code: got %v, want ErrCodeUsed", err)
	}
	if left := h.left(); left != 4 {
		t.Errorf("%d attempts left, want 4, because the right code clears the failures", left)
	}
}

func TestConcurrent_OneOfTwentySucceeds(t *testing.T) {
	t.Parallel()
	for what, prepare := range map[string]func(h *fixture) func() error{
		"begin, one token": func(h *fixture) func() error {
			g := h.grant("mfa.enroll")
			return func() error {
				_, err := h.Begin(ctx, h.sess, mfa.EnrollmentRequest{Email: "ada@example.com", Name: ""}, g)
				return err
			}
		},
		"confirm, one code": func(h *fixture) func() error {
			b := h.begin("")
			h.Limits.EnrollmentTries, h.Attempts.Limits.FreeAttempts = 100, 100
			return func() error {
				_, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
				return err
			}
		},
		"remove, one token": func(h *fixture) func() error {
			m, _ := h.enroll("")
			g := h.grant("mfa.remove")
			return func() error { _, err := h.Remove(ctx, h.sess, m.ID, g); return err }
		},
		"use, one code": func(h *fixture) func() error {
			_, b := h.enroll("")
			match, err := h.verify("ada", h.code(b))
			must(h.t, err)
			return func() error { return h.ConsumeStep(ctx, "ada", match) }
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newFixture(t)
			do := prepare(h)
			var done sync.WaitGroup
			var succeeded atomic.Int32
			for range 20 {
				done.Go(func() {
					switch err := do(); {
					case err == nil:
						succeeded.Add(1)
					case !errors.Is(err, mfa.ErrNotFound) && !errors.Is(err, mfa.ErrEnrollmentExpired) && !errors.Is(err, mfa.ErrCodeUsed) && !errors.Is(err, stepup.ErrRefused):
						t.Error(err)
					}
				})
			}
			done.Wait()
			if succeeded.Load() != 1 {
				t.Errorf("%d succeeded, want 1", succeeded.Load())
			}
		})
	}
}
