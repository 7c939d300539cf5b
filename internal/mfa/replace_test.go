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

func (l lateName) State(ctx context.Context, a string) (mfa.State, error) {
	st, err := l.Store.State(ctx, a)
	if *l.asked++; *l.asked == 1 {
		st.Methods = nil
	}
	return st, err
}

func TestANameThatIsTakenWhileTheCodeIsJudgedIsTaken(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.enroll("phone")
	b := h.begin("new")
	asked := 0
	before := h.state(h.grant("mfa.enroll"))
	h.Store = lateName{h.Store, &asked}
	if _, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "PHONE"); !errors.Is(err, mfa.ErrNameTaken) {
		t.Errorf("got %v, want ErrNameTaken", err)
	}
	after := h.state(h.grant("mfa.enroll"))
	before.Tries, before.GrantAlive = after.Tries, after.GrantAlive
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("half of it was done, - before, + after:\n%s", diff)
	}
}
