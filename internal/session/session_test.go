package session_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/account"
	"twofold/internal/secret"
	"twofold/internal/session"
	"twofold/internal/store"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// desk is a service over a real database, with a clock that the test advances.
type desk struct {
	*session.Service
	now time.Time
}

func open(t *testing.T) *desk {
	t.Helper()
	db, err := store.Open("sqlite:"+filepath.Join(t.TempDir(), "twofold.db"), store.Options{}, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	must(t, db.Migrate(ctx))
	for _, id := range []string{"ada", "bob"} {
		must(t, store.Accounts{DB: db}.Insert(ctx, account.Account{ID: id, Email: id}))
	}
	d := &desk{now: noon}
	ids := 0
	d.Service = &session.Service{
		Store: store.Sessions{DB: db},
		Limits: session.Limits{
			AAL1Idle: time.Hour, AAL1Absolute: 24 * time.Hour, AAL2Idle: 30 * time.Minute, AAL2Absolute: 12 * time.Hour, PerAccount: 20,
		},
		Now: func() time.Time { return d.now }, NewID: func() string { ids++; return fmt.Sprintf("session-%03d", ids) },
	}
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) opened(t *testing.T, accountID string, withCode bool, delivery session.Delivery) (session.Session, secret.Text) {
	t.Helper()
	s, token, err := d.Create(ctx, session.CreateParams{
		AccountID: accountID, Delivery: delivery, AMR: session.AMRFor(withCode), IP: "192.0.2.1", UserAgent: "test",
	})
	must(t, err)
	return s, token
}

// lives reports whether a token still belongs to a session. It counts as a use.
func (d *desk) lives(t *testing.T, token secret.Text) bool {
	t.Helper()
	_, err := d.Resume(ctx, token)
	if err != nil && !errors.Is(err, session.ErrEnded) {
		t.Fatal(err)
	}
	return err == nil
}

func TestResume_AsCreated(t *testing.T) {
	t.Parallel()
	d := open(t)
	s, token := d.opened(t, "ada", true, session.Token)
	want := session.Session{
		ID: s.ID, AccountID: "ada", Delivery: session.Token, AMR: session.AMR{"pwd", "otp", "mfa"}, AuthTime: noon, CreatedAt: noon,
		LastUsedAt: noon, AbsoluteExpiry: noon.Add(12 * time.Hour), IP: "192.0.2.1", UserAgent: "test",
	}
	got, err := d.Resume(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if text := token.Reveal(); !strings.HasPrefix(text, "tf_s_") || len(text) != len("tf_s_")+43 {
		t.Errorf("the token has %d characters and begins with %.5s, want tf_s_ and 43 characters", len(text), text)
	}
}

func TestResume_UnknownToken(t *testing.T) {
	t.Parallel()
	d := open(t)
	s, token := d.opened(t, "ada", false, session.Cookie)
	text := token.Reveal()
	for what, other := range map[string]string{
		"nothing": "", "a made-up one": "tf_s_" + strings.Repeat("A", 43), "one character less": text[:len(text)-1],
		"one character more": text + "A", "a space after it": text + " ", "upper case": strings.ToUpper(text), "the session's id": s.ID,
		"without its prefix": strings.TrimPrefix(text, "tf_s_"),
	} {
		if d.lives(t, secret.New(other)) {
			t.Errorf("%s resumes a session", what)
		}
	}
}

func TestResume_Limits(t *testing.T) {
	t.Parallel()
	const never = time.Duration(0)
	for outcome, c := range map[string]struct {
		withCode bool
		every    time.Duration // used so often, until
		until    time.Duration
		then     time.Duration // and then again after
		lives    bool
	}{
		"not within an hour of one factor":               {false, never, 0, time.Hour - time.Microsecond, true},
		"after an hour without use, one factor":          {false, never, 0, time.Hour, false},
		"not within half an hour of two":                 {true, never, 0, 30*time.Minute - time.Microsecond, true},
		"after half an hour without use, two":            {true, never, 0, 30 * time.Minute, false},
		"not while it is used, one factor, within a day": {false, 20 * time.Minute, 23*time.Hour + 40*time.Minute, 20*time.Minute - time.Microsecond, true},
		"after a day in spite of use, one factor":        {false, 20 * time.Minute, 23*time.Hour + 40*time.Minute, 20 * time.Minute, false},
		"not while it is used, two, within half a day":   {true, 20 * time.Minute, 11*time.Hour + 40*time.Minute, 20*time.Minute - time.Microsecond, true},
		"after half a day in spite of use, two":          {true, 20 * time.Minute, 11*time.Hour + 40*time.Minute, 20 * time.Minute, false},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			_, token := d.opened(t, "ada", c.withCode, session.Cookie)
			for at := c.every; at <= c.until && c.every > 0; at += c.every {
				d.now = noon.Add(at)
				if !d.lives(t, token) {
					t.Fatalf("the session ended %s after its creation", at)
				}
			}
			d.now = noon.Add(c.until + c.then)
			if got := d.lives(t, token); got != c.lives {
				t.Errorf("valid = %v, want %v", got, c.lives)
			}
		})
	}
}

func TestResume_TouchedOncePerThirtiethOfIdleLimit(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, token := d.opened(t, "ada", false, session.Cookie)
	for _, c := range []struct{ at, noted time.Duration }{
		{time.Minute, 0}, {2*time.Minute - time.Microsecond, 0}, {2 * time.Minute, 2 * time.Minute}, {3 * time.Minute, 2 * time.Minute}, {5 * time.Minute, 5 * time.Minute},
	} {
		d.now = noon.Add(c.at)
		s, err := d.Resume(ctx, token)
		if err != nil || !s.LastUsedAt.Equal(noon.Add(c.noted)) {
			t.Errorf("used %s after the creation: recorded %v, %v, want %s", c.at, s.LastUsedAt, err, c.noted)
		}
	}
}

func TestResume_ClockGoesBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, token := d.opened(t, "ada", false, session.Cookie)
	d.now = noon.Add(-time.Hour)
	if !d.lives(t, token) {
		t.Error("the session ended")
	}
	d.now = noon.AddDate(1, 0, 0)
	if d.lives(t, token) {
		t.Error("the session is still valid a year later")
	}
}

func TestElevate(t *testing.T) {
	t.Parallel()
	later := noon.Add(20 * time.Minute)
	t.Run("to two factors starts its time and limits anew", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, token := d.opened(t, "ada", false, session.Cookie)
		d.now = later
		raised, err := d.Elevate(ctx, s, session.AMRFor(true))
		must(t, err)
		kept, err := d.Resume(ctx, token)
		must(t, err)
		want := s
		want.AMR, want.AuthTime, want.LastUsedAt, want.AbsoluteExpiry = session.AMRFor(true), later, later, later.Add(12*time.Hour)
		for _, got := range []session.Session{raised, kept} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("- want, + got:\n%s", diff)
			}
		}
	})
	t.Run("where it is as strong already changes nothing", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, _ := d.opened(t, "ada", true, session.Cookie)
		d.now = later
		got, err := d.Elevate(ctx, s, session.AMRFor(true))
		if diff := cmp.Diff(s, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
	t.Run("a session that ended meanwhile does not open it again", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, token := d.opened(t, "ada", false, session.Cookie)
		must(t, d.End(ctx, "ada", s.ID))
		if _, err := d.Elevate(ctx, s, session.AMRFor(true)); !errors.Is(err, session.ErrEnded) {
			t.Errorf("got %v, want ErrEnded", err)
		}
		if d.lives(t, token) {
			t.Error("the session exists again")
		}
	})
}

func TestRotateToken(t *testing.T) {
	t.Parallel()
	t.Run("a cookie's session gets another token, and the old one dies", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, old := d.opened(t, "ada", true, session.Cookie)
		renewed, err := d.RotateToken(ctx, s)
		must(t, err)
		if d.lives(t, old) || !d.lives(t, renewed) {
			t.Errorf("old token valid %v, new one %v, want false and true", d.lives(t, old), d.lives(t, renewed))
		}
	})
	t.Run("a script's session keeps its own", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, token := d.opened(t, "ada", true, session.Token)
		renewed, err := d.RotateToken(ctx, s)
		if err != nil || !renewed.IsZero() || !d.lives(t, token) {
			t.Errorf("a new token: %v, %v; old token valid: %v", !renewed.IsZero(), err, d.lives(t, token))
		}
	})
	t.Run("a session that ended is refused", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, _ := d.opened(t, "ada", true, session.Cookie)
		must(t, d.End(ctx, "ada", s.ID))
		if renewed, err := d.RotateToken(ctx, s); !errors.Is(err, session.ErrEnded) || !renewed.IsZero() {
			t.Errorf("got %v, want ErrEnded and no token", err)
		}
	})
}
