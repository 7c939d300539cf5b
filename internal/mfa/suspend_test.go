package mfa_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/mfa"
)

func TestSuspend_KeepsMFAOnAndRejectsCodes(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	phone, key := h.enroll("phone")
	tablet, other := h.enroll("tablet")
	before, err := h.verify("ada", h.code(key))
	must(t, err)
	g := h.grant("mfa.remove")
	suspended, err := h.Suspend(ctx, "ada", phone.ID)
	if err != nil || suspended.Name != "phone" || !suspended.SuspendedAt.Equal(h.now) {
		t.Errorf("got %+v, %v", suspended, err)
	}
	s := h.state(g)
	if diff := cmp.Diff([]string{"(phone)", "tablet"}, s.Methods); diff != "" || s.GrantAlive || !s.Session {
		t.Errorf("step-up token valid: %v, session valid: %v; methods, - want, + got:\n%s", s.GrantAlive, s.Session, diff)
	}
	if match, err := h.verify("ada", h.code(key)); err != nil || len(match) > 0 {
		t.Errorf("code of the suspended method: got %v, %v, want no match", match, err)
	}
	if err := h.ConsumeStep(ctx, "ada", before); !errors.Is(err, mfa.ErrCodeUsed) {
		t.Errorf("code matched before the suspension: got %v, want ErrCodeUsed", err)
	}
	if match, err := h.verify("ada", h.code(other)); err != nil || len(match) != 1 || match[0].MethodID != tablet.ID {
		t.Errorf("code of the other method: got %v, %v, want the tablet", match, err)
	}
	for range 2 {
		if _, err := h.Suspend(ctx, "ada", tablet.ID); err != nil {
			t.Error(err)
		}
	}
	if enabled, err := h.Enabled(ctx, "ada"); err != nil || !enabled {
		t.Errorf("with all suspended: enabled %v, %v, want true", enabled, err)
	}
}

func TestSuspend_NotFound(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	phone, _ := h.enroll("phone")
	must(t, h.addBob())
	for account, id := range map[string]string{"bob": phone.ID, "ada": "id-000"} {
		if m, err := h.Suspend(ctx, account, id); !errors.Is(err, mfa.ErrNotFound) || m.ID != "" {
			t.Errorf("%s's %s: got %+v, %v, want ErrNotFound", account, id, m, err)
		}
	}
}

func TestRemoveAll_EndsEverySession(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll("phone")
	h.begin("tablet")
	g := h.grant("mfa.remove")
	n, err := h.RemoveAll(ctx, "ada")
	if err != nil || n != 2 {
		t.Errorf("%d sessions ended, %v, want 2", n, err)
	}
	s := h.state(g)
	s.Mails = 0 // of the enrollment
	if diff := cmp.Diff(state{}, s); diff != "" {
		t.Errorf("state after the removal, - want, + got:\n%s", diff)
	}
}
