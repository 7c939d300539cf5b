package session_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"twofold/internal/secret"
	"twofold/internal/session"
)

func TestEnd_AndOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end   func(d *fixture, first session.Session, token secret.Text) error
		valid [3]bool // ada's first, ada's second, bob's
	}{
		"End": {
			func(d *fixture, s session.Session, _ secret.Text) error { return d.End(ctx, "ada", s.ID) }, [3]bool{false, true, true},
		},
		"End, session of another account": {
			func(d *fixture, s session.Session, _ secret.Text) error {
				if err := d.End(ctx, "bob", s.ID); !errors.Is(err, session.ErrNotFound) {
					return fmt.Errorf("got %w, want ErrNotFound", err)
				}
				return nil
			}, [3]bool{true, true, true},
		},
		"EndByToken": {
			func(d *fixture, _ session.Session, token secret.Text) error { return d.EndByToken(ctx, token) }, [3]bool{false, true, true},
		},
		"EndByToken, unknown token": {
			func(d *fixture, _ session.Session, _ secret.Text) error { return d.EndByToken(ctx, secret.New("x")) }, [3]bool{true, true, true},
		},
		"EndOthers": {
			func(d *fixture, s session.Session, _ secret.Text) error {
				n, err := d.EndOthers(ctx, "ada", s.ID)
				return errors.Join(err, count(n, 1))
			}, [3]bool{true, false, true},
		},
		"EndOthers, all sessions": {
			func(d *fixture, _ session.Session, _ secret.Text) error {
				n, err := d.EndOthers(ctx, "ada", "")
				return errors.Join(err, count(n, 2))
			}, [3]bool{false, false, true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			first, one := d.create(t, "ada", false, session.Cookie)
			_, two := d.create(t, "ada", false, session.Token)
			_, bobs := d.create(t, "bob", false, session.Cookie)
			must(t, c.end(d, first, one))
			for i, token := range []secret.Text{one, two, bobs} {
				if got := d.isValid(t, token); got != c.valid[i] {
					t.Errorf("session %d: valid = %v, want %v", i+1, got, c.valid[i])
				}
			}
		})
	}
}

func count(got, want int) error {
	if got != want {
		return fmt.Errorf("%d sessions ended, want %d", got, want)
	}
	return nil
}

func TestAMR_ACR(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amr  session.AMR
		want session.ACR
	}{
		{nil, session.AAL1}, {session.AMRFor(false), session.AAL1}, {session.AMRFor(true), session.AAL2},
		{session.AMR{"otp"}, session.AAL1}, {session.AMR{"pwd", "otp"}, session.AAL1}, {session.AMR{"MFA"}, session.AAL1}, {session.AMR{"mfa"}, session.AAL2},
	} {
		if got := c.amr.ACR(); got != c.want {
			t.Errorf("%v is %s, want %s", c.amr, got, c.want)
		}
	}
}

func TestLimits_ExpiresAt(t *testing.T) {
	t.Parallel()
	limits := session.Limits{AAL1Idle: time.Hour, AAL2Idle: 30 * time.Minute}
	for name, c := range map[string]struct {
		s    session.Session
		want time.Time
	}{
		"idle limit first":              {session.Session{LastUsedAt: noon, AbsoluteExpiry: noon.Add(2 * time.Hour)}, noon.Add(time.Hour)},
		"idle limit first, two factors": {session.Session{AMR: session.AMRFor(true), LastUsedAt: noon, AbsoluteExpiry: noon.Add(2 * time.Hour)}, noon.Add(30 * time.Minute)},
		"absolute limit first":          {session.Session{LastUsedAt: noon, AbsoluteExpiry: noon.Add(time.Minute)}, noon.Add(time.Minute)},
		"both limits at the same time":  {session.Session{LastUsedAt: noon, AbsoluteExpiry: noon.Add(time.Hour)}, noon.Add(time.Hour)},
	} {
		if got := limits.ExpiresAt(c.s); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

var errStore = errors.New("the store fails")

// broken returns an error with every result.
type broken struct{ found session.Session }

func (b broken) ByToken(context.Context, [32]byte) (session.Session, error) {
	if b.found.ID == "" {
		return session.Session{ID: "bob's"}, errStore
	}
	return b.found, nil
}

func (broken) Insert(context.Context, session.Session, [32]byte) error { return errStore }
func (broken) Touch(context.Context, string, time.Time) error          { return errStore }
func (broken) Update(context.Context, session.Session) error           { return errStore }
func (broken) SetToken(context.Context, string, [32]byte) error        { return errStore }
func (broken) Delete(context.Context, string, string) (bool, error)    { return true, errStore }
func (broken) ByAccount(context.Context, string) ([]session.Session, error) {
	return []session.Session{{ID: "bob's"}}, errStore
}
func (broken) DeleteByToken(context.Context, [32]byte) error             { return errStore }
func (broken) DeleteOthers(context.Context, string, string) (int, error) { return 3, errStore }
func (broken) DeleteOldest(context.Context, string, int) error           { return errStore }

// failsOnInsert fails only when a session is inserted.
type failsOnInsert struct{ broken }

func (failsOnInsert) DeleteOldest(context.Context, string, int) error              { return nil }
func (failsOnInsert) ByAccount(context.Context, string) ([]session.Session, error) { return nil, nil }

func TestService_StoreFails(t *testing.T) {
	t.Parallel()
	d := open(t)
	s, token := d.create(t, "ada", false, session.Cookie)
	params := session.CreateParams{AccountID: "ada", Delivery: session.Token, AMR: session.AMRFor(true)}
	for name, call := range map[string]func(*session.Service) (any, error){
		"Resume": func(d *session.Service) (any, error) { s, err := d.Resume(ctx, token); return s.ID, err },
		"Elevate": func(d *session.Service) (any, error) {
			s, err := d.Elevate(ctx, s, session.AMRFor(true))
			return s.ID, err
		},
		"RotateToken": func(d *session.Service) (any, error) { token, err := d.RotateToken(ctx, s); return token.Reveal(), err },
		"End":         func(d *session.Service) (any, error) { return "", d.End(ctx, "ada", s.ID) },
		"EndByToken":  func(d *session.Service) (any, error) { return "", d.EndByToken(ctx, token) },
		"List": func(d *session.Service) (any, error) {
			list, err := d.List(ctx, "ada", "", 9)
			if _, ok := d.Store.(failsOnInsert); ok { // returns an empty list without an error
				err = errStore
			}
			return len(list), err
		},
		"EndOthers": func(d *session.Service) (any, error) { n, err := d.EndOthers(ctx, "ada", ""); return n, err },
		"Create": func(d *session.Service) (any, error) {
			s, token, err := d.Create(ctx, params)
			return s.ID + token.Reveal(), err
		},
	} {
		for _, b := range []session.Store{broken{}, failsOnInsert{}} {
			failing := *d.Service
			failing.Store = b
			got, err := call(&failing)
			if !errors.Is(err, errStore) || errors.Is(err, session.ErrEnded) {
				t.Errorf("%s: got %v, want the store's error", name, err)
			}
			if got != "" && got != 0 {
				t.Errorf("%s: returned %v with an error", name, got)
			}
		}
	}
	failing := *d.Service
	failing.Store = broken{found: s}
	d.now = noon.Add(10 * time.Minute) // long enough that the use is written
	if got, err := failing.Resume(ctx, token); !errors.Is(err, errStore) || got.ID != "" {
		t.Errorf("Resume that cannot record the use: got %+v, %v, want the store's error", got, err)
	}
}
