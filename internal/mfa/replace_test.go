package mfa_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twofold/internal/mfa"
	"twofold/internal/secret"
)

func TestBegin_NameTakenMeanwhile(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	phone, _ := h.enroll("phone")
	b := h.begin("new")
	_, err := h.Rename(ctx, "ada", phone.ID, "NEW")
	must(t, err)
	if _, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{}); !errors.Is(err, mfa.ErrNameTaken) {
		t.Errorf("got %v, want ErrNameTaken", err)
	}
	g := h.grant("mfa.enroll")
	if s := h.state(g); s.Tries != 0 {
		t.Errorf("%d attempts were counted", s.Tries)
	}
	_, _, err = h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "newer", secret.Text{})
	must(t, err)
}

// lateName returns an account without its methods the first time, as if the name had been taken right afterwards.
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

func TestConfirm_NameTakenMeanwhile(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	h.enroll("phone")
	b := h.begin("new")
	asked := 0
	before := h.state(h.grant("mfa.enroll"))
	h.Store = lateName{h.Store, &asked}
	if _, _, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "PHONE", secret.Text{}); !errors.Is(err, mfa.ErrNameTaken) {
		t.Errorf("got %v, want ErrNameTaken", err)
	}
	after := h.state(h.grant("mfa.enroll"))
	before.Tries, before.GrantAlive = after.Tries, after.GrantAlive
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the state changed, - before, + after:\n%s", diff)
	}
}

// earlyMethod returns an account with one more method the first time, as if that one had been removed right afterwards.
type earlyMethod struct {
	mfa.Store
	asked *int
}

func (e earlyMethod) State(ctx context.Context, a string) (mfa.State, error) {
	st, err := e.Store.State(ctx, a)
	if *e.asked++; *e.asked == 1 {
		st.Methods = append(st.Methods, mfa.Method{ID: "gone", Name: "gone"})
	}
	return st, err
}

func TestConfirm_LastMethodRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	b := h.begin("new")
	asked := 0
	h.Store = earlyMethod{h.Store, &asked}
	_, done, err := h.Confirm(ctx, h.sess, b.Enrollment.ID, h.code(b), "", secret.Text{})
	must(t, err)
	if len(done.RecoveryCodes) != 2 || done.RecoveryCodesLeft != 2 {
		t.Errorf("got %d recovery codes and %d left, want 2 for a first method", len(done.RecoveryCodes), done.RecoveryCodesLeft)
	}
}

// Apps that identify an entry by its label would replace the entry of another method, which is still needed.
func TestBegin_LabelsDiffer(t *testing.T) {
	t.Parallel()
	h := newFixture(t)
	label := func(name, replaces string) string {
		t.Helper()
		req := mfa.EnrollmentRequest{Email: "ada@example.com", Name: name, Replaces: replaces}
		b, err := h.Begin(ctx, h.sess, req, h.grant("mfa.enroll"))
		must(t, err)
		u, err := url.Parse(b.URI.Reveal())
		must(t, err)
		return u.Path
	}
	if got := label("Phone", ""); got != "/Twofold:ada@example.com" {
		t.Errorf("the first label is %s, want the address alone", got)
	}
	phone, _ := h.enroll("Phone")
	for _, c := range []struct{ name, replaces, want string }{
		{"Tablet", "", "Tablet"}, {"", "", "Authenticator app"}, {"Phone", phone.ID, "Phone 2"}, {"New", phone.ID, "New"}, {"a:b\tc", "", "a b c"},
		{strings.Repeat("📱", 64), "", strings.Repeat("📱", 64)},
	} {
		if got, want := label(c.name, c.replaces), "/Twofold:ada@example.com ("+c.want+")"; got != want {
			t.Errorf("a later label is %s, want %s", got, want)
		}
	}
}
