package mfa_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/mfa"
)

func TestANameThatWasTakenSinceItWasLookedAtIsTaken(t *testing.T) {
	t.Parallel()
	h := open(t)
	phone, _ := h.enroll("phone")
	b := h.begin("new")
	_, err := h.Rename(ctx, "ada", phone.ID, "NEW")
	must(t, err)
	if _, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), ""); !errors.Is(err, mfa.ErrNameTaken) {
		t.Errorf("got %v, want ErrNameTaken", err)
	}
	g := h.grant("mfa.enroll")
	if s := h.state(g); s.Tries != 0 {
		t.Errorf("it cost %d tries", s.Tries)
	}
	_, _, err = h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "newer")
	must(t, err)
}

// lateName answers an account without its methods the first time, as if the name had been taken right afterwards.
type lateName struct {
	mfa.Store
	asked *int
}

func (l lateName) Methods(ctx context.Context, a string) ([]mfa.Method, error) {
	if *l.asked++; *l.asked == 1 {
		return nil, nil
	}
	return l.Store.Methods(ctx, a)
}

func TestANameThatIsTakenWhileTheCodeIsJudgedIsTaken(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.enroll("phone")
	b := h.begin("new")
	asked := 0
	h.Store = lateName{h.Store, &asked}
	before := h.state(h.grant("mfa.enroll"))
	asked = 0
	if _, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "PHONE"); !errors.Is(err, mfa.ErrNameTaken) {
		t.Errorf("got %v, want ErrNameTaken", err)
	}
	after := h.state(h.grant("mfa.enroll"))
	before.Tries, before.GrantAlive, before.Methods = after.Tries, after.GrantAlive, []string{"phone"}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("half of it was done, - before, + after:\n%s", diff)
	}
}
