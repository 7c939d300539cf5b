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

// fixture is a service over a real database, with a clock that the test advances.
type fixture struct {
	*session.Service
	now time.Time
}

func open(t *testing.T) *fixture {
	t.Helper()
	db, err := store.Open("sqlite:"+filepath.Join(t.TempDir(), "twofold.db"), store.Options{}, slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	must(t, db.Migrate(ctx))
	for _, id := range []string{"ada", "bob"} {
		must(t, store.Accounts{DB: db}.Insert(ctx, account.Account{ID: id, Email: id}))
	}
	d := &fixture{now: noon}
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

func (d *fixture) create(t *testing.T, accountID string, withCode bool, delivery session.Delivery) (session.Session, secret.Text) {
	t.Helper()
	s, token, err := d.Create(ctx, session.CreateParams{
		AccountID: accountID, Delivery: delivery, AMR: session.AMRFor(withCode), IP: "192.0.2.1", UserAgent: "test",
	})
	must(t, err)
	return s, token
}

// isValid reports whether a token belongs to a session. It counts as a use of the session.
func (d *fixture) isValid(t *testing.T, token secret.Text) bool {
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
	s, token := d.create(t, "ada", true, session.Token)
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
	s, token := d.create(t, "ada", false, session.Cookie)
	text := token.Reveal()
	for name, other := range map[string]string{
		"empty": "", "unknown token": "tf_s_" + strings.Repeat("A", 43), "one character less": text[:len(text)-1],
		"one character more": text + "A", "trailing space": text + " ", "upper case": strings.ToUpper(text), "the session's id": s.ID,
		"without its prefix": strings.TrimPrefix(text, "tf_s_"),
	} {
		if d.isValid(t, secret.New(other)) {
			t.Errorf("%s resumes a session", name)
		}
	}
}

func TestResume_Limits(t *testing.T) {
	t.Parallel()
	const never = time.Duration(0)
	for name, c := range map[string]struct {
		withCode bool
		every    time.Duration // interval of uses; zero for none
		until    time.Duration // time of the last of them
		then     time.Duration // time from there to the final use
		valid    bool
	}{
		"one factor, before the idle limit":      {false, never, 0, time.Hour - time.Microsecond, true},
		"one factor, at the idle limit":          {false, never, 0, time.Hour, false},
		"two factors, before the idle limit":     {true, never, 0, 30*time.Minute - time.Microsecond, true},
		"two factors, at the idle limit":         {true, never, 0, 30 * time.Minute, false},
		"one factor, before the absolute limit":  {false, 20 * time.Minute, 23*time.Hour + 40*time.Minute, 20*time.Minute - time.Microsecond, true},
		"one factor, at the absolute limit":      {false, 20 * time.Minute, 23*time.Hour + 40*time.Minute, 20 * time.Minute, false},
		"two factors, before the absolute limit": {true, 20 * time.Minute, 11*time.Hour + 40*time.Minute, 20*time.Minute - time.Microsecond, true},
		"two factors, at the absolute limit":     {true, 20 * time.Minute, 11*time.Hour + 40*time.Minute, 20 * time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			_, token := d.create(t, "ada", c.withCode, session.Cookie)
			for at := c.every; at <= c.until && c.every > 0; at += c.every {
				d.now = noon.Add(at)
				if !d.isValid(t, token) {
					t.Fatalf("the session ended %s after its creation", at)
				}
			}
			d.now = noon.Add(c.until + c.then)
			if got := d.isValid(t, token); got != c.valid {
				t.Errorf("valid = %v, want %v", got, c.valid)
			}
		})
	}
}

func TestResume_TouchedOncePerThirtiethOfIdleLimit(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, token := d.create(t, "ada", false, session.Cookie)
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
	_, token := d.create(t, "ada", false, session.Cookie)
	d.now = noon.Add(-time.Hour)
	if !d.isValid(t, token) {
		t.Error("the session ended")
	}
	d.now = noon.AddDate(1, 0, 0)
	if d.isValid(t, token) {
		t.Error("the session is still valid a year later")
	}
}

func TestElevate(t *testing.T) {
	t.Parallel()
	later := noon.Add(20 * time.Minute)
	t.Run("second factor restarts auth_time and limits", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, token := d.create(t, "ada", false, session.Cookie)
		d.now = later
		elevated, err := d.Elevate(ctx, s, session.AMRFor(true))
		must(t, err)
		kept, err := d.Resume(ctx, token)
		must(t, err)
		want := s
		want.AMR, want.AuthTime, want.LastUsedAt, want.AbsoluteExpiry = session.AMRFor(true), later, later, later.Add(12*time.Hour)
		for _, got := range []session.Session{elevated, kept} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("- want, + got:\n%s", diff)
			}
		}
	})
	t.Run("same level changes nothing", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, _ := d.create(t, "ada", true, session.Cookie)
		d.now = later
		got, err := d.Elevate(ctx, s, session.AMRFor(true))
		if diff := cmp.Diff(s, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
	t.Run("ended session", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, token := d.create(t, "ada", false, session.Cookie)
		must(t, d.End(ctx, "ada", s.ID))
		if _, err := d.Elevate(ctx, s, session.AMRFor(true)); !errors.Is(err, session.ErrEnded) {
			t.Errorf("got %v, want ErrEnded", err)
		}
		if d.isValid(t, token) {
			t.Error("the session exists again")
		}
	})
}

func TestRotateToken(t *testing.T) {
	t.Parallel()
	t.Run("cookie, token is replaced", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, old := d.create(t, "ada", true, session.Cookie)
		renewed, err := d.RotateToken(ctx, s)
		must(t, err)
		if d.isValid(t, old) || !d.isValid(t, renewed) {
			t.Errorf("old token valid %v, new one %v, want false and true", d.isValid(t, old), d.isValid(t, renewed))
		}
	})
	t.Run("bearer token stays", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, token := d.create(t, "ada", true, session.Token)
		renewed, err := d.RotateToken(ctx, s)
		if err != nil || !renewed.IsZero() || !d.isValid(t, token) {
			t.Errorf("a new token: %v, %v; old token valid: %v", !renewed.IsZero(), err, d.isValid(t, token))
		}
	})
	t.Run("ended session", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		s, _ := d.create(t, "ada", true, session.Cookie)
		must(t, d.End(ctx, "ada", s.ID))
		if renewed, err := d.RotateToken(ctx, s); !errors.Is(err, session.ErrEnded) || !renewed.IsZero() {
			t.Errorf("got %v, want ErrEnded and no token", err)
		}
	})
}
